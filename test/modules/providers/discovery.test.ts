/** A flood of sign-ins sends few requests to a provider, and a failing provider gets a pause (security.md 30, 35). */
import { expect, test } from 'bun:test'
import { call } from '../../support/client.ts'
import type { TestApp } from '../../support/test-app.ts'
import { APP, openBrowser } from './support/browser.ts'
import type { FakeProvider } from './support/fake-provider.ts'
import { besideFakeProvider, createWorld, outcomeOf, START } from './support/world.ts'

let fake: FakeProvider
let t: TestApp
besideFakeProvider((provider, app) => {
  fake = provider
  t = app
})

const start = (headers: Record<string, string> = {}) => call(t, 'GET /v1/auth/providers/acme/start', { headers })
const discoveries = () => fake.asked.filter((path) => path.includes('well-known')).length
const many = (count: number) => Promise.all(Array.from({ length: count }, () => start()))

test('200 starts at once ask for metadata once', async () => {
  expect(new Set((await many(200)).map(({ status }) => status))).toEqual(new Set([302]))
  expect(discoveries()).toBe(1)
})

test.each([
  ['answers 503', 'provider.unavailable', () => new Response('', { status: 503 })],
  ['answers nonsense', 'provider.answer_invalid', () => new Response('<p>')],
  ['is another issuer', 'provider.answer_invalid', () => Response.json({ issuer: 'https://accounts.google.com' })],
] as const)('where it %s, 400 starts ask once in ten seconds, and again after that', async (_, code, respond) => {
  fake.lies = { respond }
  const codes = [...(await many(200)), ...(await many(200))].map(({ body }) => body.code)
  expect(new Set(codes)).toEqual(new Set([code]))
  expect(discoveries()).toBe(1)
  t.clock.advance(9_999)
  await start()
  expect(discoveries()).toBe(1)
  fake.lies = {}
  t.clock.advance(1)
  expect((await start()).status).toBe(302)
  expect(discoveries()).toBe(2)
})

test('a failure that is remembered says how long', async () => {
  fake.lies = { respond: () => new Response('', { status: 503 }) }
  await start()
  t.clock.advance(3_000)
  expect((await start()).headers.get('retry-after')).toBe('7')
})

test('a failure of one provider does not affect another', async () => {
  await t.close()
  const [acme, other] = [fake.issuer, `${fake.issuer}/elsewhere`].map((issuer, index) => ({
    id: ['acme', 'other'][index],
    issuer,
    clientId: 'c',
    clientSecret: 's',
  }))
  t = await createWorld(fake.issuer, { env: { OIDC_PROVIDERS: JSON.stringify([acme, other]) } })
  expect((await call(t, 'GET /v1/auth/providers/other/start')).status).toBe(502)
  expect((await start()).status).toBe(302)
})

test('starts have a budget of each network: 300 an hour, and others go on', async () => {
  await t.close()
  t = await createWorld(fake.issuer, { env: { RATE_LIMIT: 'on', TRUSTED_PROXIES: '203.0.113.7' } })
  const from = (address: string) => start({ 'x-forwarded-for': address })
  for (let asked = 0; asked < 300; asked++) expect((await from('198.51.100.1')).status).toBe(302)
  const refused = await from('198.51.100.1')
  expect([refused.status, refused.body.code]).toEqual([429, 'request.rate_limited'])
  expect(refused.headers.get('set-cookie')).toBeNull()
  expect((await from('192.0.2.1')).status).toBe(302)
  t.clock.advance(3_600_000)
  expect((await from('198.51.100.1')).status).toBe(302)
})

test('a person who cannot get to the provider is sent back to the app, and the log says why', async () => {
  fake.lies = { respond: () => new Response('', { status: 503 }) }
  const page = await openBrowser(t).go(`${START}?returnTo=${APP}/other`)
  expect(page.url).toBe(`${APP}/other?error=provider.unavailable`)
  expect(outcomeOf(page)).toBe('provider.unavailable')
  expect(t.logged.filter(({ level }) => level === 'warning')).toMatchObject([
    { fields: { provider: 'acme', code: 'provider.unavailable', reason: expect.stringContaining('answered 503') } },
  ])
})
