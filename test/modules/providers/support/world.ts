import { afterAll, afterEach, beforeAll, beforeEach } from 'bun:test'
import { type Answer, call } from '../../../support/client.ts'
import { createTestApp, ORIGIN, type TestApp } from '../../../support/test-app.ts'
import { APP, type Browser, type Page } from './browser.ts'
import { type FakeProvider, startFakeProvider } from './fake-provider.ts'

export const REDIRECT_URI = `${ORIGIN}/v1/auth/providers/acme/callback`
export const START = `${ORIGIN}/v1/auth/providers/acme/start`

/** An app that knows one provider, `acme`, and reaches the network. Its clock stands at this moment: tokens of real providers are of now. */
export async function createWorld(
  issuer: string,
  { settings = {}, env = {} }: { settings?: Record<string, unknown>; env?: Record<string, string> } = {},
): Promise<TestApp> {
  const provider = { id: 'acme', name: 'Acme', issuer, clientId: 'threeger', clientSecret: 'secret', ...settings }
  const t = await createTestApp({
    env: { OIDC_PROVIDERS: JSON.stringify([provider]), RETURN_URLS: `${APP},${APP}/other`, ...env },
  })
  t.clock.advance(Date.now() - t.clock.now())
  t.foreign.answer = (url, init) => fetch(url, init)
  return t
}

/** Each test of a file has its own app, beside one provider that sends true claims about Ada until a test changes them. */
export function besideFakeProvider(given: (fake: FakeProvider, t: TestApp) => void): void {
  let fake: FakeProvider
  let t: TestApp
  beforeAll(async () => {
    fake = await startFakeProvider()
  })
  afterAll(() => fake.stop())
  beforeEach(async () => {
    fake.lies = {}
    fake.asked = []
    fake.person = { sub: 'ada-1', email: 'ada@example.com', email_verified: true, name: 'Ada' }
    t = await createWorld(fake.issuer)
    given(fake, t)
  })
  afterEach(() => t.close())
}

/** The sign-in page for a callback without a known flow. */
const LEFT_OVER = `${ORIGIN}/sign-in?from=provider&error=provider.flow_invalid`

/** Where a sign-in ended: the code of its error, `signed in`, or `begin again`. */
export function outcomeOf({ url, status, text }: Page): string {
  if (url === LEFT_OVER) return 'begin again'
  if (!url.startsWith(APP)) return status >= 400 ? (JSON.parse(text) as { code: string }).code : `${status} ${url}`
  const { searchParams, hash } = new URL(url)
  return (
    searchParams.get('error') ?? (searchParams.has('linked') ? 'linked' : hash.startsWith('#mfa') ? 'mfa' : 'signed in')
  )
}

/** Who is signed in there. */
export const whoIs = (t: TestApp, browser: Browser): Promise<Answer<{ id: string; email: string; code?: string }>> =>
  call(t, 'GET /v1/me', { cookie: browser.cookie('__Host-session') ?? 'none' })

/** Rows of a table, oldest first. */
export async function rowsOf(
  t: TestApp,
  table: 'users' | 'identities' | 'sessions',
): Promise<Record<string, unknown>[]> {
  const { rows } = await t.deps.db.$client.execute(`SELECT * FROM ${table} ORDER BY created_at, id`)
  return rows.map((row) => ({ ...row }))
}

/** The events of these types, oldest first: type, result and data. */
export async function eventsOf(t: TestApp, ...types: string[]): Promise<[string, string, unknown][]> {
  const { rows } = await t.deps.db.$client.execute('SELECT type, result, data FROM events ORDER BY id')
  return rows
    .filter(({ type }) => types.includes(String(type)))
    .map(({ type, result, data }) => [String(type), String(result), JSON.parse(String(data))])
}
