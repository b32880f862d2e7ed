/** Every answer that a browser shows or follows has a strict policy and sends no referrer. Data answers have neither. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { call, setUpAdmin } from '../support/client.ts'
import { expectPolicies, isDocument } from '../support/security-headers.ts'
import { createTestApp, type TestApp } from '../support/test-app.ts'
import { pathFor, routesOf } from './support/routes.ts'

const RETURN_URL = 'https://app.example/signed-in'
const PROVIDERS = JSON.stringify([
  { id: 'acme', name: 'Acme', issuer: 'https://acme.example', clientId: 'threeger', clientSecret: 'secret' },
])
const NAVIGATION = { accept: 'text/html,*/*;q=0.8' }

let development: TestApp
let production: TestApp

beforeAll(async () => {
  const env = { OIDC_PROVIDERS: PROVIDERS, RETURN_URLS: RETURN_URL }
  development = await createTestApp({ env: { NODE_ENV: 'development', APP_URL: 'https://api.test', ...env } })
  production = await createTestApp({ env: { NODE_ENV: 'production', ...env } })
})
afterAll(() => Promise.all([development.close(), production.close()]))

test('every GET of a browser is answered with the policies of its kind', async () => {
  for (const t of [development, production]) {
    const documents: string[] = []
    for (const route of (await routesOf(t.app)).filter(({ method }) => method === 'GET')) {
      const answer = await call(t, `GET ${pathFor(route)}`, { headers: NAVIGATION })
      expectPolicies(answer, `${route.name} ${answer.status}`)
      if (isDocument(answer) && answer.status < 400) documents.push(route.path)
    }
    expect(documents).toContain('/docs')
    expect(documents).toContain('/docs/errors')
    expect(documents).toContain('/sign-in')
    expect(documents.includes('/dev/mail')).toBe(t === development)
  }
})

test('files: an SVG is a document when it is opened by itself; scripts, styles and pictures are data', async () => {
  for (const [path, type] of [
    ['/pages/assets/icon.svg', 'image/svg+xml'],
    ['/pages/assets/pages.css', 'text/css'],
    ['/pages/assets/pages.js', 'text/javascript'],
    ['/docs/assets/main.css', 'text/css'],
    ['/docs/assets/main.js', 'text/javascript'],
    ['/docs/assets/search.json', 'application/json'],
    ['/docs/tokens.md', 'text/markdown'],
    ['/llms.txt', 'text/plain'],
    ['/openapi.json', 'application/json'],
  ] as const) {
    const answer = await call(production, `GET ${path}`)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, expect.stringContaining(type)])
    expectPolicies(answer, path)
  }
})

test('a redirect sends no Referer', async () => {
  const start = `/v1/auth/providers/acme/start?returnTo=${encodeURIComponent(RETURN_URL)}`
  for (const path of [start, '/v1/auth/providers/acme/callback?code=secret&state=of-no-flow']) {
    const answer = await call(production, `GET ${path}`, { headers: NAVIGATION })
    expect(answer.status, path).toBe(302)
    expectPolicies(answer, path)
  }
})

test('the mails of development are shown under policies of their own', async () => {
  await setUpAdmin(development)
  await call(development, 'POST /v1/auth/sign-up', {
    body: { email: 'ada@example.com', password: 'correct horse battery staple' },
  })
  await development.work()
  const [mail] = development.deps.mailer.sent()
  for (const path of ['/dev/mail', `/dev/mail/${mail?.id}`, `/dev/mail/${mail?.id}/html`]) {
    const answer = await call(development, `GET ${path}`, { headers: NAVIGATION })
    expect([answer.status, answer.headers.get('content-type')], path).toEqual([200, 'text/html; charset=utf-8'])
    expectPolicies(answer, path)
  }
})
