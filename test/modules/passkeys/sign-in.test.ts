/** Sign-in with a passkey: the valid answers, and every kind of invalid answer (security.md 15). */
import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { decodeJwt } from 'jose'
import { base64url, fromBase64url, utf8 } from '../../../src/lib/encoding.ts'
import { type Algorithm, type Authenticator, createAuthenticator, type Lies } from '../../support/authenticator.ts'
import { call, cookieOf, PASSWORD, type Session, setUpAdmin, signUp } from '../../support/client.ts'
import { rowsOn } from '../../support/sql.ts'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'
import { deliver, inParallel } from '../proofs/support/mail.ts'
import {
  addPasskey,
  signInOptions,
  signInWithPasskey,
  signUpOptions,
  signUpWithPasskey,
  stepUpOptions,
} from './support/people.ts'

setDefaultTimeout(300_000)

let t: TestApp
let ada: Authenticator
let session: Session
beforeEach(async () => {
  t = await createTestApp({ env: { EMAIL_VERIFICATION: 'optional' } })
  const made = await signUpWithPasskey(t, 'ada@example.com')
  ada = made.key
  session = made.session
})
afterEach(() => t.close())

const rows = rowsOn(() => t)
const sessionsOf = async (userId: string) => (await rows('SELECT id FROM sessions WHERE user_id = ?', userId)).length
const lastReason = async () => {
  const [row] = await rows("SELECT data FROM events WHERE type = 'auth.failed' ORDER BY id DESC LIMIT 1")
  return (JSON.parse(String(row?.data)) as { reason: string }).reason
}

describe('options', () => {
  test('ask for any passkey of ours, used with a PIN, a fingerprint or a face', async () => {
    const { options } = await signInOptions(t)
    expect(options).toEqual({
      challenge: expect.stringMatching(/^[\w-]{43}$/),
      rpId: 'api.test',
      timeout: 300_000,
      userVerification: 'required',
      allowCredentials: [],
    } as unknown as typeof options) // a matcher in the place of a string
    expect((await signInOptions(t)).options.challenge).not.toBe(options.challenge)
  })

  test('take nothing but an empty object', async () => {
    for (const body of [{ x: 1 }, [], null, 'x', 5])
      expect((await call(t, 'POST /v1/auth/passkey/options', { body })).status).toBeGreaterThanOrEqual(400)
  })
})

describe('a passkey', () => {
  test.each<[Algorithm, string]>([
    [-8, 'EdDSA'],
    [-7, 'ES256'],
    [-257, 'RS256'],
  ])('of algorithm %d (%s) signs up and in', async (alg, name) => {
    const { key, answer } = await signUpWithPasskey(t, `${name}@example.com`, { alg })
    expect(answer.status, answer.text).toBe(201)
    for (let time = 0; time < 3; time++) {
      const again = await signInWithPasskey(t, key)
      expect([again.status, again.body.user.email]).toEqual([200, `${name}@example.com`])
    }
  })

  test('opens a session that says what was shown: something held, and the person', async () => {
    const answer = await signInWithPasskey(t, ada)
    expect(answer.status).toBe(200)
    expect((await call(t, 'GET /v1/me', { token: answer.body.accessToken })).body).toMatchObject({
      email: 'ada@example.com',
      emailVerified: false,
    })
    const { sid } = decodeJwt<{ sid: string }>(answer.body.accessToken)
    const [row] = await rows('SELECT amr FROM sessions WHERE id = ?', sid)
    expect(JSON.parse(String(row?.amr))).toEqual(['hwk', 'user', 'mfa'])
    const synced = await signUpWithPasskey(t, 'synced@example.com', { synced: true, counts: false })
    const second = decodeJwt<{ sid: string }>((await signInWithPasskey(t, synced.key)).body.accessToken)
    const [other] = await rows('SELECT amr FROM sessions WHERE id = ?', second.sid)
    expect(JSON.parse(String(other?.amr))).toEqual(['swk', 'user', 'mfa'])
  })

  test('opens a cookie session, from our own pages alone', async () => {
    const ask = async (origin: string) => {
      const { challenge, options } = await signInOptions(t)
      const body = { challenge, credential: await ada.get(options), useCookie: true }
      return call(t, 'POST /v1/auth/passkey', { body, headers: { origin } })
    }
    const answer = await ask(ORIGIN)
    expect([answer.status, Object.keys(answer.body)]).toEqual([200, ['expiresIn', 'user']])
    expect((await call(t, 'GET /v1/me', { cookie: cookieOf(answer) })).status).toBe(200)
    expect((await ask('https://evil.example')).body.code).toBe('request.origin_refused')
  })

  test('with a counter of 0, as synced passkeys have, never counts as a copy', async () => {
    const { key } = await signUpWithPasskey(t, 'uncounted@example.com', { counts: false })
    for (let time = 0; time < 3; time++) expect((await signInWithPasskey(t, key)).status).toBe(200)
  })
})

describe('is refused with the same words for every cause', () => {
  const flip = (bytes: Uint8Array<ArrayBuffer>) => bytes.map((byte, at) => (at === bytes.length - 1 ? byte ^ 1 : byte))
  const lies: Record<string, Lies | (() => Lies)> = {
    'a page elsewhere': { origin: 'https://evil.example' },
    'a page of another port': { origin: 'https://api.test:8443' },
    'a page without https': { origin: 'http://api.test' },
    'a page whose name begins like ours': { origin: 'https://api.test.evil.example' },
    'a frame in another page': { crossOrigin: true },
    'a frame that names its page': { crossOrigin: true, topOrigin: 'https://evil.example' },
    'another domain': { rpId: 'evil.example' },
    'a domain above ours': { rpId: 'test' },
    'no user verification': { verified: false },
    'no user at the device': { present: false, verified: false },
    'another type': { type: 'webauthn.create' },
    'an unknown type': { type: 'payment.get' },
    'another challenge': { challenge: 'A'.repeat(43) },
    'no challenge': { challenge: '' },
    'a changed signature': { signature: flip },
    'a signature of nothing': { signature: () => new Uint8Array(70) },
    'a short signature': { signature: (bytes) => bytes.slice(0, 8) },
    'no user handle': { userHandle: undefined },
    'an unknown passkey': { credentialId: base64url(new Uint8Array(32)) },
  }
  test.each(Object.keys(lies))('%s', async (name) => {
    const lie = lies[name] as Lies
    const before = await sessionsOf(session.user.id)
    const answer = await signInWithPasskey(t, ada, lie)
    const { requestId: _, ...problem } = answer.body as unknown as Record<string, unknown>
    expect([answer.status, problem]).toEqual([
      401,
      {
        type: `${ORIGIN}/docs/errors#passkey.invalid`,
        title: 'The passkey was not accepted.',
        status: 401,
        code: 'passkey.invalid',
      },
    ])
    expect(answer.headers.get('set-cookie')).toBeNull()
    expect(await sessionsOf(session.user.id)).toBe(before)
    expect((await signInWithPasskey(t, ada)).status).toBe(200) // and it still works
  })

  test('the passkey of one account with the user handle of another', async () => {
    const { session: bob, key } = await signUpWithPasskey(t, `bob@example.com`)
    const adasHandle = base64url(utf8(session.user.id))
    const before = await sessionsOf(bob.user.id)
    expect((await signInWithPasskey(t, key, { userHandle: adasHandle })).body).toMatchObject({
      code: 'passkey.invalid',
    })
    expect(await lastReason()).toBe('wrong_user_handle')
    // And signed by Bob for the credential of Ada.
    expect((await signInWithPasskey(t, key, { credentialId: ada.credentialId, userHandle: adasHandle })).status).toBe(
      401,
    )
    expect(await lastReason()).toBe('wrong_assertion')
    expect(await sessionsOf(bob.user.id)).toBe(before)
  })

  test('a challenge that was already answered, also with a higher counter', async () => {
    const { challenge, options } = await signInOptions(t)
    const body = { challenge, credential: await ada.get(options) }
    expect((await call(t, 'POST /v1/auth/passkey', { body })).status).toBe(200)
    expect((await call(t, 'POST /v1/auth/passkey', { body })).body.code).toBe('passkey.invalid')
    const anew = { challenge, credential: await ada.get(options) }
    expect((await call(t, 'POST /v1/auth/passkey', { body: anew })).body.code).toBe('passkey.invalid')
    expect(await lastReason()).toBe('answered_challenge')
    expect((await rows('SELECT id FROM passkeys WHERE flagged_at IS NOT NULL')).length).toBe(0)
  })

  test('a challenge older than five minutes, and one that was altered', async () => {
    const { challenge, options } = await signInOptions(t)
    const credential = await ada.get(options)
    const [head, payload, signature] = challenge.split('.')
    const claims = JSON.parse(new TextDecoder().decode(fromBase64url(payload ?? '')))
    for (const altered of [
      `${challenge}x`,
      `${head}.${payload}.`,
      `${base64url(utf8('{"alg":"none"}'))}.${payload}.`,
      `${head}.${base64url(utf8(JSON.stringify({ ...claims, exp: claims.exp + 600 })))}.${signature}`,
      'x',
      'a.b.c',
    ])
      expect((await call(t, 'POST /v1/auth/passkey', { body: { challenge: altered, credential } })).status).toBe(401)
    t.clock.advance(300_000)
    expect((await call(t, 'POST /v1/auth/passkey', { body: { challenge, credential } })).status).toBe(401)
    const late = await signInOptions(t)
    t.clock.advance(299_000)
    const body = { challenge: late.challenge, credential: await ada.get(late.options) }
    expect((await call(t, 'POST /v1/auth/passkey', { body })).status).toBe(200)
  })

  test('the challenge of another ceremony', async () => {
    const fresh = (await signInWithPasskey(t, ada)).body.accessToken
    const others = [await stepUpOptions(t, fresh), await signUpOptions(t, 'nobody@example.com')]
    for (const { challenge, options } of others) {
      const credential = await ada.get({ challenge: options.challenge, rpId: 'api.test' })
      expect((await call(t, 'POST /v1/auth/passkey', { body: { challenge, credential } })).status).toBe(401)
    }
  })

  test('a disabled account, and one that is gone', async () => {
    const admin = await setUpAdmin(t)
    const { key, session: eve } = await signUpWithPasskey(t, 'eve@example.com')
    const user = `/v1/users/${eve.user.id}`
    await call(t, `POST ${user}/disable`, { token: admin.accessToken })
    expect((await signInWithPasskey(t, key)).body).toMatchObject({ code: 'passkey.invalid' })
    expect(await lastReason()).toBe('disabled')
    await call(t, `POST ${user}/enable`, { token: admin.accessToken })
    expect((await signInWithPasskey(t, key)).status).toBe(200)
    await call(t, `DELETE ${user}`, { token: admin.accessToken })
    expect((await signInWithPasskey(t, key)).body).toMatchObject({ code: 'passkey.invalid' })
    expect(await lastReason()).toBe('unknown_passkey')
    expect((await rows('SELECT id FROM passkeys WHERE user_id = ?', eve.user.id)).length).toBe(0)
  })
})

describe('at once', () => {
  test('50 answers to one challenge open one session', async () => {
    const before = await sessionsOf(session.user.id)
    const { challenge, options } = await signInOptions(t)
    const body = { challenge, credential: await ada.get(options) }
    expect(await inParallel(t, 50, 'POST /v1/auth/passkey', { body })).toEqual({ 200: 1, 401: 49 })
    expect(await sessionsOf(session.user.id)).toBe(before + 1)
    expect((await rows('SELECT id FROM passkeys WHERE flagged_at IS NOT NULL')).length).toBe(0)
  })

  test('50 different answers to one challenge open one session too', async () => {
    const { key, session: one } = await signUpWithPasskey(t, 'uncounted-parallel@example.com', { counts: false })
    const { challenge, options } = await signInOptions(t)
    const credentials = await Promise.all(Array.from({ length: 50 }, () => key.get(options)))
    const answers = await Promise.all(
      credentials.map((credential) => call(t, 'POST /v1/auth/passkey', { body: { challenge, credential } })),
    )
    expect(answers.filter(({ status }) => status === 200).length).toBe(1)
    expect(await sessionsOf(one.user.id)).toBe(2)
  })
})

describe('a counter that went back', () => {
  test('is refused, flags the passkey and sends its owner one mail; the passkey with the higher counter still signs in', async () => {
    const { key, session: cloned } = await signUpWithPasskey(t, 'cloned@example.com')
    for (let time = 0; time < 5; time++) await signInWithPasskey(t, key)
    await deliver(t)
    for (const counter of [5, 3, 1, 0]) {
      const answer = await signInWithPasskey(t, key, { counter })
      expect(answer.body as unknown).toMatchObject({ code: 'passkey.invalid', status: 401 })
      expect(await lastReason()).toBe('counter_regressed')
    }
    const token = cloned.accessToken
    const { body } = await call<{ items: { id: string; flaggedAt: string | null }[] }>(t, 'GET /v1/me/passkeys', {
      token,
    })
    expect(body.items[0]?.flaggedAt).toBe(new Date(t.clock.now()).toISOString())
    const events = await rows("SELECT user_id, result FROM events WHERE type = 'passkey.counter_regressed'")
    expect(events.map(({ user_id, result }) => [user_id, result])).toEqual([[cloned.user.id, 'failure']])
    const mails = await deliver(t)
    expect(mails.map(({ to, subject }) => [to, subject])).toEqual([
      ['cloned@example.com', 'A passkey of your account at Threeger ID may have been copied'],
    ])
    expect((await signInWithPasskey(t, key, { counter: 50 })).status).toBe(200)
  })

  test('without a right signature flags nothing', async () => {
    const { key, session: sound } = await signUpWithPasskey(t, 'sound@example.com')
    await signInWithPasskey(t, key, { counter: 9 })
    const wrong = { counter: 2, signature: () => new Uint8Array(70) }
    expect((await signInWithPasskey(t, key, wrong)).status).toBe(401)
    expect((await rows('SELECT flagged_at FROM passkeys WHERE user_id = ?', sound.user.id))[0]?.flagged_at).toBeNull()
  })
})

describe('limits', () => {
  test('a network with too many failures must wait; a success costs no point', async () => {
    const limited = await createTestApp({ env: { EMAIL_VERIFICATION: 'optional', RATE_LIMIT: 'on' } })
    try {
      const { key } = await signUpWithPasskey(limited, 'ada@example.com')
      for (let time = 0; time < 105; time++) {
        expect((await signInWithPasskey(limited, key)).status).toBe(200)
        await limited.settle()
      }
      for (let time = 0; time < 100; time++)
        expect((await signInWithPasskey(limited, key, { origin: 'https://evil.example' })).status).toBe(401)
      const answer = await signInWithPasskey(limited, key)
      expect([answer.status, answer.headers.has('retry-after')]).toEqual([429, true])
    } finally {
      await limited.close()
    }
  })
})

test('a passkey beside a password signs in, and is the second factor of the password from then on', async () => {
  const both = await signUp(t, 'both@example.com')
  const { key, answer } = await addPasskey(t, both.accessToken)
  expect(answer.status, answer.text).toBe(201)
  expect((await signInWithPasskey(t, key)).body.user.id).toBe(both.user.id)
  const body = { email: 'both@example.com', password: PASSWORD }
  expect((await call(t, 'POST /v1/auth/sign-in', { body })).body).toMatchObject({
    status: 'mfa_required',
    factors: ['passkey'],
  })
})

test('an authenticator that was not registered is unknown', async () => {
  const stranger = await createAuthenticator()
  stranger.userHandle = ada.userHandle
  expect((await signInWithPasskey(t, stranger)).body).toMatchObject({ code: 'passkey.invalid' })
  expect(await lastReason()).toBe('unknown_passkey')
})
