/** What questions take is taken from the requests of the account. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { joined } from '../../core/authz/support/hostile-conditions.ts'
import { call, signUp } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import { makeOrg, makeRule } from '../authz/support.ts'

let t: TestApp
beforeAll(async () => {
  t = await createTestApp({ env: { RATE_LIMIT: 'on', RATE_LIMIT_PER_MINUTE: '20000' } })
})
afterAll(() => t.close())

test('an account cannot hold the process with rules of its own: expensive questions are refused after a few', async () => {
  const { accessToken: token, user } = await signUp(t, 'mallory@example.com')
  const orgId = await makeOrg(t, { [user.id]: ['owner'] })
  const condition = `size(${joined(64, 'resource.list')}) == 3`
  for (let made = 0; made < 20; made++)
    await makeRule(t, { orgId, effect: 'deny', permissions: ['members:read'], condition })
  const ask = (action: string, evaluations: number) =>
    call(t, 'POST /access/v1/evaluations', {
      token,
      body: {
        subject: { type: 'user', id: user.id },
        action: { name: action },
        resource: { type: 'x', id: 'x', properties: { orgId, list: [1] } },
        evaluations: Array.from({ length: evaluations }, () => ({})),
      },
    })
  const remaining = async () =>
    Number((await ask('orgs:read', 1)).headers.get('ratelimit')?.match(/;r=(\d+)/)?.[1] ?? Number.NaN)
  const before = await remaining()
  expect((await ask('orgs:read', 100)).status).toBe(200)
  expect(before - (await remaining())).toBe(2) // without a rule each is one request
  const statuses: number[] = []
  for (let asked = 0; asked < 12 && statuses.at(-1) !== 429; asked++)
    statuses.push((await ask('members:read', 30)).status)
  expect(statuses.at(-1)).toBe(429)
  expect(statuses.length).toBeGreaterThan(1)
})

test('nor with rules on the routes of the organisation', async () => {
  const { accessToken: token, user } = await signUp(t, 'trudy@example.com')
  const orgId = await makeOrg(t, { [user.id]: ['owner'] })
  const remaining = async () => {
    const { status, headers } = await call(t, `GET /v1/orgs/${orgId}/members`, { token })
    expect(status).toBe(200)
    return Number(headers.get('ratelimit')?.match(/;r=(\d+)/)?.[1] ?? Number.NaN)
  }
  const before = await remaining()
  expect(before - (await remaining())).toBe(1)
  const condition = `size(${joined(64, 'actor.amr')}) == 3`
  for (let made = 0; made < 10; made++)
    await makeRule(t, { orgId, effect: 'deny', permissions: ['members:read'], condition })
  const first = await remaining()
  expect(first - (await remaining())).toBeGreaterThan(20)
})
