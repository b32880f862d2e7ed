/**
 * Generated requests to every route: no 5xx, and every refusal is a problem document, or has the form of OAuth, or is a page.
 *
 * `FUZZ_CASES=100000 bun test test/contract/fuzz.test.ts` runs longer, `FUZZ_SEED=…` repeats a run. A failure prints the
 * seed and the smallest case that still fails.
 */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { sql } from 'drizzle-orm'
import fc from 'fast-check'
import type { Passwords } from '../../src/deps.ts'
import { createBunPasswords } from '../../src/platform/passwords/passwords.bun.ts'
import { routesOf } from '../http/support/routes.ts'
import { expectProblem, type Received } from '../http/support/send.ts'
import { joinOrg } from '../modules/orgs/runtime-cases.ts'
import { call, cookieOf, PASSWORD, setUpAdmin, signUp } from '../support/client.ts'
import { createTestApp, ORIGIN, type TestApp } from '../support/test-app.ts'
import { type Actual, fillIn, type GeneratedRequest, generatedRequests } from './support/generated-requests.ts'

const CASES = Number(process.env.FUZZ_CASES ?? 2000)
const SEED = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31)

/** Argon2id takes 30 ms; every fiftieth generated password meets the real one. */
const REAL_EVERY = 50
const NO_HASH = '$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$RdescudvJCsgt3ub+b6Ba5yEnqLkuBmjYoyZQhAUQDU'

let t: TestApp
let actual: Actual
/** While our own sign-ins run. They may name any user. */
let trusting = true
let asked = 0

const real = createBunPasswords()
const passwords: Passwords = {
  hash: (password) => (!trusting && asked++ % REAL_EVERY === 0 ? real.hash(password) : Promise.resolve(NO_HASH)),
  async verify(password, phc) {
    if (trusting) return true
    return asked++ % REAL_EVERY === 0 ? real.verify(password, phc) : false
  },
}

beforeAll(async () => {
  t = await createTestApp({ deps: { passwords }, env: { TRUSTED_PROXIES: '203.0.113.0/24' } })
  await setUpAdmin(t)
  await renew()
})
afterAll(() => t.close())

/** Credentials that work: cases sign out, disable and delete. */
async function renew(): Promise<void> {
  trusting = true
  // A new administrator each time: a case may have deleted the one before.
  const email = `admin${asked++}@example.com`
  const admin = await signUp(t, email)
  await t.deps.db.run(sql`INSERT INTO user_roles (user_id, role) VALUES (${admin.user.id}, 'admin')`)
  t.deps.principals.forgetAll()
  const user = await signUp(t, `user${asked++}@example.com`)
  const cookie = cookieOf(
    await call(t, 'POST /v1/auth/sign-in', {
      headers: { origin: ORIGIN },
      body: { email, password: PASSWORD, useCookie: true },
    }),
  )
  const org = await call<{ id: string }>(t, 'POST /v1/orgs', { token: admin.accessToken, body: { name: 'Fuzzed' } })
  await joinOrg(t.deps.db.$client, org.body.id, user.user.id, 'admin')
  t.deps.principals.forgetAll()
  actual = {
    orgId: org.body.id,
    admin: admin.accessToken,
    user: user.accessToken,
    refreshToken: user.refreshToken,
    cookie,
    adminId: admin.user.id,
    userId: user.user.id,
  }
  trusting = false
}

/** Nobody answers their hooks: without them 503 is right for a sign-up or a token, and there would be no more credentials. */
async function forgetActions(): Promise<void> {
  await t.deps.db.run(sql`DELETE FROM actions`)
  t.deps.principals.forgetAll()
}

async function answerOf(generated: GeneratedRequest): Promise<Received> {
  const { method, target, headers, body } = fillIn(generated, actual)
  const request = new Request(`${ORIGIN}${target}`, { method, headers, ...(body === undefined ? {} : { body }) })
  const response = await t.app.handle(request)
  return { status: response.status, headers: response.headers, text: await textOf(response) }
}

/** The beginning of a stream, which does not end. */
async function textOf(response: Response): Promise<string> {
  if (response.headers.get('content-type') !== 'text/event-stream') return response.text()
  const reader = response.body?.getReader()
  const first = await reader?.read()
  await reader?.cancel()
  return new TextDecoder().decode(first?.value)
}

/** The endpoints of OAuth answer in the form of their RFCs, and pages for people with a page. */
const OF_OAUTH = /^\/oauth\//
const PAGE = /^\/(?:device|unsubscribe|oauth\/(?:authorize|consent|logout))\b/

function expectRefusal(target: string, answer: Received): void {
  const type = answer.headers.get('content-type')
  if (OF_OAUTH.test(target) && type?.startsWith('application/json')) {
    const { error, error_description: description } = JSON.parse(answer.text) as Record<string, unknown>
    expect(error).toMatch(/^[a-z_]+$/)
    expect(description).toMatch(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/) // RFC 6749 §5.2
  } else if (PAGE.test(target) && type?.startsWith('text/html')) {
    expect(answer.text).toStartWith('<!doctype html>')
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
  } else expectProblem(answer)
}

const alive = async (token: string, path = '/v1/me') => (await call(t, `GET ${path}`, { token })).status === 200
const areAlive = async () =>
  (await alive(actual.admin)) && (await alive(actual.user)) && (await alive(actual.user, `/v1/orgs/${actual.orgId}`))

test(
  `${CASES} generated requests: no 5xx, and every refusal is a problem document (FUZZ_SEED=${SEED})`,
  async () => {
    const seen = new Map<number, number>()
    const property = fc.asyncProperty(generatedRequests(await routesOf(t.app)), async (generated) => {
      const answer = await answerOf(generated)
      expect(answer.status).toBeLessThan(500)
      if (answer.status >= 400 && generated.method !== 'HEAD') expectRefusal(generated.target, answer)
      // AuthZEN sends back any identifier of its client (§10.1.3).
      const id = answer.headers.get('x-request-id')
      const isSentBack =
        /^\/(?:access|\.well-known)\//.test(generated.target) && id === generated.headers['x-request-id']
      if (!isSentBack) expect(id).toMatch(/^[\w-]{8,64}$/)
      expect(answer.text).not.toContain(NO_HASH)
      seen.set(answer.status, (seen.get(answer.status) ?? 0) + 1)
      if (answer.status === 201 && generated.target.startsWith('/v1/actions')) await forgetActions()
      if (generated.method !== 'GET' && !(await areAlive())) await renew()
    })
    await fc.assert(property, { numRuns: CASES, seed: SEED })

    // Enough cases must pass the guards and the schema.
    const share = (status: number) => (seen.get(status) ?? 0) / CASES
    expect(share(200) + share(201) + share(204), JSON.stringify([...seen])).toBeGreaterThan(0.15)
    expect(share(422)).toBeGreaterThan(0.02)
    expect(share(404)).toBeGreaterThan(0.01)
    // Some of the requests lack the X-Forwarded-For of the proxy they seem to come from.
    const unexpected = t.logged.filter(
      ({ level, message, fields }) =>
        /error|warning/.test(level) &&
        !['proxy.silent', 'proxy.unreadable'].includes(`${fields.code}`) &&
        message !== 'a sign-in with a provider failed', // the log message of an invented callback
    )
    expect(unexpected).toEqual([])
  },
  60_000 + CASES * 10,
)
