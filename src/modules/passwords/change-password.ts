import type { Deps, SessionPrincipal } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { lineOf } from '../../core/limits/address-budgets.ts'
import { commit, recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import { type Cause, happened } from '../../core/events/queries.ts'
import { queueMail } from '../mail/queue-mail.ts'
import { voidRememberedDevices, voidChallenges } from '../mfa/challenge-queries.ts'
import { endSessionsOfUser, otherThan, sessionLives } from '../sessions/queries.ts'
import { assertPasswordAcceptable } from '../users/password-policy.ts'
import { changePasswordHash } from '../users/queries.ts'
import { voidProofs } from '../proofs/queries.ts'
import { type CheckPasswordDeps, checkPassword } from './check-password.ts'

type ChangePasswordDeps = CheckPasswordDeps & Pick<Deps, 'config' | 'queue' | 'fetch' | 'log'>

export interface PasswordChange {
  currentPassword: string
  newPassword: string
  endOtherSessions: boolean
}

/**
 * Changes the password of a user who sends the current one. The current password is the fresh proof that this action
 * needs. If several requests run at once, one succeeds. A mail tells the owner. Mails that were sent before no longer
 * open the account or change its address. The account forgets its remembered devices, and a sign-in that was started
 * with the old password cannot continue.
 *
 * The session that asks stays alive. The other sessions end, unless the caller keeps them on purpose (ASVS 7.4.3).
 * Throws `user.password_refused`, the errors of `checkPassword`, and `auth.invalid_credentials` also if the password
 * was changed or the session ended meanwhile. Throws `auth.fresh_session_required` in an impersonated session, before it
 * looks at the current password: an administrator who knows it must not take over the account.
 */
export async function changePassword(
  deps: ChangePasswordDeps,
  cause: Cause,
  { user, sessionId, impersonatorId }: SessionPrincipal,
  { currentPassword, newPassword, endOtherSessions }: PasswordChange,
): Promise<void> {
  if (impersonatorId !== null) cause.requireFresh()
  const { db, clock, passwords } = deps
  const from = await checkPassword(deps, cause, { user, sessionId }, currentPassword)
  const path = '/newPassword'
  if (newPassword.normalize('NFC') === currentPassword.normalize('NFC'))
    throw problem('user.password_refused', {
      errors: [{ path, message: 'This password is the same as the current one.' }],
    })
  await assertPasswordAcceptable(deps, newPassword, user, path)
  const to = await passwords.hash(newPassword, lineOf(cause))

  const now = clock.now()
  const { id: userId } = user
  const changed = newEvent(deps, cause, 'user.password_changed', { userId, sessionId, data: { endOtherSessions } })
  const content = { template: 'password-changed', data: { at: now } } as const
  const { password } = await commit(deps, {
    password: recorded(changePasswordHash(db, { id: userId, from, to, now }, sessionLives(sessionId, now)), changed),
    proofs: voidProofs(db, userId, ['reset-password', 'sign-in', 'change-email'], now, changed),
    challenges: voidChallenges(db, userId, now, changed),
    devices: voidRememberedDevices(db, userId, changed),
    notice: await queueMail(deps, { userId, eventId: changed.id, content, cause }, happened(changed)),
    sessions: endOtherSessions
      ? endSessionsOfUser(db, userId, now, otherThan(sessionId, happened(changed)))
      : undefined,
  })
  if (password.length === 0) throw problem('auth.invalid_credentials')
}
