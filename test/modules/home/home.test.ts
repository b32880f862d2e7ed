/** The root over HTTP: for browsers, for programs, and with HOME_URL. */
import { afterAll, beforeAll, describe, expect, spyOn, test } from 'bun:test'
import { call, signInWithCookie, signUp } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'

const BROWSER = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' }
const HOME = 'https://www.example.com/'

let t: TestApp
let elsewhere: TestApp
beforeAll(async () => {
  t = await createTestApp()
  elsewhere = await createTestApp({ env: { HOME_URL: HOME } })
})
afterAll(() => Promise.all([t.close(), elsewhere.close()]))

describe('who asks for the root', () => {
  test.each([
    ['text/html', true],
    ['TEXT/HTML;q=0.5', true],
    ['text/html;q=0.5,application/json;q=0.5', true],
    ['application/json,text/html;q=0.9', false],
    ['application/json', false],
    ['application/json, text/plain, */*', false],
    ['*/*;q=0.8,application/json;q=0.5', false],
    ['application/json;q=0', true],
    ['*/*', true],
    ['text/*', true],
    ['nonsense', true],
    ['', true],
    [`${'a/b,'.repeat(100)}application/json`, true],
  ])('%s', async (accept, isPage) => {
    const { status, headers } = await call(t, 'GET /', { headers: { accept } })
    expect([status, headers.get('content-type')?.startsWith('text/html')]).toEqual([200, isPage])
    expect(headers.get('vary')).toMatch(/Accept/)
    expect(headers.get('cache-control')).toBe('no-store')
  })

  test('another method is refused, with the ones that there are', async () => {
    const { status, headers } = await call(t, 'POST /', { body: {} })
    expect([status, headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  })
})

test.each(['test', 'development'])('costs two round trips at most, with a cold memory, in %s', async (NODE_ENV) => {
  const app = await createTestApp({ env: { NODE_ENV } })
  await signUp(app, 'ada@example.com')
  const cookie = await signInWithCookie(app, 'ada@example.com')
  const { $client } = app.deps.db
  const [one, many] = [spyOn($client, 'execute'), spyOn($client, 'batch')]
  const trips = async (sent: { cookie?: string }) => {
    app.deps.principals.forgetAll()
    one.mockClear()
    many.mockClear()
    const { text } = await call(app, 'GET /', { ...sent, headers: BROWSER })
    return {
      trips: one.mock.calls.length + many.mock.calls.length,
      isSignedIn: text.includes('ada@example.com</strong>'),
    }
  }
  const signedOut = NODE_ENV === 'development' ? 1 : 0
  expect(await trips({})).toEqual({ trips: signedOut, isSignedIn: false })
  expect(await trips({ cookie })).toEqual({ trips: 2, isSignedIn: true })
  one.mockRestore()
  many.mockRestore()
  await app.close()
})

describe('HOME_URL', () => {
  test('leads browsers to HOME_URL alone, whatever they ask for', async () => {
    for (const query of [
      '',
      '?return_to=https://evil.example',
      '?HOME_URL=https://evil.example&lang=de',
      '?url=//evil.example#x',
      '?%0d%0alocation:%20https://evil.example',
    ]) {
      const headers = { ...BROWSER, 'x-forwarded-host': 'evil.example', referer: 'https://evil.example/' }
      const answer = await call(elsewhere, `GET /${query}`, { headers })
      expect([answer.status, answer.headers.get('location')]).toEqual([303, HOME])
      expect(answer.headers.get('referrer-policy')).toBe('no-referrer')
    }
    const other = await call(elsewhere, 'GET //evil.example', { headers: BROWSER })
    expect([other.status, other.headers.get('location')]).toEqual([404, null])
  })

  test('leaves programs their index', async () => {
    const { status, body } = await call(elsewhere, 'GET /', { headers: { accept: 'application/json' } })
    expect([status, body.issuer]).toEqual([200, elsewhere.deps.config.appUrl])
  })
})

describe('a page that fails', () => {
  test.each([
    ['GET /nothing', 404],
    ['GET /docs/nothing/here', 404],
    ['DELETE /sign-in', 405],
    ['GET /v1/auth/providers/nobody/start', 404],
  ])('%s leads on, with its status', async (head, status) => {
    const page = await call(t, head, { headers: { ...BROWSER, 'accept-language': 'fr' } })
    expect([page.status, page.headers.get('content-type')]).toEqual([status, 'text/html; charset=utf-8'])
    expect(page.text).toContain('<a class="button" href="/">')
    expect(page.text).toStartWith('<!doctype html><html lang="fr"')
    expect(page.headers.get('content-security-policy')).toStartWith("default-src 'none';")
    const program = await call<{ status: number }>(t, head)
    expect([program.status, program.body.status]).toEqual([status, status])
    if (status === 405) expect(page.headers.get('allow')).toBe(program.headers.get('allow'))
  })

  test('repeats nothing of what was asked for', async () => {
    const { text } = await call(t, 'GET /%3Cscript%3Ealert(1)%3C/script%3E?q=%22%3E%3Csvg%20onload=alert(2)%3E', {
      headers: BROWSER,
    })
    expect(text).not.toMatch(/alert\(/)
  })

  test('for an answer of the API it is a problem document', async () => {
    for (const head of ['GET /v1/me', 'GET /v1/nothing', 'GET /v1', 'POST /v1/auth/sign-in', 'GET /access/v1/x']) {
      const { headers } = await call(t, head, { headers: BROWSER })
      expect([head, headers.get('content-type')]).toEqual([head, 'application/problem+json'])
    }
  })

  test.each([
    ...['POST /oauth/token', 'POST /oauth/introspect', 'POST /oauth/revoke', 'POST /oauth/par', 'POST /oauth/device'],
    ...['POST /oauth/register', 'GET /oauth/register/cli_x', 'GET /oauth/userinfo', 'POST /oauth/userinfo'],
    ...['GET /oauth/device', 'GET /oauth/token', 'PUT /oauth/register/cli_x', 'DELETE /oauth/register/cli_x'],
  ])('%s answers a browser as a program', async (head) => {
    const [program, browser] = await Promise.all([call(t, head), call(t, head, { headers: BROWSER })])
    for (const name of ['content-type', 'www-authenticate', 'allow'])
      expect([name, browser.headers.get(name)]).toEqual([name, program.headers.get(name)])
    expect(browser.status).toBe(program.status)
    expect(browser.headers.get('content-type')).toContain('json')
  })

  test('its links to other languages keep nothing of what a stranger has put into the URL', async () => {
    const { text } = await call(t, 'GET /nothing?return_to=https%3A%2F%2Fevil.example&lang=de', { headers: BROWSER })
    expect(text).toContain('href="?lang=fr"')
    expect(text).not.toContain('evil.example')
  })
})
