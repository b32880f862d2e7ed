/** Dynamic client registration: RFC 7591, RFC 7592. */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { commit } from '../../../src/core/events/commit.ts'
import { findClient } from '../../../src/modules/oauth-clients/find-client.ts'
import { keepClient } from '../../../src/modules/oauth-clients/keep-client.ts'
import { runJobs } from '../../../src/jobs.ts'
import { type Answer, call, setUpAdmin } from '../../support/client.ts'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'

interface Registered {
  client_id: string
  client_secret?: string
  registration_access_token: string
  registration_client_uri: string
  error?: string
  error_description?: string
}

let t: TestApp
beforeEach(async () => {
  t = await createTestApp({ env: { OAUTH_REGISTRATION: 'open' } })
})
afterEach(() => t.close())

const BODY = {
  client_name: 'App',
  redirect_uris: ['https://app.example/callback', 'http://127.0.0.1/callback'],
  grant_types: ['authorization_code', 'refresh_token'],
  token_endpoint_auth_method: 'none',
}
const register = (body: object = {}, headers: Record<string, string> = {}, app = t): Promise<Answer<Registered>> =>
  call<Registered>(app, 'POST /oauth/register', { body: { ...BODY, ...body }, headers })
const own = (method: string, { client_id, registration_access_token }: Registered, body?: object, token?: string) =>
  call<Registered & Record<string, unknown>>(t, `${method} /oauth/register/${client_id}`, {
    token: token ?? registration_access_token,
    body,
  })

test('is off unless it is switched on: every route is 404, also with a registration from before', async () => {
  const { body } = await register()
  const off = await createTestApp()
  for (const [method, path] of [
    ['POST', ''],
    ['GET', `/${body.client_id}`],
    ['PUT', `/${body.client_id}`],
    ['DELETE', `/${body.client_id}`],
    ['GET', '/nonsense'],
  ]) {
    const answer = await call(off, `${method} /oauth/register${path}`, { body: method === 'GET' ? undefined : BODY })
    expect(answer.body).toMatchObject({ status: 404, code: 'request.not_found' })
  }
  await off.close()
})

test('a public client gets an id and a token, and no secret', async () => {
  const answer = await register()
  expect(answer.status, answer.text).toBe(201)
  expect(answer.headers.get('cache-control')).toBe('no-store')
  const { client_id, registration_access_token, ...rest } = answer.body
  expect(client_id).toMatch(/^cli_[0-9a-f]{32}$/)
  expect(registration_access_token).toMatch(/^trt_[\w-]{43}$/)
  expect(rest as Record<string, unknown>).toEqual({
    client_id_issued_at: Math.floor(t.clock.now() / 1000),
    registration_client_uri: `${ORIGIN}/oauth/register/${client_id}`,
    client_name: 'App',
    redirect_uris: BODY.redirect_uris,
    grant_types: BODY.grant_types,
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
    subject_type: 'public',
    id_token_signed_response_alg: 'RS256',
    require_pushed_authorization_requests: false,
    dpop_bound_access_tokens: false,
  })
  expect(await findClient(t.deps, client_id)).toMatchObject({ source: 'registration', firstParty: false, scopes: null })
  const rows = await t.deps.db.$client.execute('SELECT * FROM oauth_clients')
  expect(JSON.stringify(rows.rows)).not.toContain(registration_access_token)
})

test('a confidential client gets a secret, once', async () => {
  const { body } = await register({ token_endpoint_auth_method: undefined, scope: 'openid profile' })
  expect(body).toMatchObject({
    token_endpoint_auth_method: 'client_secret_basic',
    client_secret_expires_at: 0,
    scope: 'openid profile',
  })
  expect(body.client_secret).toMatch(/^tcs_/)
  const read = await own('GET', body)
  expect(read.status).toBe(200)
  expect(read.text).not.toContain(body.client_secret ?? '')
  expect(read.text).not.toContain(body.registration_access_token)
})

test('nothing that an administrator decides can be asked for', async () => {
  const { body } = await register({
    firstParty: true,
    first_party: true,
    orgId: `org_${'0'.repeat(32)}`,
    serviceAccountId: `sva_${'0'.repeat(32)}`,
    source: 'administrator',
    client_id: 'chosen',
    client_secret: 'chosen',
    audiences: ['x'],
    grant_types: [
      'authorization_code',
      'client_credentials',
      'urn:ietf:params:oauth:grant-type:token-exchange',
      'password',
      'implicit',
    ],
  })
  expect(body.client_id).not.toBe('chosen')
  expect(await findClient(t.deps, body.client_id)).toMatchObject({
    source: 'registration',
    firstParty: false,
    orgId: null,
    serviceAccountId: null,
    audiences: null,
    grantTypes: ['authorization_code'],
  })
})

describe('is refused', () => {
  test.each([
    [
      'a redirect URI that no client may have',
      { redirect_uris: ['https://app.example/cb', 'javascript:alert(1)'] },
      'invalid_redirect_uri',
      'redirect_uris[1]: The URI must have another scheme.',
    ],
    [
      'no redirect URI',
      { redirect_uris: [] },
      'invalid_redirect_uri',
      'redirect_uris: Expected a redirect URI, because the client uses authorization_code.',
    ],
    ['a redirect URI over plain http', { redirect_uris: ['http://app.example/'] }, 'invalid_redirect_uri', undefined],
    ['a scheme that nobody vouches for', { redirect_uris: ['app://cb'] }, 'invalid_redirect_uri', undefined],
    ['redirect URIs that are no list', { redirect_uris: 'https://app.example/' }, 'invalid_redirect_uri', undefined],
    [
      'a method that does not exist',
      { token_endpoint_auth_method: 'tls_client_auth' },
      'invalid_client_metadata',
      undefined,
    ],
    ['only grants of administrators', { grant_types: ['client_credentials'] }, 'invalid_client_metadata', undefined],
    ['keys without keys', { token_endpoint_auth_method: 'private_key_jwt' }, 'invalid_client_metadata', undefined],
    [
      'keys at a private host',
      { token_endpoint_auth_method: 'private_key_jwt', jwks_uri: 'https://10.0.0.1/' },
      'invalid_client_metadata',
      undefined,
    ],
    [
      'a logout URI of this machine',
      { backchannel_logout_uri: 'https://localhost/' },
      'invalid_client_metadata',
      undefined,
    ],
    ['a link that is a script', { client_uri: 'javascript:alert(1)' }, 'invalid_client_metadata', undefined],
    ['a scope that is none', { scope: 'a"b' }, 'invalid_client_metadata', undefined],
    ['a name that is no text', { client_name: {} }, 'invalid_client_metadata', undefined],
    ['the implicit flow', { response_types: ['token'] }, 'invalid_client_metadata', undefined],
  ] as const)('%s', async (_, change, error, description) => {
    const answer = await register(change)
    expect(answer.status).toBe(400)
    expect(answer.body.error, answer.text).toBe(error)
    if (description !== undefined) expect(answer.body.error_description).toBe(description)
    expect((await t.deps.db.$client.execute('SELECT * FROM oauth_clients')).rows).toEqual([])
  })

  test('and a body that is no JSON object is a problem document', async () => {
    for (const body of [[], 'x', 7, null]) {
      const answer = await call(t, 'POST /oauth/register', { body })
      expect([400, 422]).toContain(answer.status)
    }
  })
})

test('pages of every origin may register', async () => {
  const preflight = await call(t, 'OPTIONS /oauth/register', {
    headers: { origin: 'https://app.example', 'access-control-request-method': 'POST' },
  })
  expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([204, '*'])
  expect((await register({}, { origin: 'https://app.example' })).headers.get('access-control-allow-origin')).toBe('*')
})

describe('a registration', () => {
  test('is replaced as a whole by whoever has its token', async () => {
    const { body } = await register({ scope: 'openid' })
    await findClient(t.deps, body.client_id)
    const changed = {
      client_id: body.client_id,
      redirect_uris: ['https://new.example/cb'],
      token_endpoint_auth_method: 'client_secret_post',
    }
    const answer = await own('PUT', body, changed)
    expect(answer.status, answer.text).toBe(200)
    expect(answer.body).toMatchObject({
      redirect_uris: ['https://new.example/cb'],
      client_name: 'Unnamed app',
      grant_types: ['authorization_code'],
    })
    expect(answer.body).not.toHaveProperty('scope')
    expect(answer.body.client_secret).toMatch(/^tcs_/)
    expect(await findClient(t.deps, body.client_id)).toMatchObject({
      redirectUris: ['https://new.example/cb'],
      scopes: null,
    })
    const again = await own('PUT', body, { ...changed, client_secret: answer.body.client_secret })
    expect(again.status).toBe(200)
    expect(again.body).not.toHaveProperty('client_secret')
    const wrong = await own('PUT', body, { ...changed, client_secret: 'wrong' })
    expect(wrong.body).toMatchObject({ error: 'invalid_client_metadata' })
    const open = await own('PUT', body, { ...changed, token_endpoint_auth_method: 'none' })
    expect(open.status).toBe(200)
    expect((await t.deps.db.$client.execute('SELECT * FROM client_secrets')).rows).toEqual([])
  })

  test('is no longer changed by itself once an administrator describes it: it neither moves nor widens', async () => {
    const { body } = await register()
    const other = (await register()).body
    const { accessToken: token } = await setUpAdmin(t)
    const path = `PATCH /v1/oauth-clients/${body.client_id}`
    const answer = await call(t, path, { token, body: { firstParty: true, scopes: ['openid'] } })
    expect(answer.status, answer.text).toBe(200)
    const moved = { ...BODY, client_id: body.client_id, redirect_uris: ['https://evil.example/cb'] }
    for (const method of ['PUT', 'GET', 'DELETE'])
      expect((await own(method, body, method === 'PUT' ? moved : undefined)).status).toBe(401)
    expect(await findClient(t.deps, body.client_id)).toMatchObject({
      firstParty: true,
      scopes: ['openid'],
      redirectUris: BODY.redirect_uris,
    })
    // Its status alone describes nothing.
    const status = { token, body: { status: 'active' } }
    expect((await call(t, `PATCH /v1/oauth-clients/${other.client_id}`, status)).status).toBe(200)
    expect((await own('GET', other)).status).toBe(200)
  })

  test('is not of the sector of a host that does not know it', async () => {
    const pairwise = { subject_type: 'pairwise' }
    for (const [name, change] of [
      ['the host in the scheme of an app', { redirect_uris: ['com.evil.app://bank.example/cb'] }],
      ['this machine, which is of everybody', { redirect_uris: ['http://localhost/cb'] }],
      [
        'a redirect URI that is never used',
        { redirect_uris: ['https://bank.example/cb'], grant_types: ['urn:ietf:params:oauth:grant-type:device_code'] },
      ],
    ] as const)
      expect((await register({ ...pairwise, ...change })).body.error, name).toBe('invalid_client_metadata')
    const bank = { ...BODY, ...pairwise, redirect_uris: ['https://bank.example/cb'] }
    const { body } = await register(bank)
    const device = ['authorization_code', 'urn:ietf:params:oauth:grant-type:device_code']
    const later = await own('PUT', body, { ...bank, client_id: body.client_id, grant_types: device })
    expect(later.body.error).toBe('invalid_client_metadata')
    t.foreign.answer = async () => Response.json(bank.redirect_uris)
    const listed = { sector_identifier_uri: 'https://bank.example/list.json', grant_types: device }
    expect((await register({ ...bank, ...listed })).status).toBe(201)
  })

  test('is not replaced by a wrong body', async () => {
    const { body } = await register()
    for (const change of [
      BODY,
      { ...BODY, client_id: 'cli_other' },
      { ...BODY, client_id: body.client_id, registration_access_token: 'x' },
      { ...BODY, client_id: body.client_id, client_id_issued_at: 1 },
      { ...BODY, client_id: body.client_id, redirect_uris: ['https://app.example/#'] },
    ])
      expect((await own('PUT', body, change)).status).toBe(400)
    expect((await own('GET', body)).body.redirect_uris).toEqual(BODY.redirect_uris)
  })

  test('is deleted by whoever has its token', async () => {
    const { body } = await register()
    expect(await findClient(t.deps, body.client_id)).toBeDefined()
    expect((await own('DELETE', body)).status).toBe(204)
    expect(await findClient(t.deps, body.client_id)).toBeUndefined()
    expect((await own('DELETE', body)).status).toBe(401)
  })

  test('is closed to everybody else: other tokens, other clients, disabled and expired ones', async () => {
    const { body } = await register()
    const other = (await register()).body
    const admin = await setUpAdmin(t)
    for (const token of [
      other.registration_access_token,
      admin.accessToken,
      'trt_x',
      `${body.registration_access_token}x`,
      'x'.repeat(500),
    ])
      for (const method of ['GET', 'PUT', 'DELETE']) {
        const answer = await own(
          method,
          body,
          method === 'PUT' ? { ...BODY, client_id: body.client_id } : undefined,
          token,
        )
        expect(answer.body).toMatchObject({ error: 'invalid_token' })
        expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer error="invalid_token"'])
      }
    expect((await call(t, `GET /oauth/register/${body.client_id}`)).status).toBe(401)
    expect((await own('GET', { ...body, client_id: `cli_${'0'.repeat(32)}` })).status).toBe(401)
    const path = `PATCH /v1/oauth-clients/${body.client_id}`
    const disabled = await call(t, path, { token: admin.accessToken, body: { status: 'disabled' } })
    expect(disabled.status, disabled.text).toBe(200)
    expect((await own('GET', body)).status).toBe(401)
    t.clock.advance(31 * 86_400_000)
    expect((await own('GET', other)).status).toBe(401)
  })

  test('ends after 30 days, and is swept then, unless somebody allowed it', async () => {
    const [unused, used] = [(await register()).body, (await register()).body]
    const client = await findClient(t.deps, used.client_id)
    if (client === undefined) throw new Error('no client')
    await commit(t.deps, { client: keepClient(t.deps, client, { consented: true }) })
    t.clock.advance(30 * 86_400_000)
    expect(await findClient(t.deps, unused.client_id)).toBeUndefined()
    expect(await findClient(t.deps, used.client_id)).toBeDefined()
    t.clock.advance(1)
    await runJobs(t.deps, 'sweep-keys')
    const { rows } = await t.deps.db.$client.execute('SELECT id FROM oauth_clients')
    expect(rows.map(({ id }) => id)).toEqual([used.client_id])
  })
})

describe('a flood', () => {
  test('from one network ends after 20 an hour; another network is not stopped', async () => {
    let peer = '192.0.2.1'
    const limited = await createTestApp({
      env: { OAUTH_REGISTRATION: 'open', RATE_LIMIT: 'on' },
      deps: { peerAddress: () => peer },
    })
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, at) => {
        peer = `192.0.2.${at}`
        return register({}, {}, limited)
      }),
    )
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(20)
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(80)
    expect(answers.find(({ status }) => status === 429)?.headers.get('retry-after')).toBe('3600')
    peer = '203.0.113.1'
    expect((await register({}, {}, limited)).status).toBe(201)
    await limited.close()
  })

  test('of changes ends with it: each may ask a host that the client chose', async () => {
    const limited = await createTestApp({ env: { OAUTH_REGISTRATION: 'open', RATE_LIMIT: 'on' } })
    limited.foreign.answer = async () => Response.json([])
    const { client_id, registration_access_token: token } = (await register({}, {}, limited)).body
    const change = { ...BODY, client_id, subject_type: 'pairwise', sector_identifier_uri: 'https://victim.example/' }
    const statuses = await Promise.all(
      Array.from({ length: 100 }, async () => {
        return (await call(limited, `PUT /oauth/register/${client_id}`, { token, body: change })).status
      }),
    )
    expect(statuses.filter((status) => status === 429)).toHaveLength(81)
    expect(limited.asked.length).toBeLessThanOrEqual(19)
    await limited.close()
  })

  test('from many networks fills no more than 10,000 rows, and used ones do not count', async () => {
    const expiresAt = t.clock.now() + 1000
    await t.deps.db.$client.execute({
      sql: `INSERT INTO oauth_clients (id, source, name, status, first_party, redirect_uris, post_logout_redirect_uris, grant_types, auth_method, subject_type, id_token_alg, requires_pushed_requests, requires_dpop, about, version, created_at, updated_at, expires_at)
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9999)
        SELECT 'cli_' || i, 'registration', 'x', 'active', 0, '[]', '[]', '[]', 'none', 'public', 'RS256', 0, 0, '{}', 1, 0, 0, ? FROM n`,
      args: [expiresAt],
    })
    const answers = await Promise.all(Array.from({ length: 10 }, () => register()))
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    const refused = answers.find(({ status }) => status !== 201)
    expect([refused?.status, refused?.body.error]).toEqual([503, 'temporarily_unavailable'])
    await t.deps.db.$client.execute("UPDATE oauth_clients SET expires_at = NULL WHERE id = 'cli_1'")
    expect((await register()).status).toBe(201)
  })

  test('of wrong tokens is 429 after 100 a minute', async () => {
    const limited = await createTestApp({ env: { OAUTH_REGISTRATION: 'open', RATE_LIMIT: 'on' } })
    const statuses: number[] = []
    for (let at = 0; at < 102; at++)
      statuses.push((await call(limited, `GET /oauth/register/cli_${'0'.repeat(32)}`, { token: `trt_${at}` })).status)
    expect([statuses.filter((status) => status === 401).length, statuses.at(-1)]).toEqual([100, 429])
    await limited.close()
  })
})
