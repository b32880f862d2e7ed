/** Who loses a role in the same moment makes nothing with it, and learns that it is for want of a role and not of room. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { beforeWrite } from '../../support/before-write.ts'
import { call, PASSWORD, type Session, setUpAdmin, signIn, signUp, type User } from '../../support/client.ts'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'
import { join, makeAccount, makeKey, makeOrg } from '../api-keys/support/keys.ts'
import { makeClient as makeMachine } from '../oauth-clients/support/clients.ts'
import { connect, makeClient, postForm, type Tokens } from '../token/support/oauth.ts'

let t: TestApp
let first: Session
beforeAll(async () => {
  t = await createTestApp()
  first = await setUpAdmin(t)
})
afterAll(() => t.close())

const client = { name: 'Left behind', redirectUris: ['https://app.example/back'] }
const creations: [string, string, object][] = [
  ['POST /v1/webhooks', 'webhooks', { url: 'https://hooks.example/in', events: ['*'] }],
  ['POST /v1/oauth-clients', 'oauth_clients', client],
  ['POST /v1/oauth-clients/:id/secrets', 'client_secrets', {}],
  ['POST /v1/resources', 'resources', { audience: 'https://api.example/left', name: 'Left behind', scopes: [] }],
  ['POST /v1/service-accounts', 'service_accounts', { name: 'Left behind', roles: ['user'] }],
]
const rowsOf = async (table: string) =>
  (await t.deps.db.$client.execute(`SELECT * FROM ${table}`)).rows.map((row) => ({ ...row }))

test.each(creations)('%s', async (route, table, body) => {
  const made = await call<{ clientId: string }>(t, 'POST /v1/oauth-clients', { token: first.accessToken, body: client })
  expect(made.status, made.text).toBe(201)
  const email = `${table}@example.com`
  const asked = { email, password: PASSWORD, roles: ['admin'] }
  const { body: person } = await call<User>(t, 'POST /v1/users', { token: first.accessToken, body: asked })
  const { accessToken: token } = await signIn(t, email)
  const before = await rowsOf(table)
  beforeWrite(t, table, async () => {
    const demotion = { token: first.accessToken, body: { roles: [] } }
    expect((await call(t, `PATCH /v1/users/${person.id}`, demotion)).status).toBe(200)
  })
  const refused = await call(t, route.replace(':id', made.body.clientId), { token, body })
  expect([refused.status, refused.body.code], refused.text).toEqual([401, 'session.expired'])
  expect(await rowsOf(table)).toEqual(before)
})

const eventsOfHooks = async () =>
  (await t.deps.db.$client.execute("SELECT id FROM events WHERE type IN ('webhook.tested', 'action.created')")).rows

test('a key that is revoked in the same moment has nothing sent', async () => {
  const { accessToken: token } = await signIn(t, 'admin@example.com')
  const webhook = { url: 'https://hooks.example/in', events: ['user.created'] }
  const { id } = (await call<{ id: string }>(t, 'POST /v1/webhooks', { token, body: webhook })).body
  const { id: keyId, key } = await makeKey(t, token, { scopes: ['webhooks:write'] })
  const before = [await rowsOf('webhook_deliveries'), await eventsOfHooks()]
  beforeWrite(t, 'webhook_deliveries', async () => {
    expect((await call(t, `DELETE /v1/api-keys/${keyId}`, { token })).status).toBe(204)
  })
  const refused = await call(t, `POST /v1/webhooks/${id}/test`, { token: key })
  expect([refused.status, refused.body.code], refused.text).toEqual([401, 'session.expired'])
  expect([await rowsOf('webhook_deliveries'), await eventsOfHooks()]).toEqual(before)
})

test.each(['the grant', 'the session'])('a client that loses %s in the same moment makes nothing', async (lost) => {
  const { accessToken: token, user } = await signIn(t, 'admin@example.com')
  const { rows } = await t.deps.db.$client.execute({
    sql: 'SELECT id FROM sessions WHERE user_id = ? ORDER BY rowid DESC LIMIT 1',
    args: [user.id],
  })
  const who = { userId: user.id, sessionId: String(rows[0]?.id), cookie: '', accessToken: token }
  const { tokens } = await connect(t, await makeClient(t), { [ORIGIN]: ['actions:write'] }, who)
  const before = [await rowsOf('actions'), await eventsOfHooks()]
  beforeWrite(t, 'actions', async () => {
    if (lost === 'the session') return expect((await call(t, 'POST /v1/auth/sign-out', { token })).status).toBe(204)
    const { body } = await call<{ items: { id: string }[] }>(t, 'GET /v1/me/grants', { token })
    for (const { id } of body.items) expect((await call(t, `DELETE /v1/me/grants/${id}`, { token })).status).toBe(204)
  })
  const body = { trigger: 'sign_up', url: 'https://hooks.example/before', enabled: false }
  const refused = await call(t, 'POST /v1/actions', { token: tokens.access_token, body })
  expect([refused.status, refused.body.code], refused.text).toEqual([401, 'session.expired'])
  expect([await rowsOf('actions'), await eventsOfHooks()]).toEqual(before)
})

/** A credential of a program, and the request of an administrator that ends it or what it rests on. */
type Ending = (token: string) => Promise<{ credential: string; by: [route: string, body?: object]; orgId?: string }>
const SCOPES = ['notifications:write']

const accountKey =
  (act: 'lost' | 'disabled' | 'deleted', org: boolean): Ending =>
  async (token) => {
    const place = org ? { orgId: await makeOrg(t, token, `Of ${act}`) } : {}
    const { id } = await makeAccount(t, token, { ...place, roles: ['admin'] })
    const { key } = await makeKey(t, token, { ...place, serviceAccountId: id, scopes: SCOPES })
    const route = `${act === 'deleted' ? 'DELETE' : 'PATCH'} /v1/service-accounts/${id}`
    const body = { lost: { roles: [] }, disabled: { status: 'disabled' }, deleted: undefined }[act]
    return { credential: key, by: body === undefined ? [route] : [route, body], ...place }
  }

const accountClient =
  (ends: (account: string, client: string) => [route: string, body?: object]): Ending =>
  async (token) => {
    const { id } = await makeAccount(t, token, { roles: ['admin'] })
    const { clientId, clientSecret } = await makeMachine(t, token, {
      grantTypes: ['client_credentials'],
      scopes: SCOPES,
      serviceAccountId: id,
    })
    const client = { id: clientId, secret: clientSecret }
    const { body } = await postForm<Tokens>(t, '/oauth/token', { grant_type: 'client_credentials' }, { client })
    return { credential: body.access_token, by: ends(id, clientId) }
  }

const sendings = async () =>
  (await t.deps.db.$client.execute("SELECT id FROM events WHERE type = 'notification.sent'")).rows

/** A new administrator. */
async function administrator(token: string): Promise<Session> {
  const email = `owner-${crypto.randomUUID()}@example.com`
  expect(
    (await call(t, 'POST /v1/users', { token, body: { email, password: PASSWORD, roles: ['admin'] } })).status,
  ).toBe(201)
  return signIn(t, email)
}

test.each<[string, Ending]>([
  ['a key whose service account loses its role', accountKey('lost', false)],
  ['a key whose service account is disabled', accountKey('disabled', false)],
  ['a key whose service account is deleted', accountKey('deleted', false)],
  ['a key whose service account of an organisation loses its role', accountKey('lost', true)],
  ['a key whose service account of an organisation is disabled', accountKey('disabled', true)],
  [
    'a key whose owner is disabled',
    async (token) => {
      const { user, accessToken } = await administrator(token)
      const { key } = await makeKey(t, accessToken, { scopes: SCOPES })
      return { credential: key, by: [`POST /v1/users/${user.id}/disable`, {}] }
    },
  ],
  [
    'a client whose service account loses its role',
    accountClient((id) => [`PATCH /v1/service-accounts/${id}`, { roles: [] }]),
  ],
  [
    'a client whose service account is disabled',
    accountClient((id) => [`PATCH /v1/service-accounts/${id}`, { status: 'disabled' }]),
  ],
  ['a client that is disabled', accountClient((_, id) => [`PATCH /v1/oauth-clients/${id}`, { status: 'disabled' }])],
  ['a client that is deleted', accountClient((_, id) => [`DELETE /v1/oauth-clients/${id}`])],
])('%s in the same moment sends nothing', async (_, ending) => {
  const { accessToken: token } = await signIn(t, 'admin@example.com')
  const { credential, by, orgId } = await ending(token)
  const before = [await rowsOf('notifications'), await sendings()]
  beforeWrite(t, 'notifications', async () => {
    const ended = await call(t, by[0], { token, body: by[1] })
    expect(ended.status, ended.text).toBeLessThan(300)
  })
  const target = orgId === undefined ? { userId: first.user.id } : { userId: first.user.id, orgId }
  const body = { to: [target], title: 'Left behind' }
  const refused = await call(t, 'POST /v1/notifications', { token: credential, body })
  expect([refused.status, refused.body.code], refused.text).toEqual([401, 'session.expired'])
  expect([await rowsOf('notifications'), await sendings()]).toEqual(before)
})

test.each<[string, (id: string) => [route: string, body?: object]]>([
  ['loses the role', (id) => [`PATCH /v1/users/${id}`, { roles: ['user'] }]],
  ['is disabled', (id) => [`POST /v1/users/${id}/disable`, {}]],
  ['is deleted', (id) => [`DELETE /v1/users/${id}`]],
])('an administrator who %s in the same moment sends nothing as another person', async (_, by) => {
  const { accessToken: token } = await signIn(t, 'admin@example.com')
  const { user, accessToken } = await administrator(token)
  const role = { name: `clerk-${crypto.randomUUID()}`, permissions: ['notifications:write'] }
  expect((await call(t, 'POST /v1/roles', { token, body: role })).status).toBe(201)
  const clerk = await signUp(t, `${role.name}@example.com`)
  expect((await call(t, `PATCH /v1/users/${clerk.user.id}`, { token, body: { roles: [role.name] } })).status).toBe(200)
  const acting = await call<Session>(t, `POST /v1/users/${clerk.user.id}/impersonate`, {
    token: accessToken,
    body: { reason: 'To see what they see' },
  })
  expect(acting.status, acting.text).toBe(200)
  const send = (title: string) =>
    call(t, 'POST /v1/notifications', {
      token: acting.body.accessToken,
      body: { to: [{ userId: clerk.user.id }], title },
    })
  expect((await send('While it may')).status).toBe(201)
  const before = [await rowsOf('notifications'), await sendings()]
  beforeWrite(t, 'notifications', async () => {
    const [route, body] = by(user.id)
    const ended = await call(t, route, { token, body })
    expect(ended.status, ended.text).toBeLessThan(300)
  })
  const refused = await send('Left behind')
  expect([refused.status, refused.body.code], refused.text).toEqual([401, 'session.expired'])
  expect([await rowsOf('notifications'), await sendings()]).toEqual(before)
})

test.each(['of an organisation', 'of a service account'])('no key %s is left behind', async (owner) => {
  const { accessToken: token } = await signIn(t, 'admin@example.com')
  const orgId = await makeOrg(t, token, owner)
  const account = await makeAccount(t, token, { orgId, roles: ['admin'] })
  const body = {
    name: 'Left behind',
    scopes: ['orgs:read'],
    ...(owner === 'of an organisation' ? { orgId } : { serviceAccountId: account.id }),
  }
  const { id } = await makeKey(t, token, body)
  for (const [route, asked] of [
    ['POST /v1/api-keys', body],
    [`POST /v1/api-keys/${id}/rotate`, {}],
  ] as const) {
    const clerk = await signUp(t, `clerk-${crypto.randomUUID()}@example.com`)
    await join(t, orgId, clerk, ['admin'])
    const before = await rowsOf('api_keys')
    beforeWrite(t, 'api_keys', async () => {
      const demotion = { token, body: { roles: ['member'] } }
      expect((await call(t, `PATCH /v1/orgs/${orgId}/members/${clerk.user.id}`, demotion)).status).toBe(200)
    })
    const refused = await call(t, route, { token: clerk.accessToken, body: asked })
    expect([route, refused.status >= 400, refused.text.includes('"key"')]).toEqual([route, true, false])
    expect(await rowsOf('api_keys')).toEqual(before)
  }
})

test('nobody makes an administrator who is one no longer', async () => {
  const { accessToken: token } = await signIn(t, 'admin@example.com')
  const target = await signUp(t, 'target@example.com')
  for (const [route, body] of [
    ['POST /v1/users', { email: 'left@example.com', password: PASSWORD, roles: ['admin'] }],
    [`PATCH /v1/users/${target.user.id}`, { roles: ['admin'] }],
  ] as const) {
    const email = `maker-${crypto.randomUUID()}@example.com`
    const made = await call<User>(t, 'POST /v1/users', { token, body: { email, password: PASSWORD, roles: ['admin'] } })
    const { accessToken } = await signIn(t, email)
    const before = [await rowsOf('users'), await rowsOf('user_roles')]
    beforeWrite(t, 'users', async () => {
      await t.deps.db.$client.execute({ sql: 'DELETE FROM user_roles WHERE user_id = ?', args: [made.body.id] })
    })
    const refused = await call(t, route, { token: accessToken, body })
    expect([refused.status, refused.body.code], refused.text).toEqual([401, 'session.expired'])
    const gone = (before[1] ?? []).filter(({ user_id: id }) => id !== made.body.id)
    expect([await rowsOf('users'), await rowsOf('user_roles')]).toEqual([before[0] ?? [], gone])
  }
})
