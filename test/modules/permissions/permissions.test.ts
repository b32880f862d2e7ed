/** The permissions of applications. */
import { afterEach, beforeEach, expect, test } from 'bun:test'
import { permissions } from '../../../src/core/permissions.ts'
import { call, setUpAdmin } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import { expectRefused, expectStatus, organisation, type Person, person, rows } from '../roles/support/people.ts'

let t: TestApp
let admin: Person
beforeEach(async () => {
  t = await createTestApp()
  const session = await setUpAdmin(t)
  admin = { ...session, token: session.accessToken }
})
afterEach(() => t.close())

const register = (name: string, description?: string) =>
  expectStatus(t, 201, 'POST /v1/permissions', admin, { name, ...(description === undefined ? {} : { description }) })

test('are listed after ours, with where they are valid', async () => {
  expect(await register('invoices:approve', 'Approve invoices.')).toEqual({
    name: 'invoices:approve',
    description: 'Approve invoices.',
    builtIn: false,
    validIn: ['instance', 'organisation'],
  })
  const { items } = await expectStatus<{
    items: { name: string; description: string; builtIn: boolean; validIn: string[] }[]
  }>(t, 200, 'GET /v1/permissions', admin)
  expect(items.filter(({ builtIn }) => builtIn).map(({ name }) => name)).toEqual([...permissions])
  expect(items.filter(({ description }) => description === '')).toEqual([])
  expect(items.at(-1)).toMatchObject({ name: 'invoices:approve', builtIn: false })
  expect(items.find(({ name }) => name === 'users:write')?.validIn).toEqual(['instance'])
  expect(items.find(({ name }) => name === 'roles:write')?.validIn).toEqual(['instance', 'organisation'])
})

test('are shown to members of an organisation, to nobody else without the permission', async () => {
  const [member, other] = [await person(t), await person(t)]
  const org = await organisation(t, [[member, 'member']])
  await expectStatus(t, 200, `GET /v1/permissions?orgId=${org}`, member)
  await expectRefused(t, 403, 'auth.forbidden', 'GET /v1/permissions', member)
  await expectRefused(t, 404, 'org.not_found', `GET /v1/permissions?orgId=${org}`, other)
  await expectRefused(t, 404, 'org.not_found', `GET /v1/permissions?orgId=org_${'0'.repeat(32)}`, admin)
  for (const path of ['POST /v1/permissions', 'DELETE /v1/permissions/invoices:approve'])
    await expectRefused(t, 403, 'auth.forbidden', path, member, path.startsWith('POST') ? { name: 'a:b' } : undefined)
})

test('have a noun that is not ours, and a name of the documented form', async () => {
  for (const name of ['users:explode', 'roles:read', 'orgs:own', 'webhooks:write', 'api-keys:all', 'policies:x'])
    await expectRefused(t, 422, 'request.invalid', 'POST /v1/permissions', admin, { name })
  for (const name of [
    'invoices',
    'Invoices:read',
    'a:b:c',
    ':read',
    'a:',
    'a b:c',
    '__proto__:x',
    'ä:b',
    `${'a'.repeat(65)}:b`,
    7,
  ])
    await expectRefused(t, 422, 'request.invalid', 'POST /v1/permissions', admin, { name })
  await register('invoices:approve')
  await expectRefused(t, 409, 'permission.name_taken', 'POST /v1/permissions', admin, { name: 'invoices:approve' })
  expect(await rows(t, 'SELECT name FROM app_permissions')).toEqual([{ name: 'invoices:approve' }])
})

test('are 1,000 at most, also by requests at once', async () => {
  const { $client } = t.deps.db
  await $client.batch(
    Array.from({ length: 995 }, (_, index) => ({
      sql: 'INSERT INTO app_permissions VALUES (?, ?, 0)',
      args: [`nouns:verb${index}`, ''],
    })),
  )
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, index) =>
      call<{ code: string }>(t, 'POST /v1/permissions', { token: admin.token, body: { name: `more:verb${index}` } }),
    ),
  )
  expect(answers.filter(({ status }) => status === 201).length).toBe(5)
  for (const { status, body } of answers) if (status !== 201) expect(body.code).toBe('permission.limit_reached')
})

test('leave every role and rule with their deletion: a later one with the same name is given to nobody', async () => {
  await register('invoices:approve')
  await register('invoices:read')
  const owner = await person(t)
  const org = await organisation(t, [[owner, 'owner']])
  const body = { name: 'clerk', permissions: ['invoices:approve', 'invoices:read'] }
  await expectStatus(t, 201, 'POST /v1/roles', admin, body)
  await expectStatus(t, 201, `POST /v1/orgs/${org}/roles`, owner, body)
  const rule = { name: 'big', effect: 'deny', permissions: ['invoices:approve'], condition: 'true', orgId: org }
  const { id } = await expectStatus(t, 201, 'POST /v1/policies', owner, rule)
  await expectStatus(t, 204, 'DELETE /v1/permissions/invoices:approve', admin)
  await register('invoices:approve')
  expect(await rows(t, 'SELECT permissions FROM custom_roles')).toEqual([
    { permissions: '["invoices:read"]' },
    { permissions: '["invoices:read"]' },
  ])
  expect((await expectStatus(t, 200, `GET /v1/policies/${id}`, owner)).permissions).toEqual([])
  await expectRefused(t, 404, 'permission.not_found', 'DELETE /v1/permissions/users:read', admin)
  await expectRefused(t, 404, 'permission.not_found', 'DELETE /v1/permissions/no:body', admin)
  const log = await rows(t, "SELECT type FROM events WHERE type LIKE 'permission.%' ORDER BY id")
  expect(log.map(({ type }) => type)).toEqual([
    'permission.created',
    'permission.created',
    'permission.deleted',
    'permission.created',
  ])
})
