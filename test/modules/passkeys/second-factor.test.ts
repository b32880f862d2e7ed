/** A passkey after a password: the second factor of one sign-in, and of no other. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { decodeJwt } from 'jose'
import type { Authenticator, Lies } from '../../support/authenticator.ts'
import { call, PASSWORD, type Session, signUp } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import { inParallel } from '../proofs/support/mail.ts'
import { addPasskey, type Request, signInOptions, signUpWithPasskey } from './support/people.ts'

setDefaultTimeout(300_000)

const VERIFY = 'POST /v1/auth/mfa/verify'
let t: TestApp
let key: Authenticator
let session: Session
beforeAll(async () => {
  t = await createTestApp({ env: { EMAIL_VERIFICATION: 'optional' } })
  session = await signUp(t, 'ada@example.com')
  key = (await addPasskey(t, session.accessToken)).key
})
afterAll(() => t.close())

/** The challenge of a right password. */
async function half(email = 'ada@example.com'): Promise<string> {
  const asked = { body: { email, password: PASSWORD } }
  const { body } = await call<{ status: string; challenge: string; factors: string[] }>(
    t,
    'POST /v1/auth/sign-in',
    asked,
  )
  expect([body.status, body.factors]).toEqual(['mfa_required', ['passkey']])
  return body.challenge
}

const options = async (challenge: string) =>
  (await call<Request>(t, 'POST /v1/auth/mfa/passkey/options', { body: { challenge } })).body

/** What a passkey answers to the options of a challenge. */
async function answerTo(challenge: string, lies?: Lies, by = key) {
  const started = await options(challenge)
  const credential = await by.get(started.options, lies)
  return { challenge, factor: 'passkey', passkeyChallenge: started.challenge, credential }
}

test('finishes the sign-in, and the session says that it took two factors', async () => {
  const challenge = await half()
  expect((await options(challenge)).options.allowCredentials.map(({ id }) => id)).toEqual([key.credentialId])
  // One that was named gives no handle back.
  const body = await answerTo(challenge, { userHandle: undefined })
  const answer = await call<Session>(t, VERIFY, { body })
  expect(answer.status, answer.text).toBe(200)
  expect((await call(t, 'GET /v1/me', { token: answer.body.accessToken })).status).toBe(200)
  const { sid } = decodeJwt<{ sid: string }>(answer.body.accessToken)
  const { rows } = await t.deps.db.$client.execute({ sql: 'SELECT amr FROM sessions WHERE id = ?', args: [sid] })
  expect(JSON.parse(String(rows[0]?.amr)).sort()).toEqual(['hwk', 'mfa', 'pwd', 'user'])
  expect((await call(t, VERIFY, { body })).status).toBeGreaterThanOrEqual(400)
})

test('50 at once open one session', async () => {
  const before = (await t.deps.db.$client.execute('SELECT id FROM sessions')).rows.length
  const statuses = await inParallel(t, 50, VERIFY, { body: await answerTo(await half()) })
  expect(statuses[200]).toBe(1)
  expect((await t.deps.db.$client.execute('SELECT id FROM sessions')).rows.length).toBe(before + 1)
})

test('a false answer is refused, and a right answer still finishes the sign-in', async () => {
  const challenge = await half()
  const { key: bobs } = await signUpWithPasskey(t, 'bob@example.com')
  const refused = async (body: unknown) => {
    const answer = await call(t, VERIFY, { body })
    expect([answer.status, answer.body.code]).toEqual([401, 'passkey.invalid'])
    expect(answer.headers.get('set-cookie')).toBeNull()
  }
  for (const lies of [
    { origin: 'https://evil.example' },
    { rpId: 'evil.example' },
    { verified: false },
    { type: 'webauthn.create' },
    { userHandle: 'eA' },
    { signature: (bytes: Uint8Array<ArrayBuffer>) => bytes.fill(7) },
  ])
    await refused(await answerTo(challenge, lies))
  await refused(await answerTo(challenge, {}, bobs))
  const other = await answerTo(await half()) // of another sign-in of hers
  await refused({ ...other, challenge })
  const discoverable = await signInOptions(t)
  const credential = await key.get(discoverable.options)
  await refused({ challenge, factor: 'passkey', passkeyChallenge: discoverable.challenge, credential })
  expect((await call(t, VERIFY, { body: await answerTo(challenge) })).status).toBe(200)
})

test('a challenge of a password does not work for a passkey, and the reverse', async () => {
  const challenge = await half()
  const { passkeyChallenge, credential } = await answerTo(challenge)
  const alone = { challenge: passkeyChallenge, credential }
  expect((await call(t, 'POST /v1/auth/passkey', { body: alone })).body.code).toBe('passkey.invalid')
  const swapped = { challenge: passkeyChallenge, factor: 'passkey', passkeyChallenge: challenge, credential }
  expect((await call(t, VERIFY, { body: swapped })).body.code).toBe('mfa.challenge_invalid')
  expect(
    (await call(t, 'POST /v1/auth/mfa/passkey/options', { body: { challenge: passkeyChallenge } })).body.code,
  ).toBe('mfa.challenge_invalid')
})
