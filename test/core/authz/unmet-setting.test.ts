/** What an organisation requires of the sessions of its members: the function, and the guard that asks it. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { methodsOf, unmetSetting } from '../../../src/core/authz/unmet-setting.ts'
import { noMemberships } from '../../../src/core/authz/scope.ts'
import type { Actor } from '../../../src/deps.ts'
import { type Call, call, type Session, setUpAdmin, signIn } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import { codeOf, enrol, signInFully } from '../../modules/mfa/support/factors.ts'
import { member, newOrg, person, setSettings, sql } from '../../modules/invitations/support/orgs.ts'
import { deliver, requestProof } from '../../modules/proofs/support/mail.ts'

let t: TestApp
beforeAll(async () => {
  t = await createTestApp()
})
afterAll(() => t.close())

const NOW = 1_000_000_000
const session = (more: { amr?: string[]; hasFactor?: boolean; authenticatedAt?: number }): Actor =>
  ({
    kind: 'session',
    id: 'usr_1',
    amr: ['pwd'],
    hasFactor: false,
    authenticatedAt: NOW,
    memberships: noMemberships,
    ...more,
  }) as unknown as Actor // the fields that are read

describe('a session', () => {
  test.each([
    [{}, {}, undefined],
    [{ mfaRequired: true }, {}, 'org.second_factor_required'],
    [{ mfaRequired: true }, { amr: ['pwd', 'mfa'] }, 'org.second_factor_required'],
    [{ mfaRequired: true }, { hasFactor: true }, 'org.second_factor_required'],
    [{ mfaRequired: true }, { amr: ['pwd', 'otp', 'mfa'], hasFactor: true }, undefined],
    [{ sessionMaxAgeSeconds: 300 }, { authenticatedAt: NOW - 300_000 }, undefined],
    [{ sessionMaxAgeSeconds: 300 }, { authenticatedAt: NOW - 300_001 }, 'org.session_too_old'],
    [{ sessionMaxAgeSeconds: 300 }, { authenticatedAt: 0 }, 'org.session_too_old'],
    [{ sessionMaxAgeSeconds: 300 }, { authenticatedAt: NOW + 60_000 }, undefined],
    [{ sessionMaxAgeSeconds: 300 }, { authenticatedAt: NOW + 60_001 }, 'org.session_too_old'],
    [{ signInMethods: ['passkey'] }, {}, 'org.sign_in_method_refused'],
    [{ signInMethods: ['passkey', 'password'] }, {}, undefined],
    [{ signInMethods: ['password'] }, { amr: [] }, 'org.sign_in_method_refused'],
    [{ signInMethods: ['passkey'] }, { amr: ['pwd', 'hwk', 'user', 'mfa'], hasFactor: true }, undefined],
    [{ emailDomains: ['acme.example'] }, {}, undefined],
    [
      { mfaRequired: null, sessionMaxAgeSeconds: null, signInMethods: null },
      { authenticatedAt: 0, amr: [] },
      undefined,
    ],
  ] as const)('%j with %j: %s', (settings, more, unmet) => {
    expect(unmetSetting(settings as Parameters<typeof unmetSetting>[0], session(more as object), NOW)?.code).toBe(
      unmet as never,
    )
  })

  test.each([
    [['pwd'], ['password']],
    [['pwd', 'otp', 'mfa'], ['password']],
    [['otp'], ['email']],
    [['otp', 'mfa'], ['email']],
    [
      ['pwd', 'otp'],
      ['email', 'password'],
    ],
    [['swk', 'user', 'mfa'], ['passkey']],
    [['fed', 'otp', 'mfa'], ['provider']],
    [[], []],
  ] as const)('with the methods %j came by %j', (amr, methods) => {
    expect(methodsOf(amr)).toEqual([...methods])
  })
})

test('an API key has no session, so these settings do not concern it', () => {
  const key = { ...session({ amr: [], authenticatedAt: 0 }), kind: 'api-key' }
  expect(
    unmetSetting({ mfaRequired: true, sessionMaxAgeSeconds: 300, signInMethods: ['passkey'] }, key, NOW),
  ).toBeUndefined()
})

describe('in the organisation', () => {
  const read = (id: string, token: string) => call<{ code?: string }>(t, `GET /v1/orgs/${id}`, { token })
  const code = async (id: string, token: string) => (await read(id, token)).body.code
  const change = (id: string, settings: object, asked: Call) =>
    call<{ code?: string }>(t, `PATCH /v1/orgs/${id}`, { ...asked, body: { settings } })
  const stepUp = async (token: string, body: object) =>
    (await call<Session>(t, 'POST /v1/auth/step-up', { token, body })).body.accessToken

  test('a second factor is required from the next request on, and nowhere else', async () => {
    const org = await newOrg(t)
    const worker = await member(t, org.id)
    const token = worker.accessToken
    expect((await read(org.id, token)).status).toBe(200)
    await setSettings(t, org.id, { mfaRequired: true })
    const refused = await read(org.id, token)
    expect([refused.status, refused.body.code]).toEqual([403, 'org.second_factor_required'])
    expect((await call(t, 'GET /v1/me', { token })).status).toBe(200)
    expect((await call(t, 'GET /v1/me/orgs', { token })).status).toBe(200)
    const { secret } = await enrol(t, worker)
    // The app was confirmed in this session.
    expect((await read(org.id, token)).status).toBe(200)
    const { accessToken } = (await signInFully(t, { email: worker.user.email, secret })) as unknown as Session
    expect((await read(org.id, accessToken)).status).toBe(200)
  })

  test('a session that is too old works again after a step-up', async () => {
    const org = await newOrg(t)
    const { accessToken: token, user } = await member(t, org.id)
    await setSettings(t, org.id, { sessionMaxAgeSeconds: 600 })
    await sql(t, 'UPDATE sessions SET authenticated_at = ? WHERE user_id = ?', [t.clock.now() - 600_001, user.id])
    t.deps.principals.forgetAll()
    expect(await code(org.id, token)).toBe('org.session_too_old')
    expect((await read(org.id, await stepUp(token, { password: 'correct horse battery staple' }))).status).toBe(200)
  })

  test('a way of signing in that is not among those allowed is refused until an allowed one is shown', async () => {
    const org = await newOrg(t)
    const { accessToken: token, user } = await member(t, org.id)
    await setSettings(t, org.id, { signInMethods: ['email'] })
    expect(await code(org.id, token)).toBe('org.sign_in_method_refused')
    await deliver(t)
    const proof = await requestProof(t, 'email-code', user.email)
    expect((await read(org.id, await stepUp(token, { code: proof.code }))).status).toBe(200)
    expect(await code(org.id, (await signIn(t, user.email)).accessToken)).toBe('org.sign_in_method_refused')
  })

  test('strangers and members without the permission learn nothing of the settings', async () => {
    const org = await newOrg(t)
    await setSettings(t, org.id, { signInMethods: ['passkey'] })
    expect(await code(org.id, (await person(t)).accessToken)).toBe('org.not_found')
    const { accessToken: token } = await member(t, org.id)
    const answer = await call<{ code?: string }>(t, `GET /v1/orgs/${org.id}/invitations`, { token })
    expect(answer.body.code).toBe('auth.forbidden')
  })

  test('an administrator of the instance who is no member is not concerned', async () => {
    const org = await newOrg(t)
    await setSettings(t, org.id, { signInMethods: ['passkey'], mfaRequired: true })
    expect((await read(org.id, (await setUpAdmin(t)).accessToken)).status).toBe(200)
  })

  test('nobody can switch on what their own session does not meet', async () => {
    const org = await newOrg(t)
    for (const settings of [
      { mfaRequired: true },
      { signInMethods: ['passkey'] },
      { signInMethods: ['email', 'provider'] },
    ]) {
      const answer = await change(org.id, settings, { token: org.token })
      expect([answer.status, answer.body.code]).toEqual([409, 'org.settings_lock_out'])
    }
    expect((await read(org.id, org.token)).status).toBe(200)
    const allowed = { signInMethods: ['password'], sessionMaxAgeSeconds: 3600, emailDomains: ['acme.example'] }
    expect((await change(org.id, allowed, { token: org.token })).status).toBe(200)
    const { secret } = await enrol(t, org.owner)
    const token = await stepUp(org.token, { factor: 'totp', code: codeOf(t, secret) })
    expect((await change(org.id, { mfaRequired: true }, { token })).status).toBe(200)
    expect((await change(org.id, { signInMethods: null, mfaRequired: null }, { token })).status).toBe(422)
  })
})
