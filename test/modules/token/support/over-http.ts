/** The way of a first-party client over HTTP, on any server: nobody is asked for consent. */
import { createHash } from 'node:crypto'
import type { Accounts } from '../../../runtime/round-trips/account.ts'
import type { Tools } from '../../../runtime/tools.ts'
import { PASSWORD } from '../../../support/client.ts'
import { REDIRECT, type Tokens, VERIFIER } from './oauth.ts'

export const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
export const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'

interface Asked {
  token?: string
  headers?: Record<string, string>
  body?: unknown
}
interface Answered {
  status: number
  headers: Headers
  body: unknown
}
/** Sends a request: JSON, or a form of URLSearchParams. */
export type Send = (methodAndPath: string, asked: Asked) => Promise<Answered>

export const sendOf =
  ({ send }: Pick<Accounts, 'send'>): Send =>
  async (methodAndPath, asked) => {
    const answer = await send({ methodAndPath, ...asked })
    const text = await answer.text()
    const isJson = /[/+]json/.test(answer.headers.get('content-type') ?? '')
    return { status: answer.status, headers: answer.headers, body: text && isJson ? JSON.parse(text) : {} }
  }

export const sendOver =
  ({ call }: Pick<Tools, 'call'>): Send =>
  (methodAndPath, { token, headers = {}, body }) =>
    body instanceof URLSearchParams
      ? call(methodAndPath, {
          token,
          headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
          raw: body.toString(),
        })
      : call(methodAndPath, { token, headers, ...(body === undefined ? {} : { body }) })

export interface Connection {
  clientId: string
  /** With which the client authenticates. */
  authorization: string
  /** The access token of a session of the person. */
  session: string
  form: (fields: Record<string, string>) => Asked
  /** A new code, and what redeems it. */
  redemption: () => Promise<Asked>
  /** The tokens of a new code. */
  tokens: () => Promise<Tokens>
}

/** A new first-party client, and a new person who is signed in in a browser. `origin`: of the server. */
export async function connection(
  send: Send,
  { admin, user, session, origin }: { admin: string; user: { email: string }; session: string; origin: string },
): Promise<Connection> {
  const made = await send('POST /v1/oauth-clients', {
    token: admin,
    body: {
      name: 'App',
      redirectUris: [REDIRECT],
      grantTypes: ['authorization_code', 'refresh_token', 'client_credentials', EXCHANGE],
      tokenEndpointAuthMethod: 'client_secret_basic',
      firstParty: true,
    },
  })
  const { clientId, clientSecret } = made.body as { clientId: string; clientSecret: string } // POST /v1/oauth-clients
  const authorization = `Basic ${btoa(`${clientId}:${clientSecret}`)}`
  const signedIn = await send('POST /v1/auth/sign-in', {
    headers: { origin },
    body: { email: user.email, password: PASSWORD, useCookie: true },
  })
  const cookie = signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  const form = (fields: Record<string, string>): Asked => ({
    headers: { authorization },
    body: new URLSearchParams(fields),
  })

  async function redemption(): Promise<Asked> {
    const query = new URLSearchParams({
      client_id: clientId,
      redirect_uri: REDIRECT,
      response_type: 'code',
      scope: 'openid profile email',
      state: 'state',
      code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
      code_challenge_method: 'S256',
    })
    const { status, headers } = await send(`GET /oauth/authorize?${query}`, { headers: { cookie } })
    const location = headers.get('location')
    const code = location === null ? null : new URL(location, origin).searchParams.get('code')
    if (code === null) throw new Error(`no code: ${status} ${location}`)
    return form({ grant_type: 'authorization_code', code, redirect_uri: REDIRECT, code_verifier: VERIFIER })
  }

  return {
    clientId,
    authorization,
    session,
    form,
    redemption,
    async tokens() {
      const answer = await send('POST /oauth/token', await redemption())
      if (answer.status !== 200) throw new Error(`no tokens: ${answer.status} ${JSON.stringify(answer.body)}`)
      return answer.body as Tokens // of the token endpoint
    },
  }
}

/** The same on a measured server. */
export async function measured(accounts: Accounts, origin: string): Promise<Connection> {
  const { user, accessToken } = await accounts.signUp()
  return connection(sendOf(accounts), { admin: await accounts.admin(), user, session: accessToken, origin })
}

/** The same on a runtime. */
export async function onRuntime(tools: Tools, origin: string): Promise<Connection> {
  const [admin, { user, accessToken }] = [await tools.admin(), await tools.signUp('Ada')]
  return connection(sendOver(tools), { admin: admin.accessToken, user, session: accessToken, origin })
}
