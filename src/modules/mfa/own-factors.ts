/** The second factors of somebody who is signed in. */
import type { Deps, SessionPrincipal } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { describeDevice } from '../../lib/devices.ts'
import { iso } from '../../lib/iso-time.ts'
import { describeSeed, SEED_BYTES, type TotpEnrolment } from './totp.ts'
import { commit, recorded, type Step } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import { type Cause, happened, justChanged, type NewEvent, noteEventIf } from '../../core/events/queries.ts'
import type { MailContent } from '../mail/content.ts'
import { queueMail } from '../mail/queue-mail.ts'
import { endSessionsOfUser, livingSession, otherThan, sessionLives } from '../sessions/queries.ts'
import { voidRememberedDevices, voidChallenges } from './challenge-queries.ts'
import { checkTotp } from './check-totp.ts'
import { touchWithFactor } from '../users/factor-queries.ts'
import { addAmr, factorsOf } from './own-queries.ts'
import { newRecoveryCodes } from './recovery-codes.ts'
import { deleteCodesWithoutFactor } from './recovery-queries.ts'
import type { MfaStatus } from './schema.ts'
import { sealSeed } from './seeds.ts'
import { confirmSeed, deleteSeed, insertPendingSeed, seedOf } from './totp-queries.ts'

export type OwnFactorDeps = Pick<Deps, 'config' | 'db' | 'clock' | 'random' | 'principals' | 'queue'>

/** Which factors there are, in one round trip. Throws `user.not_found`. */
export async function readFactors(
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  { user, mfaRequired }: SessionPrincipal,
): Promise<MfaStatus> {
  const [row] = await factorsOf(db, user.id, clock.now())
  if (row === undefined) throw problem('user.not_found')
  const { totpAddedAt, ...counts } = row
  return { required: mfaRequired, totp: totpAddedAt === null ? null : { addedAt: iso(totpAddedAt) }, ...counts }
}

/**
 * Makes a seed of 160 bits for an app, in one round trip. It counts once a code of it was shown (`confirmTotp`); one made
 * before and never confirmed is replaced. Here and below: throws `session.expired` when the session ended meanwhile. Throws
 * `mfa.totp_exists`.
 */
export async function enrolTotp(
  deps: OwnFactorDeps,
  cause: Cause,
  { user, sessionId }: SessionPrincipal,
): Promise<TotpEnrolment> {
  cause.requireFresh()
  const { config, db, clock, random } = deps
  const seed = random.bytes(SEED_BYTES)
  const sealed = await sealSeed(deps, user.id, seed)
  const now = clock.now()
  const begun = newEvent(deps, cause, 'mfa.totp_begun', { userId: user.id, sessionId })
  // Noted beside the change and not as its witness: no principal has changed, so none is read again.
  const { inserted, session } = await commit(deps, {
    inserted: insertPendingSeed(db, user.id, sealed, now, sessionLives(sessionId, now)),
    noted: noteEventIf(db, begun, justChanged),
    session: livingSession(db, sessionId, now),
  })
  if (inserted.length === 0) throw problem(session.length > 0 ? 'mfa.totp_exists' : 'session.expired')
  return describeSeed(seed, { issuer: config.brandName, account: user.email })
}

/**
 * Makes the seed count, and gives ten recovery codes in place of any there were. Two round trips: the seed is read, then
 * all else is one batch. The session counts as one with a second factor from now on; the others end, unless they are kept
 * on purpose (ASVS 7.4.3): whoever holds one has not shown it. The owner is told by mail.
 *
 * Throws `mfa.code_invalid`; `mfa.totp_exists` when it counts already; `mfa.totp_missing` when there is none.
 */
export async function confirmTotp(
  deps: OwnFactorDeps,
  cause: Cause,
  { user, sessionId }: SessionPrincipal,
  { code, endOtherSessions }: { code: string; endOtherSessions: boolean },
): Promise<{ recoveryCodes: string[] }> {
  cause.requireFresh()
  const { db, clock } = deps
  const now = clock.now()
  const [read] = await seedOf(db, user.id)
  if (read === undefined) throw problem('mfa.totp_missing')
  if (read.confirmedAt !== null) throw problem('mfa.totp_exists')
  const used = await checkTotp(deps, user.id, read, code)
  if (used === undefined) throw problem('mfa.code_invalid')
  const added = newEvent(deps, cause, 'mfa.factor_added', { userId: user.id, sessionId, data: { factor: 'totp' } })
  const { codes, steps } = await newRecoveryCodes(deps, user.id, added)
  const device = describeDevice(cause.userAgent)
  const { confirmed, session } = await commit(deps, {
    confirmed: recorded(confirmSeed(db, used, now, sessionLives(sessionId, now)), added),
    session: livingSession(db, sessionId, now),
    codes: steps,
    amr: addAmr(db, sessionId, ['otp', 'mfa'], added),
    ended: endOtherSessions ? endSessionsOfUser(db, user.id, now, otherThan(sessionId, happened(added))) : undefined,
    changed: await factorsChanged(deps, cause, user.id, added, {
      template: 'totp-added',
      data: { device, address: cause.address ?? 'unknown', at: now },
    }),
  })
  if (confirmed.length === 0) throw problem(session.length > 0 ? 'mfa.totp_exists' : 'session.expired')
  return { recoveryCodes: codes }
}

/** Removes the app, confirmed or not, in one round trip; with the last factor go its recovery codes. Throws `mfa.totp_missing`. */
export async function removeTotp(
  deps: OwnFactorDeps,
  cause: Cause,
  { user, sessionId }: SessionPrincipal,
): Promise<void> {
  cause.requireFresh()
  const { db, clock } = deps
  const removed = newEvent(deps, cause, 'mfa.factor_removed', { userId: user.id, sessionId, data: { factor: 'totp' } })
  const content = { template: 'totp-removed', data: { at: clock.now() } } as const
  const { deleted } = await commit(deps, {
    deleted: recorded(deleteSeed(db, user.id), removed),
    codes: deleteCodesWithoutFactor(db, user.id, removed),
    changed: await factorsChanged(deps, cause, user.id, removed, content),
  })
  if (deleted.length === 0) throw problem('mfa.totp_missing')
}

/** Ten new recovery codes; those before are void. One round trip. Throws `mfa.factor_missing` for who has no factor. */
export async function remakeRecoveryCodes(
  deps: OwnFactorDeps,
  cause: Cause,
  { user, sessionId }: SessionPrincipal,
): Promise<{ recoveryCodes: string[] }> {
  cause.requireFresh()
  const { db, clock } = deps
  const now = clock.now()
  const made = newEvent(deps, cause, 'mfa.recovery_codes_made', { userId: user.id, sessionId })
  const { codes, steps } = await newRecoveryCodes(deps, user.id, made)
  const content = { template: 'recovery-codes-made', data: { at: now } } as const
  const { touched, session } = await commit(deps, {
    touched: recorded(touchWithFactor(db, user.id, now, sessionLives(sessionId, now)), made),
    session: livingSession(db, sessionId, now),
    codes: steps,
    notice: await queueMail(deps, { userId: user.id, eventId: made.id, content, cause }, happened(made)),
  })
  if (touched.length === 0) throw problem(session.length > 0 ? 'mfa.factor_missing' : 'session.expired')
  return { recoveryCodes: codes }
}

/**
 * What follows any change of factors: no device is remembered any more, no sign-in goes on that was asked for the factors
 * before, and the owner is told by mail (ASVS 6.3.7). For whoever adds or removes another kind of factor as well.
 */
export async function factorsChanged(
  deps: OwnFactorDeps,
  cause: Cause,
  userId: string,
  event: NewEvent,
  content: MailContent,
): Promise<readonly Step[]> {
  const { db, clock } = deps
  return [
    voidRememberedDevices(db, userId, event),
    voidChallenges(db, userId, clock.now(), event),
    await queueMail(deps, { userId, eventId: event.id, content, cause }, happened(event)),
  ]
}
