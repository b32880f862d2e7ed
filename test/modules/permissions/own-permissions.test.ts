import { afterAll, beforeAll, expect, test } from 'bun:test'
import { Elysia } from 'elysia'
import { problems } from '../../../src/http/problems.ts'
import { requests } from '../../../src/http/requests.ts'
import { ownRoutes } from '../../../src/modules/permissions/own-routes.ts'
import { permissions } from '../../../src/core/permissions.ts'
import { call, setUpAdmin, signUp } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import { makeOrg, makeRole } from '../authz/support.ts'

let t: TestApp
let app: { handle: (request: Request) => Promise<Response> }
beforeAll(async () => {
  t = await createTestApp()
  app = new Elysia({ normalize: false })
    .use(problems(t.deps, () => []))
    .use(requests(t.deps))
    .use(ownRoutes(t.deps))
})
afterAll(() => t.close())

interface Own {
  permissions: string[]
  hash: string
  code?: string
}
const own = (token: string, query = '') =>
  call<Own>({ app } as Pick<TestApp, 'app'>, `GET /v1/me/permissions${query}`, { token })

test('lists the permissions of the roles in the instance and in an organisation, with a hash', async () => {
  const admin = (await setUpAdmin(t)).accessToken
  expect((await own(admin)).body.permissions).toEqual([...permissions].sort())
  const { accessToken: token, user } = await signUp(t, 'user@example.com')
  const none = await own(token)
  expect(none.body.permissions).toEqual([])
  const orgId = await makeOrg(t, { [user.id]: ['clerk'] })
  await makeRole(t, orgId, 'clerk', ['invoices:read', 'invoices:approve'])
  const there = await own(token, `?orgId=${orgId}`)
  expect(there.body.permissions).toEqual(['invoices:approve', 'invoices:read'])
  expect(there.body.hash).toMatch(/^[\w-]{22}$/)
  expect(there.body.hash).not.toBe(none.body.hash)
  expect((await own(token, `?orgId=${orgId}`)).text).toBe(there.text)
  // The administrator of the instance is no member: the organisation is not theirs to see here.
  for (const [caller, id] of [
    [admin, orgId],
    [token, 'org_ffffffffffffffffffffffffffffffff'],
  ] as const)
    expect((await own(caller, `?orgId=${id}`)).body.code).toBe('org.not_found')
  expect((await own(token, '?orgId=x')).status).toBe(422)
  expect((await own('x')).status).toBe(401)
})
