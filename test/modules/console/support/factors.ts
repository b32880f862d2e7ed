/** Second factors of people whom the console shows. */
import { expect } from 'bun:test'
import { call, signIn } from '../../../support/client.ts'
import type { TestApp } from '../../../support/test-app.ts'
import { codeOf } from '../../mfa/support/factors.ts'

/** Adds an authenticator app, and with it ten recovery codes. */
export async function addTotp(t: TestApp, email: string): Promise<void> {
  const { accessToken: token } = await signIn(t, email)
  const { secret } = (await call<{ secret: string }>(t, 'POST /v1/me/mfa/totp', { token })).body
  const body = { code: codeOf(t, secret) }
  expect((await call(t, 'POST /v1/me/mfa/totp/confirm', { token, body })).status).toBe(200)
}
