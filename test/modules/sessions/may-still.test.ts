/** Who loses a role in the same moment makes nothing with it, and learns that it is for want of a role and not of room. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { beforeWrite } from '../../support/before-write.ts'
import { call, PASSWORD, type Session, setUpAdmin, signIn, type User } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'

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
