/** Clients, people and codes for tests of tokens: rows by SQL, and requests as a client sends them. */
import { createHash } from 'node:crypto'
import { sealCode, type AuthorizationCode } from '../../../../src/modules/grants/authorization-code.ts'
import { sealSecret } from '../../../../src/modules/oauth-clients/client-secrets.ts'
import { type Answer, call, cookieOf, PASSWORD, signUp } from '../../../support/client.ts'
import { ORIGIN, type TestApp } from '../../../support/test-app.ts'

export const VERIFIER = 'a-verifier-of-at-least-forty-three-characters-for-PKCE'
export const REDIRECT = 'https://app.example/callback'

const challengeOf = (verifier: string) => createHash('sha256').update(verifier).digest('base64url')

let count = 0
const idOf = (prefix: string) => `${prefix}_${String(++count).padStart(32, '0')}`

export interface ClientRow {
  id: string
  secret: string | undefined
}

/** Inserts a client. By default public, with codes and refresh tokens. */
export async function makeClient(t: TestApp, columns: Record<string, string | number | null> = {}): Promise<ClientRow> {
  const id = typeof columns.id === 'string' ? columns.id : idOf('cli')
  const row: Record<string, string | number | null> = {
    id,
    source: 'administrator',
    name: 'App',
    status: 'active',
    first_party: 0,
    redirect_uris: JSON.stringify([REDIRECT]),
    post_logout_redirect_uris: '[]',
    grant_types: JSON.stringify(['authorization_code', 'refresh_token']),
    auth_method: 'none',
    subject_type: 'public',
    id_token_alg: 'EdDSA',
    requires_pushed_requests: 0,
    requires_dpop: 0,
    about: '{}',
    version: 1,
    created_at: 0,
    updated_at: 0,
    ...columns,
  }
  await insert(t, 'oauth_clients', row)
  let secret: string | undefined
  if (String(row.auth_method).startsWith('client_secret')) {
    secret = `secret-of-${id}`
    const { mac, keyId } = await sealSecret(t.deps, id, secret)
    await insert(t, 'client_secrets', {
      id: idOf('sec'),
      client_id: id,
      mac,
      key_id: keyId,
      hint: 'hint',
      created_at: 0,
    })
  }
  return { id, secret }
}

export async function insert(t: TestApp, table: string, row: Record<string, string | number | null>): Promise<void> {
  const names = Object.keys(row)
  await t.deps.db.$client.execute({
    sql: `INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
    args: Object.values(row),
  })
}

export interface Person {
  userId: string
  sessionId: string
  cookie: string
  accessToken: string
}

/** Signs up, and signs in with a cookie. */
export async function makePerson(t: TestApp, email = `person${++count}@example.com`): Promise<Person> {
  const { user, accessToken } = await signUp(t, email)
  const answer = await call(t, 'POST /v1/auth/sign-in', {
    headers: { origin: ORIGIN },
    body: { email, password: PASSWORD, useCookie: true },
  })
  const { rows } = await t.deps.db.$client.execute({
    sql: `SELECT id FROM sessions WHERE user_id = ? AND kind = 'cookie' ORDER BY id DESC`,
    args: [user.id],
  })
  return { userId: user.id, sessionId: String(rows[0]?.id), cookie: cookieOf(answer), accessToken }
}

/** Inserts a grant of this person for a client. */
export async function makeGrant(
  t: TestApp,
  { userId }: Pick<Person, 'userId'>,
  { id: clientId }: Pick<ClientRow, 'id'>,
  scopes: Record<string, string[]> = { [ORIGIN]: ['openid'] },
): Promise<string> {
  const id = idOf('grt')
  const now = t.clock.now()
  await insert(t, 'grants', {
    id,
    user_id: userId,
    client_id: clientId,
    scopes: JSON.stringify(scopes),
    details: '[]',
    created_at: now,
    updated_at: now,
  })
  return id
}

/** A code as `/oauth/authorize` makes it. */
export async function makeCode(
  t: TestApp,
  person: Pick<Person, 'userId' | 'sessionId'>,
  client: Pick<ClientRow, 'id'>,
  grantId: string,
  parts: Partial<AuthorizationCode> = {},
): Promise<string> {
  return sealCode(t.deps, {
    clientId: client.id,
    redirectUri: REDIRECT,
    codeChallenge: challengeOf(VERIFIER),
    grantId,
    userId: person.userId,
    sessionId: person.sessionId,
    scopes: { [ORIGIN]: ['openid'] },
    details: [],
    claims: null,
    nonce: null,
    orgId: null,
    authenticatedAt: t.clock.now(),
    amr: ['pwd'],
    jkt: null,
    expiresAt: t.clock.now() + 60_000,
    ...parts,
  })
}

export interface Tokens {
  access_token: string
  token_type: string
  expires_in: number
  refresh_token: string
  scope: string
  id_token: string
}

/** Sends a form. `secret`: as client_secret_basic. */
export async function postForm<T = Record<string, unknown>>(
  t: Pick<TestApp, 'app'>,
  path: string,
  fields: Record<string, string | string[] | undefined>,
  { headers = {}, client }: { headers?: Record<string, string>; client?: ClientRow } = {},
): Promise<Answer<T>> {
  const form = new URLSearchParams()
  for (const [name, value] of Object.entries(fields))
    for (const each of [value].flat()) if (each !== undefined) form.append(name, each)
  if (client !== undefined && client.secret === undefined) form.append('client_id', client.id)
  const response = await t.app.handle(
    new Request(`${ORIGIN}${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        ...(client?.secret === undefined ? {} : { authorization: `Basic ${btoa(`${client.id}:${client.secret}`)}` }),
        ...headers,
      },
      body: form.toString(),
    }),
  )
  const text = await response.text()
  const isJson = /[/+]json/.test(response.headers.get('content-type') ?? '')
  const body = (text && isJson ? JSON.parse(text) : {}) as T // the caller names its shape
  return { status: response.status, headers: response.headers, text, body }
}

/** Redeems a code. */
export const redeem = (
  t: TestApp,
  client: ClientRow,
  code: string,
  more: Record<string, string | string[] | undefined> = {},
  headers: Record<string, string> = {},
) =>
  postForm<Tokens>(
    t,
    '/oauth/token',
    { grant_type: 'authorization_code', code, redirect_uri: REDIRECT, code_verifier: VERIFIER, ...more },
    { client, headers },
  )

/** A person with a grant for the client, and the tokens of a code. */
export async function connect(
  t: TestApp,
  client: ClientRow,
  scopes: Record<string, string[]> = { [ORIGIN]: ['openid', 'profile', 'email'] },
  person?: Person,
  parts: Partial<AuthorizationCode> = {},
): Promise<{ person: Person; grantId: string; code: string; tokens: Tokens }> {
  const who = person ?? (await makePerson(t))
  const grantId = await makeGrant(t, who, client, scopes)
  const code = await makeCode(t, who, client, grantId, { scopes, ...parts })
  const answer = await redeem(t, client, code)
  if (answer.status !== 200) throw new Error(`redeem: ${answer.status} ${answer.text}`)
  return { person: who, grantId, code, tokens: answer.body }
}

export const payloadOf = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>
