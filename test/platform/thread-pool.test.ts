/**
 * The computations of a request do not wait for other requests: on Bun `crypto.subtle` and asynchronous hashes share one thread pool with
 * files and names, and two password hashes fill it. So small operations are synchronous, and hashes have threads of their own.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, setDefaultTimeout, spyOn, test } from 'bun:test'
import { runJobs } from '../../src/jobs.ts'
import {
  call,
  cookieOf,
  PASSWORD,
  type Session,
  setUpAdmin,
  signIn,
  signInWithCookie,
  signUp,
} from '../support/client.ts'
import { realPasswords } from '../support/passwords.ts'
import { createTestApp, type TestApp } from '../support/test-app.ts'
import { enrol, signInFully } from '../modules/mfa/support/factors.ts'
import { addPasskey, signInWithPasskey, signUpWithPasskey } from '../modules/passkeys/support/people.ts'
import { deliver } from '../modules/proofs/support/mail.ts'

setDefaultTimeout(300_000)

const METHODS = [
  'decrypt',
  'deriveBits',
  'deriveKey',
  'digest',
  'encrypt',
  'exportKey',
  'generateKey',
  'importKey',
  'sign',
  'unwrapKey',
  'verify',
  'wrapKey',
] as const

let t: TestApp
/** `method in file` of every call that goes to the thread pool, the tests' own aside. */
let pooled: string[] = []
let pooledBySetUp: string[]
const restore: (() => void)[] = []

/** The file that called: the first frame that is not this one. */
function note(method: string): void {
  const frames = (new Error().stack ?? '').split('\n').filter((line) => /[(\s/]\/.*:\d+:\d+/.test(line))
  const caller = frames.find((line) => !line.includes('thread-pool.test.ts')) ?? 'nobody'
  if (!/\/test\/|nobody/.test(caller))
    pooled.push(`${method} in ${/([^/(]+\/[^/]+):\d+:\d+/.exec(caller)?.[1] ?? caller}`)
}

beforeAll(async () => {
  for (const method of METHODS) {
    const original = SubtleCrypto.prototype[method]
    Object.defineProperty(SubtleCrypto.prototype, method, {
      configurable: true,
      writable: true,
      value(this: SubtleCrypto, ...given: unknown[]) {
        note(method)
        return Reflect.apply(original, this, given)
      },
    })
    restore.push(() => {
      Object.defineProperty(SubtleCrypto.prototype, method, { configurable: true, writable: true, value: original })
    })
  }
  for (const method of ['hash', 'verify'] as const) {
    const spy = spyOn(Bun.password, method).mockImplementation(() => {
      throw new Error('a password is hashed in the thread pool')
    })
    restore.push(() => spy.mockRestore())
  }
  t = await createTestApp({
    env: { RATE_LIMIT: 'on', EMAIL_VERIFICATION: 'optional', BREACHED_PASSWORDS: 'refuse' },
    deps: { passwords: realPasswords },
  })
  await setUpAdmin(t)
  pooledBySetUp = pooled
})
afterAll(async () => {
  for (const undo of restore) undo()
  await t.close()
})
beforeEach(() => {
  pooled = []
})
afterEach(async () => {
  await t.settle()
})

test('the test notices work in the thread pool', async () => {
  await import('jose').then(({ generateSecret }) => generateSecret('HS256', { extractable: true }))
  const { webPbkdf2 } = await import('../../src/platform/passwords/password-functions.ts')
  await webPbkdf2('SHA-256', new Uint8Array(8), new Uint8Array(8), 1, 32)
  expect(pooled).toEqual(
    expect.arrayContaining([expect.stringContaining('deriveBits in passwords/password-functions.ts')]),
  )
})

describe('nothing is computed in the thread pool', () => {
  const answered = async (call: Promise<{ status: number; text: string }>, status = 200) => {
    const answer = await call
    expect(answer.status, answer.text).toBe(status)
  }

  test('by sign-up, sign-in, refresh, requests, a change of the password and sign-out', async () => {
    expect(pooledBySetUp).toEqual([])
    const { accessToken, refreshToken } = await signUp(t, 'ada@example.com')
    await signIn(t, 'ada@example.com')
    await answered(call(t, 'POST /v1/auth/sign-in', { body: { email: 'ada@example.com', password: 'wrong' } }), 401)
    const next = await call<Session>(t, 'POST /v1/auth/refresh', { body: { refreshToken } })
    await answered(call(t, 'POST /v1/auth/refresh', { body: { refreshToken } }))
    await answered(call(t, 'GET /v1/me', { token: accessToken }))
    await answered(call(t, 'GET /v1/me', { token: next.body.accessToken }))
    await answered(call(t, 'GET /.well-known/jwks.json'))
    await answered(call(t, 'GET /readyz'))
    await answered(call(t, 'POST /v1/auth/step-up', { token: accessToken, body: { password: PASSWORD } }))
    const { accessToken: token } = await signIn(t, 'ada@example.com')
    const body = { currentPassword: PASSWORD, newPassword: 'an entirely different phrase' }
    await answered(call(t, 'POST /v1/me/password', { token, body }), 204)
    await answered(call(t, 'POST /v1/auth/sign-out', { token }), 204)
    expect(pooled).toEqual([])
  })

  test('by a cookie, its renewal and its end', async () => {
    await signUp(t, 'cookie@example.com')
    const cookie = await signInWithCookie(t, 'cookie@example.com')
    await answered(call(t, 'GET /v1/me', { cookie }))
    const renewed = cookieOf(await call(t, 'POST /v1/auth/refresh', { cookie }))
    await answered(call(t, 'GET /v1/me', { cookie: renewed }))
    await answered(call(t, 'POST /v1/auth/sign-out', { cookie: renewed }), 204)
    expect(pooled).toEqual([])
  })

  test('by codes and links of mails, a write under a key, new signing keys and sealing the log', async () => {
    await signUp(t, 'mail@example.com')
    await answered(call(t, 'POST /v1/auth/email-code', { body: { email: 'mail@example.com' } }), 202)
    await deliver(t)
    const admin = await signIn(t, 'admin@example.com')
    await answered(
      call(t, 'POST /v1/users', {
        token: admin.accessToken,
        headers: { 'idempotency-key': 'one' },
        body: { email: 'made@example.com', password: PASSWORD },
      }),
      201,
    )
    await t.deps.keys.rotate()
    await runJobs(t.deps)
    expect(pooled).toEqual([])
  })

  test('by an authenticator app', async () => {
    const person = await enrol(t, await signUp(t, 'app@example.com'))
    await signInFully(t, person)
    expect(pooled).toEqual([])
  })

  test('by a passkey, except for the verification that its library does with Web Crypto', async () => {
    const { key } = await signUpWithPasskey(t, 'key@example.com')
    expect((await signInWithPasskey(t, key)).status).toBe(200)
    await addPasskey(t, (await signUp(t, 'second@example.com')).accessToken)
    expect(pooled.filter((place) => !place.includes(' in isoCrypto/'))).toEqual([])
    expect(pooled).not.toEqual([])
  })

  test('by the hash of another system', async () => {
    const { user } = await signUp(t, 'foreign@example.com')
    const hash = `pbkdf2_sha256$1000$saltsalt$${Buffer.from(
      await crypto.subtle.deriveBits(
        { name: 'PBKDF2', hash: 'SHA-256', salt: Buffer.from('saltsalt'), iterations: 1000 },
        await crypto.subtle.importKey('raw', Buffer.from(PASSWORD), 'PBKDF2', false, ['deriveBits']),
        256,
      ),
    ).toString('base64')}`
    pooled = []
    await t.deps.db.$client.execute({ sql: 'UPDATE users SET password_hash = ? WHERE id = ?', args: [hash, user.id] })
    await signIn(t, 'foreign@example.com')
    expect(pooled).toEqual([])
  })
})
