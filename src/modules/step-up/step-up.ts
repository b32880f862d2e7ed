import type { SessionPrincipal } from '../../deps.ts'
import { requires } from '../../core/authz/denied.ts'
import { problem } from '../../errors.ts'
import { commit } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import { type Cause, justChanged, noteEvent } from '../../core/events/queries.ts'
import type { AskDeps } from '../actions/ask-actions.ts'
import { checkTotp } from '../mfa/check-totp.ts'
import { useStep } from '../mfa/totp-queries.ts'
import { aboutSession } from '../passkeys/own-passkeys.ts'
import { type CheckPasskeyDeps, checkPasskey } from '../passkeys/check-passkey.ts'
import type { PasskeyAnswer } from '../passkeys/schema.ts'
import type { OpenedSession, OpenSessionDeps } from '../sessions/open-session.ts'
import { unchangedSince } from '../sessions/queries.ts'
import { type Reauthentication, renewSession } from '../sessions/renew-session.ts'
import { limitCodeGuessesSignedIn } from '../proofs/limit-code-guesses.ts'
import { limitFactorGuessesSignedIn } from '../mfa/limit-factor-guesses.ts'
import { accountKey } from '../users/account-key.ts'
import { consumeProof } from '../proofs/queries.ts'
import { type CheckPasswordDeps, checkPassword } from '../passwords/check-password.ts'
import { findProofBySession } from '../proofs/find-proof.ts'

type StepUpDeps = CheckPasswordDeps & OpenSessionDeps & CheckPasskeyDeps & AskDeps

/**
 * The password, the code of a mail that `POST /v1/auth/email-code` sent, a code of the app, or a passkey. Some
 * accounts have no password.
 */
export type StepUpAnswer = { password: string } | { code: string } | { factor: 'totp'; code: string } | PasskeyAnswer

/**
 * Makes a session fresh: its holder authenticates again and gets a new session in its place. If the account has a
 * second factor, that factor is required. A password alone, which a thief of the session may know, or a mail alone is
 * not enough (ASVS 7.5.1). Throws `mfa.factor_required`, the errors of the check, and `session.expired`.
 */
export async function stepUp(
  deps: StepUpDeps,
  cause: Cause,
  actor: SessionPrincipal,
  answer: StepUpAnswer,
): Promise<OpenedSession> {
  return renewSession(deps, cause, actor, await reauthenticate(deps, cause, actor, answer))
}

/** Each kind of answer is one branch here. */
async function reauthenticate(
  deps: StepUpDeps,
  cause: Cause,
  actor: SessionPrincipal,
  answer: StepUpAnswer,
): Promise<Reauthentication> {
  const { user, sessionId } = actor
  if ('factor' in answer) return byApp(deps, cause, { userId: user.id, sessionId }, answer.code)
  if (actor.hasFactor && !('credential' in answer))
    throw problem('mfa.factor_required', { denied: requires('actor.mfa', true, false) })
  if ('password' in answer) {
    const hash = await checkPassword(deps, cause, actor, answer.password)
    return { by: 'password', amr: ['pwd'], condition: unchangedSince(user.id, hash) }
  }
  if ('credential' in answer) {
    const asked = { ceremony: 'step-up', userId: user.id, about: aboutSession(actor) } as const
    const { amr, steps, condition } = await checkPasskey(deps, cause, answer, asked)
    return { by: 'passkey', amr, steps, condition }
  }
  const key = await accountKey(deps.db, user.email)
  const found = await limitCodeGuessesSignedIn(deps, cause, { sessionId, key }, () =>
    findProofBySession(deps, cause, 'sign-in', { userId: user.id, emailKey: key, code: answer.code }),
  )
  return {
    by: 'email-code',
    amr: ['otp'],
    steps: [consumeProof(deps.db, found, deps.clock.now())],
    condition: justChanged,
  }
}

/** A code of the app, which is accepted once. */
const byApp = (
  deps: StepUpDeps,
  cause: Cause,
  actor: { userId: string; sessionId: string },
  code: string,
): Promise<Reauthentication> =>
  limitFactorGuessesSignedIn(deps, cause, actor, async (seed) => {
    const { userId } = actor
    const used = seed ? await checkTotp(deps, userId, seed, code) : undefined
    if (used) return { by: 'totp', amr: ['otp', 'mfa'], steps: [useStep(deps.db, used)], condition: justChanged }
    const data = { reason: 'wrong_factor', factor: 'totp', signedIn: true }
    const failed = newEvent(deps, cause, 'auth.failed', { userId, result: 'failure', data })
    await commit(deps, [noteEvent(deps.db, failed)])
    throw problem('mfa.code_invalid')
  })
