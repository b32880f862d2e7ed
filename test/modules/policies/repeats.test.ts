/** POST of roles, permissions, rules and resource types with an Idempotency-Key: one takes effect, the others repeat its answer. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { call, type Session, setUpAdmin } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import { organisation, rows } from '../roles/support/people.ts'

let t: TestApp
let admin: Session
let org: string
beforeAll(async () => {
  t = await createTestApp()
  admin = await setUpAdmin(t)
  org = await organisation(t, [[admin, 'owner']])
})
afterAll(() => t.close())

const rule = { name: 'r', effect: 'deny', permissions: ['orgs:delete'], condition: 'false' }
test.each<[string, (org: string) => string, object, object, string, (id: string) => string]>([
  [
    'roles',
    () => '/v1/roles',
    { name: 'helper', mfaRequired: true },
    { name: 'other' },
    'custom_roles',
    () => '/helper',
  ],
  [
    'roles of an organisation',
    (id) => `/v1/orgs/${id}/roles`,
    { name: 'aid', permissions: ['orgs:read'] },
    { name: 'aide' },
    'custom_roles',
    () => '/aid',
  ],
  [
    'permissions',
    () => '/v1/permissions',
    { name: 'bills:pay' },
    { name: 'bills:see' },
    'app_permissions',
    () => '/bills:pay',
  ],
  ['rules', () => '/v1/policies', rule, { ...rule, name: 's' }, 'policies', (id) => `/${id}`],
  [
    'resource types',
    () => '/v1/resource-types',
    { name: 'bill', attributes: {} },
    { name: 'bull', attributes: {} },
    'resource_types',
    () => '/bill',
  ],
])('%s', async (name, path, body, another, table, one) => {
  const post = (sent: object, key = name) =>
    call<{ id: string; code?: string }>(t, `POST ${path(org)}`, {
      token: admin.accessToken,
      body: sent,
      headers: { 'idempotency-key': `"${key}"` },
    })
  const count = async () => (await rows(t, `SELECT * FROM ${table}`)).length
  const before = await count()
  const answers = [...(await Promise.all([post(body), post(body), post(body)])), await post(body)]
  expect(answers.map(({ status, text }) => [status, text])).toEqual(answers.map(() => [201, String(answers[0]?.text)]))
  expect(answers.filter(({ headers }) => headers.get('idempotency-replayed') === 'true')).toHaveLength(3)
  expect(await count()).toBe(before + 1)
  expect((await post(another)).body.code).toBe('idempotency.key_reused')
  expect((await post(body, `${name} 2`)).status).toBe(409) // its name is taken
  const gone = await call(t, `DELETE ${path(org)}${one(answers[0]?.body.id ?? '')}`, { token: admin.accessToken })
  expect(gone.status, gone.text).toBe(204)
  expect((await post(body)).status).toBe(404)
  expect(await count()).toBe(before)
})
