import { Secret, TOTP } from 'otpauth'
import { type Answer, type Call, call, PASSWORD, type Session, signUp } from '../../../support/client.ts'
import type { TestApp } from '../../../support/test-app.ts'
import { proofFor } from '../../proofs/support/mail.ts'

export const STEP_MS = 30_000

/** The code an app shows, as another implementation of the RFC's reader would: from the base32 text alone. */
export const codeOf = (t: TestApp, secret: string, steps = 0): string =>
  new TOTP({ secret: Secret.fromBase32(secret), algorithm: 'SHA1', digits: 6, period: 30 }).generate({
    timestamp: t.clock.now() + steps * STEP_MS,
  })

/** A code outside the window. */
export function wrongCode(t: TestApp, secret: string): string {
  const right = [-1, 0, 1].map((steps) => codeOf(t, secret, steps))
  return ['000000', '111111', '222222', '333333'].find((code) => !right.includes(code)) ?? '444444'
}

export interface Enrolled {
  email: string
  session: Session
  secret: string
  recoveryCodes: string[]
}

/** Adds an app to the account of a session, and moves time on so that its next code is a new one. */
export async function enrol(t: TestApp, session: Session): Promise<Enrolled> {
  const token = session.accessToken
  const begun = await call<{ secret: string }>(t, 'POST /v1/me/mfa/totp', { token })
  if (begun.status !== 201) throw new Error(`enrol: ${begun.status} ${begun.text}`)
  const { secret } = begun.body
  const body = { code: codeOf(t, secret) }
  const confirmed = await call<{ recoveryCodes: string[] }>(t, 'POST /v1/me/mfa/totp/confirm', { token, body })
  if (confirmed.status !== 200) throw new Error(`confirm: ${confirmed.status} ${confirmed.text}`)
  t.clock.advance(STEP_MS)
  return { email: session.user.email, session, secret, recoveryCodes: confirmed.body.recoveryCodes }
}

let people = 0

/** A new user with a proved address and an app. An app that was added before the proof would be removed by it. */
export async function person(t: TestApp): Promise<Enrolled> {
  const session = await signUp(t, `mfa${people++}@example.com`)
  const { token } = await proofFor(t, session.user.email)
  const proved = await call(t, 'POST /v1/auth/verify-email', { body: { token } })
  if (proved.status !== 200) throw new Error(`verify-email: ${proved.status} ${proved.text}`)
  return enrol(t, session)
}

export interface Demand {
  status: string
  challenge: string
  factors: string[]
}

/** Signs in by password, which must ask for a second factor. */
export async function firstFactor(t: TestApp, email: string, asked: Call = {}): Promise<Demand> {
  const more = (asked.body ?? {}) as Record<string, unknown>
  const answer = await call<Demand>(t, 'POST /v1/auth/sign-in', {
    ...asked,
    body: { email, password: PASSWORD, ...more },
  })
  if (answer.body.status !== 'mfa_required') throw new Error(`sign-in: ${answer.status} ${answer.text}`)
  return answer.body
}

export const verify = <T = Session & { deviceToken?: string; code?: string }>(
  t: TestApp,
  body: Record<string, unknown>,
  asked: Call = {},
): Promise<Answer<T>> => call<T>(t, 'POST /v1/auth/mfa/verify', { ...asked, body })

/** Signs in with both factors. */
export async function signInFully(
  t: TestApp,
  { email, secret }: Pick<Enrolled, 'email' | 'secret'>,
  more: Record<string, unknown> = {},
) {
  const { challenge } = await firstFactor(t, email)
  const answer = await verify(t, { challenge, factor: 'totp', code: codeOf(t, secret), ...more })
  if (answer.status !== 200) throw new Error(`verify: ${answer.status} ${answer.text}`)
  t.clock.advance(STEP_MS)
  return answer.body
}
