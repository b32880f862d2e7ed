/** The types of resources that applications declare. */
import { afterEach, beforeEach, expect, test } from 'bun:test'
import { setUpAdmin } from '../../support/client.ts'
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

const declare = (name: string, attributes: object) =>
  expectStatus<{ name: string }>(t, 201, 'POST /v1/resource-types', admin, { name, attributes })

test('are declared by administrators, and shown to members of organisations', async () => {
  const invoice = await declare('invoice', { amount: 'int', paidAt: 'timestamp' })
  expect(invoice).toMatchObject({ name: 'invoice', attributes: { amount: 'int', paidAt: 'timestamp' } })
  const member = await person(t)
  const org = await organisation(t, [[member, 'member']])
  const shown = await expectStatus<{ items: object[] }>(t, 200, `GET /v1/resource-types?orgId=${org}`, member)
  expect(shown.items).toEqual([invoice])
  await expectRefused(t, 403, 'auth.forbidden', 'GET /v1/resource-types', member)
  await expectRefused(t, 403, 'auth.forbidden', 'POST /v1/resource-types', member, { name: 'x', attributes: {} })
  await expectRefused(t, 403, 'auth.forbidden', 'PATCH /v1/resource-types/invoice', member, { attributes: {} })
  await expectRefused(t, 403, 'auth.forbidden', 'DELETE /v1/resource-types/invoice', member)
  await expectRefused(t, 409, 'resource.type_taken', 'POST /v1/resource-types', admin, {
    name: 'invoice',
    attributes: {},
  })
  const log = await rows(t, "SELECT type FROM events WHERE type LIKE 'resource_type.%'")
  expect(log).toEqual([{ type: 'resource_type.created' }])
})

test('refuse hostile names, hostile attributes and unknown types of attributes', async () => {
  for (const name of ['Invoice', '__proto__', '', 'a b', 'x'.repeat(65), 1, null])
    await expectRefused(t, 422, 'request.invalid', 'POST /v1/resource-types', admin, { name, attributes: {} })
  const text = '{"__proto__":"string"}'
  for (const attributes of [
    JSON.parse(text) as object,
    { id: 'string' },
    { type: 'string' },
    { 'a.b': 'string' },
    { a: 'map' },
    { a: null },
    { '': 'int' },
    [],
    Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`a${index}`, 'int'])),
  ])
    await expectRefused(t, 422, 'request.invalid', 'POST /v1/resource-types', admin, { name: 'invoice', attributes })
  expect(await rows(t, 'SELECT * FROM resource_types')).toEqual([])
  await declare('odd', { constructor: 'string', toString: 'int', hasOwnProperty: 'bool' })
})

test('are 200 at most', async () => {
  await t.deps.db.$client.batch(
    Array.from({ length: 200 }, (_, index) => ({
      sql: "INSERT INTO resource_types VALUES (?, '{}', 0, 0)",
      args: [`type${index}`],
    })),
  )
  await expectRefused(t, 409, 'resource.type_limit_reached', 'POST /v1/resource-types', admin, {
    name: 'more',
    attributes: {},
  })
})
