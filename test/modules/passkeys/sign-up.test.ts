/** Sign-up with a passkey: one prompt, no password, and no answer that reveals other accounts. */
import { afterEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import {
  type Algorithm,
  cborArray,
  cborBytes,
  cborMap,
  cborText,
  createAuthenticator,
  type Lies,
} from '../../support/authenticator.ts'
import { call, cookieOf, type Session, signUp } from '../../support/client.ts'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'
import { deliver, inParallel, proofFor, requestProof } from '../proofs/support/mail.ts'
import { signInOptions, signInWithPasskey, signUpOptions, signUpWithPasskey } from './support/people.ts'

setDefaultTimeout(300_000)

let t: TestApp
afterEach(() => t.close())
const open = async (verification: 'required' | 'optional') => {
  t = await createTestApp({ env: { EMAIL_VERIFICATION: verification } })
}
const count = async (table: string) =>
  Number((await t.deps.db.$client.execute(`SELECT count(*) AS n FROM ${table}`)).rows[0]?.n)

/** Options, and a credential made for them with these lies. */
async function created(email: string, lies?: Lies, alg?: Algorithm) {
  const key = await createAuthenticator(alg === undefined ? {} : { alg })
  const { challenge, options } = await signUpOptions(t, email)
  return { key, body: { challenge, credential: await key.create(options, lies) } }
}
const SIGN_UP = 'POST /v1/auth/passkey/sign-up'

describe('where e-mail need not be verified', () => {
  test('makes an account without a password, its passkey, and a session of two factors', async () => {
    await open('optional')
    const { challenge, options } = (
      await call<Awaited<ReturnType<typeof signUpOptions>>>(t, 'POST /v1/auth/passkey/sign-up/options', {
        body: { email: 'ada@example.com', name: 'Ada' },
      })
    ).body
    expect(options as unknown).toMatchObject({
      rp: { id: 'api.test', name: 'Threeger ID' },
      user: { name: 'ada@example.com', displayName: 'Ada' },
      attestation: 'none',
      authenticatorSelection: { residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
      pubKeyCredParams: [-8, -7, -257].map((alg) => ({ type: 'public-key', alg })),
    })
    expect([await count('users'), await count('used_challenges')]).toEqual([0, 0])
    const key = await createAuthenticator()
    const body = { challenge, credential: await key.create(options) }
    const answer = await call<Session>(t, SIGN_UP, { body })
    expect([answer.status, answer.body.user.name, answer.body.user.emailVerified]).toEqual([201, 'Ada', false])
    const { rows } = await t.deps.db.$client.execute(
      'SELECT users.id, password_hash, name, amr FROM users JOIN sessions ON user_id = users.id',
    )
    expect(rows.map(({ id, password_hash, name, amr }) => [id, password_hash, name, amr])).toEqual([
      [answer.body.user.id, null, 'Ada', '["hwk","user","mfa"]'],
    ])
    expect((await deliver(t)).map(({ to }) => to)).toEqual(['ada@example.com']) // asks for the verification, and no notice
    expect((await signInWithPasskey(t, key)).status).toBe(200)
  })

  test('says that an address is taken, and leaves its account as it was', async () => {
    await open('optional')
    await signUp(t, 'ada@example.com')
    const { key, body } = await created('ADA@example.com')
    const answer = await call(t, SIGN_UP, { body })
    expect([answer.status, answer.body.code, await count('passkeys')]).toEqual([409, 'user.email_taken', 0])
    expect((await signInWithPasskey(t, key)).status).toBe(401)
  })

  test('opens a cookie session for our own pages alone', async () => {
    await open('optional')
    const { body } = await created('ada@example.com')
    const elsewhere = { body: { ...body, useCookie: true }, headers: { origin: 'https://evil.example' } }
    expect((await call(t, SIGN_UP, elsewhere)).body.code).toBe('request.origin_refused')
    const answer = await call(t, SIGN_UP, { body: { ...body, useCookie: true }, headers: { origin: ORIGIN } })
    expect([answer.status, Object.keys(answer.body)]).toEqual([201, ['expiresIn', 'user']])
    expect((await call(t, 'GET /v1/me', { cookie: cookieOf(answer) })).status).toBe(200)
  })

  test('refuses a passkey that is registered already, and makes no account for it', async () => {
    await open('optional')
    const { key } = await signUpWithPasskey(t, 'ada@example.com')
    const { challenge, options } = await signUpOptions(t, 'eve@example.com')
    const answer = await call(t, SIGN_UP, { body: { challenge, credential: await key.create(options) } })
    expect([answer.status, answer.body.code, await count('users')]).toEqual([409, 'passkey.exists', 1])
  })

  test('50 answers to one challenge make one account and one session', async () => {
    await open('optional')
    const { body } = await created('ada@example.com')
    const statuses = await inParallel(t, 50, SIGN_UP, { body })
    expect(statuses[201]).toBe(1)
    expect([await count('users'), await count('passkeys'), await count('sessions')]).toEqual([1, 1, 1])
    expect((await call(t, SIGN_UP, { body })).body.code).toBe('passkey.not_created')
  })
})

describe('where e-mail must be verified', () => {
  test('answers the same whether an address is free or taken, and to each with one mail', async () => {
    await open('required')
    const first = await created('ada@example.com')
    const again = await created('ada@example.com')
    const answers = [await call(t, SIGN_UP, { body: first.body }), await call(t, SIGN_UP, { body: again.body })]
    const seen = answers.map(({ status, text, headers }) => {
      const kept = [...headers].filter(([name]) => !['x-request-id', 'date'].includes(name))
      return { status, text, kept }
    })
    expect(seen[0]).toEqual(seen[1] as (typeof seen)[0])
    expect([seen[0]?.status, seen[0]?.text]).toEqual([202, '{"status":"verification_required"}'])
    expect((await deliver(t)).map(({ to, subject }) => `${to} ${subject}`).sort()).toEqual([
      'ada@example.com Confirm your e-mail address for Threeger ID',
      'ada@example.com You already have an account at Threeger ID',
    ])
    expect([await count('users'), await count('passkeys'), await count('sessions')]).toEqual([1, 1, 0])
  })

  test('the passkey opens nothing before the address is verified, and then it does', async () => {
    await open('required')
    const { key, body } = await created('ada@example.com')
    await call(t, SIGN_UP, { body })
    const refused = await signInWithPasskey(t, key)
    expect([refused.status, (refused.body as unknown as { code: string }).code]).toEqual([401, 'passkey.invalid'])
    const { token } = await proofFor(t, 'ada@example.com')
    expect((await call(t, 'POST /v1/auth/verify-email', { body: { token } })).status).toBe(200)
    const answer = await signInWithPasskey(t, key)
    expect([answer.status, answer.body.user.emailVerified]).toEqual([200, true])
  })

  test('a passkey that is already registered does not reveal which addresses are free', async () => {
    await open('required')
    const { key, body } = await created('eve@example.com')
    await call(t, SIGN_UP, { body })
    for (const email of ['eve@example.com', 'free@example.com']) {
      const { challenge, options } = await signUpOptions(t, email)
      const answer = await call(t, SIGN_UP, { body: { challenge, credential: await key.create(options) } })
      expect([answer.status, answer.text]).toEqual([202, '{"status":"verification_required"}'])
    }
    expect(await count('passkeys')).toBe(1)
  })

  test.each(['email-code', 'forgot-password'])(
    'a passkey that another person made for an address is removed when its owner signs in by mail (%s)',
    async (path) => {
      await open('required')
      const attacker = await created('victim@example.com')
      await call(t, SIGN_UP, { body: attacker.body })
      await deliver(t)
      const { token } = await requestProof(t, path, 'victim@example.com')
      const redeemed =
        path === 'email-code'
          ? await call(t, 'POST /v1/auth/email-code/verify', { body: { token } })
          : await call(t, 'POST /v1/auth/reset-password', { body: { token, password: 'seven green bottles' } })
      // And it was not asked for as a second factor either.
      expect([redeemed.status, redeemed.body.status ?? 'session']).toEqual([
        200,
        path === 'email-code' ? 'session' : 'password_reset',
      ])
      expect(await count('passkeys')).toBe(0)
      expect((await signInWithPasskey(t, attacker.key)).status).toBe(401)
    },
  )

  test('a wrong code removes no passkey', async () => {
    await open('required')
    await call(t, SIGN_UP, { body: (await created('ada@example.com')).body })
    await deliver(t)
    await requestProof(t, 'email-code', 'ada@example.com')
    for (const body of [{ token: 'x' }, { email: 'ada@example.com', code: '000000' }])
      expect((await call(t, 'POST /v1/auth/email-code/verify', { body })).status).toBe(400)
    expect(await count('passkeys')).toBe(1)
  })
})

describe('an answer that is no new passkey for these options is refused', () => {
  const x5c = cborMap([
    [cborText('alg'), Uint8Array.of(0x26)],
    [cborText('sig'), cborBytes(new Uint8Array(70))],
    [cborText('x5c'), cborArray([cborBytes(new Uint8Array(300))])],
  ])
  const lies: Record<string, Lies> = {
    'a page elsewhere': { origin: 'https://evil.example' },
    'a frame in another page': { crossOrigin: true },
    'another domain': { rpId: 'evil.example' },
    'no user verification': { verified: false },
    'no user at the device': { present: false },
    'an answer to get()': { type: 'webauthn.get' },
    'another challenge': { challenge: 'A'.repeat(43) },
    'certificates, whose addresses the server does not fetch': { fmt: 'packed', attStmt: x5c },
    'a format with certificates': { fmt: 'tpm' },
    'an unknown format': { fmt: 'x' },
    'a statement where there should be none': { attStmt: cborMap([[cborText('x'), cborText('y')]]) },
  }
  test.each(Object.keys(lies))('%s', async (name) => {
    await open('optional')
    const answer = await call(t, SIGN_UP, { body: (await created('ada@example.com', lies[name])).body })
    expect([answer.status, answer.body.code]).toEqual([400, 'passkey.not_created'])
    expect([await count('users'), t.asked]).toEqual([0, []])
  })

  test('the challenge of a sign-in, an expired one, and another id beside the credential', async () => {
    await open('optional')
    const { key, body } = await created('ada@example.com')
    const other = await signInOptions(t)
    const credential = await key.create({
      challenge: other.options.challenge,
      rp: { id: 'api.test' },
      user: { id: 'eA' },
    })
    const id = 'A'.repeat(43)
    for (const wrong of [
      { challenge: other.challenge, credential },
      { ...body, credential: { ...body.credential, id, rawId: id } },
      { ...body, credential: { ...body.credential, rawId: id } },
    ])
      expect((await call(t, SIGN_UP, { body: wrong })).body.code).toBe('passkey.not_created')
    t.clock.advance(300_000)
    expect((await call(t, SIGN_UP, { body })).body.code).toBe('passkey.not_created')
    expect(await count('users')).toBe(0)
  })
})
