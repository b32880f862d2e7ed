import { expect } from 'bun:test'
import { call, PASSWORD, signUp } from '../../support/client.ts'
import { rememberedDevices } from '../../../db/tables/index.ts'
import { AT, type Asked, defineContract, PLACE } from '../../support/contract.ts'
import { secondFactorOperations } from '../passkeys/round-trips.ts'
import { addPasskey } from '../passkeys/support/people.ts'
import { mfaOperations } from './round-trips.ts'
import { mfaCases } from './runtime-cases.ts'
import { codeOf, firstFactor, STEP_MS, signInFully, wrongCode } from './support/factors.ts'

export const contract = defineContract({
  access: {
    'POST /v1/auth/mfa/passkey/options': 'public', // its credential is the challenge of a first factor
    'POST /v1/auth/mfa/verify': 'public', // its credential is the challenge
    'GET /v1/me/mfa': 'any-session',
    'POST /v1/me/mfa/totp': 'fresh-any-session',
    'POST /v1/me/mfa/totp/confirm': 'fresh-any-session',
    'DELETE /v1/me/mfa/totp': 'fresh-session',
    'POST /v1/me/mfa/recovery-codes': 'fresh-session',
    'GET /v1/me/mfa/devices': 'session',
    'DELETE /v1/me/mfa/devices': 'session',
    'DELETE /v1/me/mfa/devices/:id': 'session', // of the own account, otherwise 404
    'GET /v1/users/:id/mfa': 'users:read',
    'DELETE /v1/users/:id/mfa': 'users:write',
  },
  swappedIds: async (t, { user }) => {
    const id = t.deps.random.id('dev')
    await t.deps.db.insert(rememberedDevices).values({
      id,
      userId: user.id,
      hash: 'swapped',
      device: 'Swapped',
      address: null,
      createdAt: t.clock.now(),
      lastUsedAt: t.clock.now(),
      expiresAt: t.clock.now() + 60_000,
    })
    return { 'DELETE /v1/me/mfa/devices/:id': id }
  },
  writes: {
    budget: {
      'POST /v1/auth/mfa/passkey/options': 1,
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
      'GET /v1/users/:id/mfa': 2,
      'DELETE /v1/users/:id/mfa': 2,
    },
    ask: askFactors,
  },
  roundTrips: [...mfaOperations, ...secondFactorOperations],
  runtime: mfaCases,
  mails: {
    'totp-added': PLACE,
    'totp-removed': { at: AT },
    'recovery-code-used': PLACE,
    'recovery-codes-made': { at: AT },
    'factors-reset': { at: AT },
  },
})

/** An app, a sign-in with it on a remembered device, and the removal of both. */
async function askFactors({ t, pay, admin }: Asked): Promise<void> {
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
  const fresh = { token, body: { factor: 'totp', code: codeOf(t, secret) } }
  expect(await pay('POST /v1/auth/step-up', '/v1/auth/step-up', fresh)).toBe(3)
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
  await pay('GET /v1/users/:id/mfa', `/v1/users/${user.id}/mfa`, { token: await admin() })
  await pay('DELETE /v1/users/:id/mfa', `/v1/users/${user.id}/mfa`, { token: await admin() }, 204)

  const both = await signUp(t, 'both@example.com')
  await addPasskey(t, both.accessToken)
  const asked = { body: { email: 'both@example.com', password: PASSWORD } }
  const { body } = await call<{ challenge: string }>(t, 'POST /v1/auth/sign-in', asked)
  const named = { body: { challenge: body.challenge } }
  await pay('POST /v1/auth/mfa/passkey/options', '/v1/auth/mfa/passkey/options', named)
}
