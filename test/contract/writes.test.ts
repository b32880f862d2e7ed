/** One door for writes, and two round trips for a request (architecture.md, "One request"). */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { Glob } from 'bun'
import { decodeJwt } from 'jose'
import type { Database } from '../../db/database.ts'
import { base64url, utf8 } from '../../src/lib/encoding.ts'
import { setupToken } from '../../src/modules/setup/service.ts'
import { routesOf } from '../http/support/routes.ts'
import { fakeGitHub, GITHUB_ENV } from '../modules/identities/support/fake-github.ts'
import { codeOf, firstFactor, STEP_MS, signInFully, wrongCode } from '../modules/mfa/support/factors.ts'
import {
  addPasskey,
  registerOptions,
  signInOptions,
  signInWithPasskey,
  signUpOptions,
  stepUpOptions,
} from '../modules/passkeys/support/people.ts'
import { createAuthenticator } from '../support/authenticator.ts'
import { type Call, call, PASSWORD, type Session, signIn, signInWithCookie, signUp } from '../support/client.ts'
import { deadJob } from '../support/jobs.ts'
import { newestProof } from '../support/queued-mail.ts'
import { createTestApp, type TestApp } from '../support/test-app.ts'

const ROOT = join(import.meta.dir, '../..')

interface Trip {
  door: string
  statements: string[]
  /** Came from `commit`. */
  committed: boolean
}

let t: TestApp
const github = fakeGitHub()
let trips: Trip[] = []

const sqlOf = (statement: unknown): string => {
  const [first] = [statement].flat()
  if (typeof first === 'string') return first
  return typeof first === 'object' && first !== null && 'sql' in first ? String(first.sql) : ''
}

/** Notes every call the app makes to its database client, which is what a round trip is on a server. */
function watch({ deps: { db, longReads } }: TestApp): void {
  for (const door of ['execute', 'batch', 'transaction', 'executeMultiple', 'migrate'] as const) watchDoor(db, door)
  if (longReads.$client !== db.$client) watchDoor(longReads, 'execute') // it has no other
}

function watchDoor(
  { $client: client }: Database,
  door: 'execute' | 'batch' | 'transaction' | 'executeMultiple' | 'migrate',
) {
  const original = client[door] as (...given: unknown[]) => unknown // each has its own parameters; all are passed on
  Object.defineProperty(client, door, {
    value(...given: unknown[]) {
      const statements = (door === 'batch' ? [given[0]].flat() : [given[0]]).map(sqlOf)
      const committed = new Error().stack?.includes('events/commit.ts') === true
      trips.push({ door, statements, committed })
      return original.apply(client, given)
    },
  })
}

const isWrite = (sql: string): boolean => !/^\s*(?:select|explain)\b/i.test(sql)

/** Everything written past the door. */
const leaks = (): Trip[] =>
  trips.filter(({ door, statements, committed }) => {
    if (door !== 'execute' && door !== 'batch') return true
    return statements.some(isWrite) && !(door === 'batch' && committed)
  })

let admin: string
/** What making the first administrator cost. */
let setUpTrips: number

beforeAll(async () => {
  t = await createTestApp({ env: { ...GITHUB_ENV, RATE_LIMIT: 'on' } }) // counted in memory: limits cost no trip
  t.foreign.answer = github.answer
  watch(t)
  const account = { email: 'admin@example.com', password: PASSWORD, name: 'A' }
  await t.deps.keys.signing() // read once a minute, for all requests together
  setUpTrips = await cost('POST /v1/setup', { body: { token: await setupToken(t.deps), ...account } }, 201)
  admin = (await signIn(t, account.email)).accessToken
})
afterAll(() => t.close())
beforeEach(() => {
  trips = []
})

/** Asks with nothing known of the caller, and returns the calls it cost. */
async function cost(methodAndPath: string, asked: Call = {}, expected = 200): Promise<number> {
  await t.settle()
  t.deps.principals.forgetAll()
  await t.deps.keys.signing() // read once a minute, whoever asks
  trips = []
  const answer = await call(t, methodAndPath, asked)
  expect(answer.status, `${methodAndPath} ${answer.text}`).toBe(expected)
  expect(leaks()).toEqual([])
  return trips.length
}

/** The most a request may cost. */
const BUDGET: Record<string, number> = {
  'GET /livez': 0,
  'GET /.well-known/jwks.json': 0,
  'GET /docs': 0,
  'GET /docs/assets/:name': 0,
  'GET /docs/errors': 0,
  'GET /openapi.json': 0,
  'GET /verify-email': 0,
  'GET /confirm-email': 0,
  'GET /reset-password': 0,
  'GET /sign-in': 0,
  'GET /pages/assets/:name': 0,
  // Three questions, two of them at once: does it answer, is there a table of migrations, and which is the last.
  'GET /readyz': 3,
  'POST /v1/setup': 2,
  'GET /.well-known/webauthn': 0,
  'POST /v1/auth/passkey/options': 0, // autofill asks whenever a page is loaded
  'POST /v1/auth/passkey': 2,
  'POST /v1/auth/passkey/sign-up/options': 0,
  'POST /v1/auth/passkey/sign-up': 1,
  'POST /v1/auth/mfa/passkey/options': 1,
  'POST /v1/auth/step-up/passkey/options': 2,
  'GET /v1/me/passkeys': 2,
  'POST /v1/me/passkeys/options': 2,
  'POST /v1/me/passkeys': 2,
  'PATCH /v1/me/passkeys/:id': 2,
  'DELETE /v1/me/passkeys/:id': 2,
  'POST /v1/auth/mfa/verify': 2, // the seed, which is not for SQL to see, and the batch
  'GET /v1/me/mfa': 2,
  'POST /v1/me/mfa/totp': 2,
  // Who asks, the seed its code is compared with, and the batch: no cache ever holds a seed.
  'POST /v1/me/mfa/totp/confirm': 3,
  'DELETE /v1/me/mfa/totp': 2,
  'POST /v1/me/mfa/recovery-codes': 2,
  'GET /v1/me/mfa/devices': 2,
  'DELETE /v1/me/mfa/devices': 2,
  'DELETE /v1/me/mfa/devices/:id': 2,
  'DELETE /v1/users/:id/mfa': 2,
  'GET /v1/roles': 2,
  'PATCH /v1/roles/:role': 2,
  'POST /v1/auth/anonymous': 1,
  'POST /v1/me/upgrade': 2,
  'POST /v1/auth/sign-up': 1,
  'POST /v1/auth/sign-in': 2,
  'POST /v1/auth/refresh': 2, // a read first: what is nobody’s token must not cost a write
  'POST /v1/auth/sign-out': 2, // by a cookie, for the same reason; by a token 1
  'POST /v1/auth/verify-email': 2,
  'POST /v1/auth/verify-email/resend': 1,
  'POST /v1/auth/forgot-password': 1,
  'POST /v1/auth/reset-password': 2,
  'POST /v1/auth/email-code': 1,
  'POST /v1/auth/email-code/verify': 2, // a link is looked up before anything is written
  'GET /v1/auth/providers': 0,
  'GET /v1/auth/providers/:id/start': 0,
  // One where the identity is known; a second one makes an account, or notes the failure.
  'GET /v1/auth/providers/:id/callback': 2,
  'POST /v1/auth/providers/:id/callback': 0,
  'GET /v1/me/identities': 2,
  'POST /v1/me/identities/:provider/start': 1,
  'DELETE /v1/me/identities/:id': 2,
  'POST /v1/me/email': 2,
  // Who asks, the hash their password is compared with, and the batch: no cache ever holds a hash.
  'POST /v1/auth/step-up': 3,
  'GET /v1/me': 1,
  'PATCH /v1/me': 2,
  // And one more for each further 500 rows of a section, while the document is being sent.
  'GET /v1/me/export': 2,
  'DELETE /v1/me': 2,
  'POST /v1/me/password': 3, // as step-up
  'GET /v1/me/sessions': 2,
  'DELETE /v1/me/sessions': 2,
  'DELETE /v1/me/sessions/:id': 2,
  'GET /v1/users': 2,
  'POST /v1/users': 2,
  'POST /v1/users/import': 2,
  'GET /v1/users/:id': 2,
  'PATCH /v1/users/:id': 2,
  // Its owner is told by mail: the address is read before the row goes. A change of the address costs the same.
  'DELETE /v1/users/:id': 3,
  'POST /v1/users/:id/disable': 2,
  'POST /v1/users/:id/enable': 2,
  'GET /v1/users/:id/sessions': 2,
  'DELETE /v1/users/:id/sessions': 2,
  'GET /v1/audit-events': 2,
  'GET /v1/jobs': 2,
  'POST /v1/jobs/:id/retry': 2,
  'POST /v1/jobs/:id/discard': 2,
}

type Pay = (route: string, path: string, asked?: Call, expected?: number) => Promise<void>

/** A sign-in with GitHub: the first one, the next, a refused one, and a link. */
async function payForIdentities(pay: Pay): Promise<void> {
  const CALLBACK = '/v1/auth/providers/github/callback'
  const START = '/v1/auth/providers/github/start'
  await pay('GET /v1/auth/providers', '/v1/auth/providers')
  await pay('POST /v1/auth/providers/:id/callback', CALLBACK, {}, 404)
  await pay('GET /v1/auth/providers/:id/start', START, {}, 302)
  const flow = async (begin: () => Promise<{ headers: Headers; text: string }>) => {
    const { headers, text } = await begin()
    const url = headers.get('location') ?? (JSON.parse(text) as { url: string }).url // of a link
    const state = new URL(url).searchParams.get('state') ?? ''
    return { state, cookie: headers.get('set-cookie')?.split(';')[0] ?? '' }
  }
  const comeBack = async ({ state, cookie }: { state: string; cookie: string }, code = 'good') =>
    pay('GET /v1/auth/providers/:id/callback', `${CALLBACK}?code=${code}&state=${state}`, { headers: { cookie } }, 302)
  const start = () => call(t, `GET ${START}`)
  await comeBack(await flow(start)) // makes the account
  await comeBack(await flow(start)) // knows it
  await comeBack(await flow(start), 'bad')
  github.user.id++
  await comeBack(await flow(start)) // the e-mail is in use
  await pay('GET /v1/auth/providers/:id/callback', `${CALLBACK}?state=x`, {}, 302)

  const { accessToken: token, user } = await signUp(t, 'linker@example.com')
  await t.deps.db.$client.execute({ sql: 'UPDATE users SET email_verified = 1 WHERE id = ?', args: [user.id] })
  const link = '/v1/me/identities/github/start'
  await pay('POST /v1/me/identities/:provider/start', link, { token })
  await comeBack(await flow(() => call(t, `POST ${link}`, { token })))
  await pay('GET /v1/me/identities', '/v1/me/identities', { token })
  const { items } = (await call<{ items: { id: string }[] }>(t, 'GET /v1/me/identities', { token })).body
  await pay('DELETE /v1/me/identities/:id', `/v1/me/identities/${items[0]?.id}`, { token }, 204)
  await pay('DELETE /v1/me/identities/:id', `/v1/me/identities/${items[0]?.id}`, { token }, 404)
}

/** An app, a sign-in with it on a device that is remembered, and none of it again. */
async function payForFactors(pay: Pay): Promise<void> {
  const { accessToken: token, user } = await signUp(t, 'factors@example.com')
  const totp = '/v1/me/mfa/totp'
  await pay('POST /v1/me/mfa/totp', totp, { token }, 201)
  const { secret } = (await call<{ secret: string }>(t, `POST ${totp}`, { token })).body
  const wrong = { token, body: { code: wrongCode(t, secret) } }
  await pay('POST /v1/me/mfa/totp/confirm', `${totp}/confirm`, wrong, 401)
  await pay('POST /v1/me/mfa/totp/confirm', `${totp}/confirm`, { token, body: { code: codeOf(t, secret) } })
  t.clock.advance(STEP_MS)
  await pay('GET /v1/me/mfa', '/v1/me/mfa', { token })
  await pay('POST /v1/me/mfa/recovery-codes', '/v1/me/mfa/recovery-codes', { token })
  const made = await call<{ recoveryCodes: string[] }>(t, 'POST /v1/me/mfa/recovery-codes', { token })
  const [recovery] = made.body.recoveryCodes
  const path = '/v1/auth/mfa/verify'
  const credentials = { email: user.email, password: PASSWORD }
  await pay('POST /v1/auth/sign-in', '/v1/auth/sign-in', { body: credentials })
  const answer = async (factor: string, code: string | undefined, status: number) => {
    const { challenge } = await firstFactor(t, user.email)
    const body = { challenge, factor, code, rememberDevice: true }
    await pay('POST /v1/auth/mfa/verify', path, { body }, status)
  }
  await answer('totp', wrongCode(t, secret), 401)
  await answer('totp', codeOf(t, secret), 200)
  await answer('recovery_code', recovery, 200)
  await answer('recovery_code', recovery, 401)
  t.clock.advance(STEP_MS)
  await pay('POST /v1/auth/step-up', '/v1/auth/step-up', { token, body: { password: PASSWORD } }, 403)
  const fresh = await cost('POST /v1/auth/step-up', { token, body: { factor: 'totp', code: codeOf(t, secret) } })
  expect(fresh).toBe(3)
  t.clock.advance(STEP_MS)
  const signedIn = await signInFully(t, { email: user.email, secret }, { rememberDevice: true })
  const by = { token: signedIn.accessToken }
  const devices = '/v1/me/mfa/devices'
  await pay('GET /v1/me/mfa/devices', devices, by)
  const listed = await call<{ items: { id: string }[] }>(t, `GET ${devices}`, by)
  await pay('DELETE /v1/me/mfa/devices/:id', `${devices}/${listed.body.items[0]?.id}`, by, 204)
  await pay('DELETE /v1/me/mfa/devices', devices, by, 204)
  await pay('POST /v1/auth/sign-in', '/v1/auth/sign-in', { body: { ...credentials, deviceToken: 'unknown' } })
  await pay('DELETE /v1/me/mfa/totp', totp, by, 204)
  await call(t, 'GET /v1/me', { token: admin }) // its use is noted: time has passed since
  await pay('DELETE /v1/users/:id/mfa', `/v1/users/${user.id}/mfa`, { token: admin }, 204)
  await pay('GET /v1/roles', '/v1/roles', { token: admin })
  await pay('PATCH /v1/roles/:role', '/v1/roles/user', { token: admin, body: { mfaRequired: false } })
}

/** A sign-up, a sign-in and a step-up with a passkey, one more, another name, and none. */
async function payForPasskeys(pay: Pay): Promise<void> {
  await pay('GET /.well-known/webauthn', '/.well-known/webauthn')
  const started = { email: 'passkey@example.com' }
  await pay('POST /v1/auth/passkey/sign-up/options', '/v1/auth/passkey/sign-up/options', { body: started })
  const key = await createAuthenticator()
  for (const status of [201, 409]) {
    const { challenge, options } = await signUpOptions(t, started.email)
    const body = { challenge, credential: await (status === 201 ? key : await createAuthenticator()).create(options) }
    await pay('POST /v1/auth/passkey/sign-up', '/v1/auth/passkey/sign-up', { body }, status)
  }
  key.userHandle = base64url(utf8((await signInWithPasskey(t, key, {})).body.user.id))
  await pay('POST /v1/auth/passkey/options', '/v1/auth/passkey/options', { body: {} })
  for (const [lies, status] of [
    [{}, 200],
    [{ origin: 'https://evil.example' }, 401],
    [{ counter: 1 }, 401],
  ] as const) {
    const { challenge, options } = await signInOptions(t)
    const body = { challenge, credential: await key.get(options, lies) }
    await pay('POST /v1/auth/passkey', '/v1/auth/passkey', { body }, status)
  }
  const { accessToken } = (await signInWithPasskey(t, key)).body
  await pay('POST /v1/auth/step-up/passkey/options', '/v1/auth/step-up/passkey/options', {
    token: accessToken,
    body: {},
  })
  const { challenge, options } = await stepUpOptions(t, accessToken)
  const answer = { challenge, credential: await key.get(options) }
  await pay('POST /v1/auth/step-up', '/v1/auth/step-up', { token: accessToken, body: answer })

  const { accessToken: token } = (await signInWithPasskey(t, key)).body
  await pay('POST /v1/me/passkeys/options', '/v1/me/passkeys/options', { token, body: {} })
  const more = await registerOptions(t, token)
  const credential = await (await createAuthenticator()).create(more.options)
  await pay('POST /v1/me/passkeys', '/v1/me/passkeys', { token, body: { challenge: more.challenge, credential } }, 201)
  await pay('GET /v1/me/passkeys', '/v1/me/passkeys', { token })
  const { items } = (await call<{ items: { id: string }[] }>(t, 'GET /v1/me/passkeys', { token })).body
  const [one, two] = items.map(({ id }) => `/v1/me/passkeys/${id}`)
  await pay('PATCH /v1/me/passkeys/:id', `${one}`, { token, body: { name: 'Phone' } })
  for (const [path, status] of [
    [two, 204],
    [two, 404],
    [one, 409],
  ] as const)
    await pay('DELETE /v1/me/passkeys/:id', `${path}`, { token }, status)

  const both = await signUp(t, 'both@example.com')
  await addPasskey(t, both.accessToken)
  const asked = { body: { email: 'both@example.com', password: PASSWORD } }
  const { body } = await call<{ challenge: string }>(t, 'POST /v1/auth/sign-in', asked)
  const named = { body: { challenge: body.challenge } }
  await pay('POST /v1/auth/mfa/passkey/options', '/v1/auth/mfa/passkey/options', named)
}

describe('a request with a cold cache', () => {
  const paid = new Map<string, number>()
  const pay = async (route: string, path: string, asked?: Call, expected?: number) => {
    const trips = await cost(`${route.split(' ')[0]} ${path}`, asked, expected)
    paid.set(route, Math.max(trips, paid.get(route) ?? 0))
  }

  test('stays within the budget of its route', async () => {
    paid.set('POST /v1/setup', setUpTrips)
    for (const path of ['/livez', '/readyz', '/.well-known/jwks.json', '/docs', '/docs/errors', '/openapi.json'])
      await pay(`GET ${path}`, path)
    await pay('GET /docs/assets/:name', '/docs/assets/nothing.js', {}, 404)
    for (const path of ['/verify-email', '/confirm-email', '/reset-password', '/sign-in'])
      await pay(`GET ${path}`, path)
    await pay('GET /pages/assets/:name', '/pages/assets/pages.js')

    const body = { email: 'ada@example.com', password: PASSWORD }
    await pay('POST /v1/auth/sign-up', '/v1/auth/sign-up', { body }, 201)
    await pay('POST /v1/auth/sign-up', '/v1/auth/sign-up', { body }, 409)
    await pay('POST /v1/auth/sign-in', '/v1/auth/sign-in', { body })
    await pay('POST /v1/auth/sign-in', '/v1/auth/sign-in', { body: { ...body, password: 'wrong' } }, 401)
    await pay('POST /v1/auth/sign-in', '/v1/auth/sign-in', { body: { ...body, email: 'nobody@example.com' } }, 401)

    const ada = await signIn(t, body.email)
    await pay('GET /v1/me', '/v1/me', { token: ada.accessToken })
    await pay('GET /v1/me', '/v1/me', { cookie: await signInWithCookie(t, body.email) })
    await pay('PATCH /v1/me', '/v1/me', { token: ada.accessToken, body: { name: 'Ada' } })
    await pay('GET /v1/me/export', '/v1/me/export', { token: ada.accessToken })
    const mine = '/v1/me/sessions'
    await pay('GET /v1/me/sessions', mine, { token: ada.accessToken })
    const { sid } = decodeJwt<{ sid: string }>((await signIn(t, body.email)).accessToken)
    await pay('DELETE /v1/me/sessions/:id', `${mine}/${sid}`, { token: ada.accessToken }, 204)
    await pay('DELETE /v1/me/sessions/:id', `${mine}/${sid}`, { token: ada.accessToken }, 404)
    await pay('DELETE /v1/me/sessions', mine, { token: ada.accessToken }, 204)
    const { refreshToken } = ada
    const { body: successor } = await call<Session>(t, 'POST /v1/auth/refresh', { body: { refreshToken } })
    await pay('POST /v1/auth/refresh', '/v1/auth/refresh', { body: { refreshToken } }) // again, within the grace
    await pay('POST /v1/auth/refresh', '/v1/auth/refresh', { body: { refreshToken: successor.refreshToken } })
    await pay('POST /v1/auth/refresh', '/v1/auth/refresh', { body: { refreshToken: 'unknown' } }, 401)
    t.clock.advance(11_000)
    await pay('POST /v1/auth/refresh', '/v1/auth/refresh', { body: { refreshToken } }, 401) // again, too late
    const fresh = await call<Session>(t, 'POST /v1/auth/step-up', {
      token: (await signIn(t, body.email)).accessToken,
      body: { password: PASSWORD },
    })
    const stepUp = (password: string): Call => ({ token: fresh.body.accessToken, body: { password } })
    await pay('POST /v1/auth/step-up', '/v1/auth/step-up', stepUp('wrong'), 401)
    await pay('POST /v1/auth/step-up', '/v1/auth/step-up', stepUp(PASSWORD))
    const next = { currentPassword: 'wrong', newPassword: 'an entirely different phrase' }
    const changing = await signUp(t, 'changing@example.com')
    const ask = { token: changing.accessToken }
    await pay('POST /v1/me/password', '/v1/me/password', { ...ask, body: next }, 401)
    const right = { ...next, currentPassword: PASSWORD }
    await pay('POST /v1/me/password', '/v1/me/password', { ...ask, body: right }, 204)
    const leaving = await signIn(t, body.email)
    await pay('POST /v1/auth/sign-out', '/v1/auth/sign-out', { token: leaving.accessToken }, 204)
    await pay('POST /v1/auth/sign-out', '/v1/auth/sign-out', { token: leaving.accessToken }, 401)
    const cookie = await signInWithCookie(t, body.email)
    await pay('POST /v1/auth/sign-out', '/v1/auth/sign-out', { cookie }, 204)

    const mailed = { email: body.email }
    for (const path of ['verify-email/resend', 'forgot-password', 'email-code'])
      for (const email of [body.email, 'nobody@example.com'])
        await pay(`POST /v1/auth/${path}`, `/v1/auth/${path}`, { body: { email } }, 202)
    for (const [path, request, more] of [
      ['verify-email', 'verify-email/resend', {}],
      // The first proof of an address takes a password of before away, and this sets one again.
      ['email-code/verify', 'email-code', {}],
      ['reset-password', 'forgot-password', { password: PASSWORD }],
    ] as const) {
      const route = `POST /v1/auth/${path}`
      await pay(route, `/v1/auth/${path}`, { body: { token: 'unknown', ...more } }, 400)
      for (const by of ['link', 'code']) {
        await call(t, `POST /v1/auth/${request}`, { body: mailed })
        const { token, code } = await newestProof(t.deps)
        await pay(route, `/v1/auth/${path}`, { body: { ...mailed, code: '000000', ...more } }, 400)
        await pay(route, `/v1/auth/${path}`, {
          body: { ...(by === 'link' ? { token } : { ...mailed, code }), ...more },
        })
        await t.deps.db.$client.execute('UPDATE users SET email_verified = 0')
        await t.deps.db.$client.execute('DELETE FROM one_time_tokens') // or there were too many mails
      }
    }
    const mover = await signIn(t, body.email)
    await pay(
      'POST /v1/me/email',
      '/v1/me/email',
      { token: mover.accessToken, body: { email: 'moved@example.com' } },
      202,
    )

    await pay('POST /v1/auth/anonymous', '/v1/auth/anonymous', { body: {} }, 201)
    const nobody = (await call<Session>(t, 'POST /v1/auth/anonymous', { body: {} })).body
    const upgrade = { token: nobody.accessToken, body: { email: 'upgraded@example.com', password: PASSWORD } }
    await pay('POST /v1/me/upgrade', '/v1/me/upgrade', upgrade)
    await pay('POST /v1/me/upgrade', '/v1/me/upgrade', { ...upgrade, token: mover.accessToken }, 409)

    await payForIdentities(pay)
    await payForPasskeys(pay)
    await payForFactors(pay)

    const by = { token: admin }
    const created = await signUp(t, 'eve@example.com')
    const user = `/v1/users/${created.user.id}`
    await pay('POST /v1/users', '/v1/users', { ...by, body: { ...body, email: 'new@example.com' } }, 201)
    const users = Array.from({ length: 1000 }, (_, index) => ({ email: `imported${index}@example.com` }))
    await pay('POST /v1/users/import', '/v1/users/import', { ...by, body: { users } })
    await pay('GET /v1/users', '/v1/users?q=ad&sort=email', by)
    await pay('GET /v1/users/:id', user, by)
    await pay('PATCH /v1/users/:id', user, { ...by, body: { name: 'E', roles: ['admin', 'user'] } })
    await pay('GET /v1/users/:id/sessions', `${user}/sessions`, by)
    await pay('DELETE /v1/users/:id/sessions', `${user}/sessions`, by, 204)
    await pay('POST /v1/users/:id/disable', `${user}/disable`, by)
    await pay('POST /v1/users/:id/enable', `${user}/enable`, by)
    await pay('DELETE /v1/users/:id', user, by, 204)
    await pay('DELETE /v1/users/:id', user, by, 404)
    await pay('GET /v1/audit-events', '/v1/audit-events?limit=2', by)
    const job = await deadJob(t)
    await pay('GET /v1/jobs', '/v1/jobs?state=dead', by)
    await pay('POST /v1/jobs/:id/retry', `/v1/jobs/${job}/retry`, by)
    await pay('POST /v1/jobs/:id/discard', `/v1/jobs/${job}/discard`, by)
    await pay('POST /v1/jobs/:id/retry', `/v1/jobs/${job}/retry`, by, 409)
    await pay('DELETE /v1/me', '/v1/me', { token: (await signIn(t, 'new@example.com')).accessToken }, 204)

    expect(Object.fromEntries([...paid].sort())).toEqual(
      Object.fromEntries(Object.entries(BUDGET).sort(([one], [two]) => (one < two ? -1 : 1))),
    )
  }, 300_000) // every route, one after another

  test('costs nothing more for its Idempotency-Key, and one more read when it is sent again', async () => {
    // The read says what the key was taken for and shows its subject. Repeats are rare: they follow a lost answer.
    const asked = (body: Call['body']): Call => ({ token: admin, headers: { 'idempotency-key': 'budget' }, body })
    await call(t, 'GET /v1/me', { token: admin }) // its use is noted: time may have passed since
    const body = { email: 'keyed@example.com' }
    expect(await cost('POST /v1/users', asked(body), 201)).toBe(2)
    expect(await cost('POST /v1/users', asked(body), 201)).toBe(3)
    expect(await cost('POST /v1/users', asked({ email: 'other@example.com' }), 422)).toBe(3)
  })

  test('is in the budget for every route there is', () => {
    expect(Object.keys(BUDGET).sort()).toEqual(
      routesOf(t.app)
        .map(({ name }) => name)
        .sort(),
    )
  })

  test('costs nothing but itself once the caller is known', async () => {
    await call(t, 'GET /v1/me', { token: admin })
    await t.settle()
    trips = []
    await call(t, 'GET /v1/me', { token: admin })
    expect(trips.length).toBe(0)
    await call(t, 'GET /v1/users', { token: admin })
    expect(trips.length).toBe(1)
  })

  test('costs nothing when it is refused for its form', async () => {
    for (const body of [{}, { email: 'x', password: 5 }, { email: 'a@b.co', password: PASSWORD, roles: ['admin'] }])
      for (const path of ['sign-up', 'sign-in', 'refresh'])
        await call(t, `POST /v1/auth/${path}`, { body: { ...body, unknown: 1 } })
    expect(trips.length).toBe(0)
  })
})

test('work put off until after the response goes through the door too', async () => {
  const { accessToken } = await signIn(t, 'admin@example.com')
  t.clock.advance(61_000)
  trips = []
  expect((await call(t, 'GET /v1/me', { token: accessToken })).status).toBe(200)
  await t.settle()
  expect(trips.filter(({ statements }) => statements.some(isWrite)).length).toBe(1)
  expect(leaks()).toEqual([])
})

test('a new signing key goes through the door too', async () => {
  await t.deps.keys.rotate()
  expect(trips.some(({ statements }) => statements.some(isWrite))).toBeTrue()
  expect(leaks()).toEqual([])
})

test('the watch sees what goes past the door, or it would prove nothing', async () => {
  await t.deps.db.run('UPDATE users SET name = name')
  expect(leaks().length).toBe(1)
})

describe('the code', () => {
  const transpiler = new Bun.Transpiler({ loader: 'ts' })
  /** Files under src whose code, without comments and types, matches. */
  const matching = async (pattern: RegExp, allowed: (file: string) => boolean) => {
    const found: string[] = []
    for (const file of new Glob('src/**/*.ts').scanSync(ROOT)) {
      const code = transpiler.transformSync(await Bun.file(join(ROOT, file)).text())
      if (pattern.test(code) && !allowed(file)) found.push(file)
    }
    return found
  }

  test('sends a batch in commit alone', async () => {
    expect(await matching(/\.batch\(/, (file) => file === 'src/modules/events/commit.ts')).toEqual([])
  })

  test('has no transaction, no script of statements, and does not touch the client', async () => {
    expect(await matching(/\.(?:transaction|executeMultiple|execute|\$client)\b/, () => false)).toEqual([])
  })

  test('composes writes in queries files alone', async () => {
    const isQueries = (file: string) => /queries\.ts$/.test(file)
    expect(await matching(/\bdb\.(?:insert|update|delete|run)\(/, isQueries)).toEqual([])
    expect(await matching(/\)\s*\.(?:run|execute)\(/, () => false)).toEqual([])
  })
})
