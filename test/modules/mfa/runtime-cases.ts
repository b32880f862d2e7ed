import { expect } from 'bun:test'
import { Secret, TOTP } from 'otpauth'
import { PASSWORD, type Session } from '../../support/client.ts'
import { guarantee } from '../../runtime/case.ts'
import { APP_URL, type Tools } from '../../runtime/tools.ts'

const VERIFY = 'POST /v1/auth/mfa/verify'

/** Codes of the steps from one before now on: each may be used once, and no test waits for the next. */
function codesOf(secret: string): [string, string, string] {
  const app = new TOTP({ secret: Secret.fromBase32(secret), algorithm: 'SHA1', digits: 6, period: 30 })
  const now = Date.now()
  const at = (steps: number) => app.generate({ timestamp: now + steps * 30_000 })
  return [at(-1), at(0), at(1)]
}

export async function enrolled({ call, signUp }: Tools) {
  const session = await signUp()
  const token = session.accessToken
  const begun = await call<{ secret: string; uri: string; qrSvg: string }>('POST /v1/me/mfa/totp', { token })
  expect(begun.status, begun.text).toBe(201)
  const { secret, uri, qrSvg } = begun.body
  expect(uri).toContain(secret)
  expect(qrSvg).toStartWith('<svg')
  const codes = codesOf(secret)
  const body = { code: codes[0] }
  const confirmed = await call<{ recoveryCodes: string[] }>('POST /v1/me/mfa/totp/confirm', { token, body })
  expect(confirmed.status, confirmed.text).toBe(200)
  return { session, token, email: session.user.email, codes, recoveryCodes: confirmed.body.recoveryCodes }
}

async function challenged({ call }: Tools, email: string, more: object = {}, headers: Record<string, string> = {}) {
  const body = { email, password: PASSWORD, ...more }
  const answer = await call<{ status: string; challenge: string }>('POST /v1/auth/sign-in', { body, headers })
  expect([answer.status, answer.body.status]).toEqual([200, 'mfa_required'])
  return answer.body.challenge
}

export const mfaCases = [
  guarantee(
    'an app is added, its codes sign in once each, and a recovery code does when it is lost',
    [
      'POST /v1/me/mfa/totp',
      'POST /v1/me/mfa/totp/confirm',
      VERIFY,
      'GET /v1/me/mfa',
      'POST /v1/me/mfa/recovery-codes',
      'DELETE /v1/me/mfa/totp',
    ],
    async (tools) => {
      const { email, codes, recoveryCodes, token } = await enrolled(tools)
      const challenge = await challenged(tools, email)
      await tools.refused(VERIFY, 'mfa.code_invalid', { body: { challenge, factor: 'totp', code: codes[0] } })
      const body = { challenge, factor: 'totp', code: codes[1] }
      const both = await Promise.all([tools.call(VERIFY, { body }), tools.call(VERIFY, { body })])
      expect(both.map(({ status }) => status).sort()).toEqual([200, 401])
      await tools.refused('GET /v1/me', 'session.expired', { token: challenge })
      const [code] = recoveryCodes
      const next = await challenged(tools, email)
      const done = await tools.call<Session>(VERIFY, { body: { challenge: next, factor: 'recovery_code', code } })
      expect(done.status, done.text).toBe(200)
      const status = await tools.call('GET /v1/me/mfa', { token })
      expect(status.body).toMatchObject({ passkeys: 0, recoveryCodes: 9, rememberedDevices: 0, required: false })
      const made = await tools.call<{ recoveryCodes: string[] }>('POST /v1/me/mfa/recovery-codes', { token })
      expect(made.body.recoveryCodes.length).toBe(10)
      expect((await tools.call('DELETE /v1/me/mfa/totp', { token })).status).toBe(204)
      expect((await tools.call('POST /v1/auth/sign-in', { body: { email, password: PASSWORD } })).body).toHaveProperty(
        'accessToken',
      )
    },
  ),
  guarantee(
    'a device is remembered by a cookie or a token, until it is forgotten',
    ['GET /v1/me/mfa/devices', 'DELETE /v1/me/mfa/devices', 'DELETE /v1/me/mfa/devices/:id'],
    async (tools) => {
      const { email, codes, recoveryCodes, token } = await enrolled(tools)
      const headers = { origin: APP_URL }
      const challenge = await challenged(tools, email, { useCookie: true }, headers)
      const body = { challenge, factor: 'totp', code: codes[1], rememberDevice: true }
      const answer = await tools.call(VERIFY, { body, headers })
      const cookies = answer.headers.getSetCookie()
      expect(cookies.map((cookie) => cookie.split('=')[0]).sort()).toEqual(['device_80', 'session_80'])
      const device = cookies.find((cookie) => cookie.startsWith('device_80='))?.split(';')[0]
      const credentials = { email, password: PASSWORD }
      const known = await tools.call<Session>('POST /v1/auth/sign-in', { body: credentials, cookie: device })
      expect(known.body.accessToken).toBeString()

      const other = await challenged(tools, email)
      const shown = { challenge: other, factor: 'recovery_code', code: recoveryCodes[0], rememberDevice: true }
      const { deviceToken } = (await tools.call<{ deviceToken: string }>(VERIFY, { body: shown })).body
      const again = await tools.call<Session>('POST /v1/auth/sign-in', { body: { ...credentials, deviceToken } })
      expect(again.body.accessToken).toBeString()

      const { items } = (await tools.call<{ items: { id: string }[] }>('GET /v1/me/mfa/devices', { token })).body
      expect(items.length).toBe(2)
      expect((await tools.call(`DELETE /v1/me/mfa/devices/${items[0]?.id}`, { token })).status).toBe(204)
      expect((await tools.call('DELETE /v1/me/mfa/devices', { token })).status).toBe(204)
      await challenged(tools, email, { deviceToken })
    },
  ),
  guarantee(
    'an administrator reads the factors of a user, and removes those that are lost',
    ['GET /v1/users/:id/mfa', 'DELETE /v1/users/:id/mfa'],
    async (tools) => {
      const { session, email, token } = await enrolled(tools)
      const admin = (await tools.admin()).accessToken
      const asked = { token: admin }
      const path = `GET /v1/users/${session.user.id}/mfa`
      const has = await tools.call<Record<string, unknown>>(path, asked)
      expect(has.body).toMatchObject({ password: true, totp: { addedAt: expect.any(String) }, passkeys: 0 })
      expect(Object.keys(has.body).sort()).toEqual([
        'passkeys',
        'password',
        'recoveryCodes',
        'rememberedDevices',
        'totp',
      ])
      await tools.refused(path, 'auth.forbidden', { token })
      expect((await tools.call(`DELETE /v1/users/${session.user.id}/mfa`, asked)).status).toBe(204)
      await tools.refused('GET /v1/me', 'session.expired', { token })
      const answer = await tools.call<Session>('POST /v1/auth/sign-in', { body: { email, password: PASSWORD } })
      expect(answer.body.accessToken).toBeString()
    },
  ),
]
