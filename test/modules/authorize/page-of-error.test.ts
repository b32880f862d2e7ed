/** What a person sees whom a limit, a busy server or a malformed form stops. */
import { afterEach, beforeEach, expect, test } from 'bun:test'
import { call } from '../../support/client.ts'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'

let t: TestApp
beforeEach(async () => {
  t = await createTestApp({ env: { RATE_LIMIT: 'on' } })
})
afterEach(() => t.close())

const PAGE = { accept: 'text/html,application/xhtml+xml', 'accept-language': 'pt' }

test.each([
  ['GET /oauth/authorize?client_id=nobody', 600],
  ['GET /oauth/logout?client_id=nobody', 600],
  ['GET /device', 60],
])('%s: a page with the time to wait for a person, and a problem document for a program', async (route, points) => {
  for (let turn = 0; turn < points; turn++) expect((await call(t, route, { headers: PAGE })).status).not.toBe(429)
  const page = await call(t, route, { headers: PAGE })
  expect([page.status, page.headers.get('content-type')]).toEqual([429, 'text/html; charset=utf-8'])
  expect(page.text).toContain('Tente de novo daqui a pouco')
  expect(page.headers.get('retry-after')).toBe('60')
  expect(page.headers.get('content-security-policy')).toStartWith("default-src 'none'")
  const document = await call(t, route)
  expect([document.status, document.body.code]).toEqual([429, 'request.rate_limited'])
})

test('an error of the server is none to wait for, and shows nothing of itself', async () => {
  await t.deps.db.$client.execute('DROP TABLE oauth_clients')
  t.deps.principals.forgetAll()
  const broken = await call(t, 'GET /oauth/authorize?client_id=cli_1', { headers: PAGE })
  expect(broken.status).toBe(500)
  expect(broken.text).not.toContain('oauth_clients')
})

test('a form of the consent page with a field that comes twice is a page with status 400', async () => {
  const twice = new URLSearchParams('decision=allow&decision=deny&interaction=x')
  const answer = await call(t, 'POST /oauth/consent', { headers: { ...PAGE, origin: ORIGIN }, body: twice })
  expect([answer.status, answer.headers.get('content-type')]).toEqual([400, 'text/html; charset=utf-8'])
})
