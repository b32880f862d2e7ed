/** The second factors of a signed-in user. */
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
import type { MfaStatus, UserFactors } from './schema.ts'
import { sealSeed } from './seeds.ts'
import { confirmSeed, deleteSeed, insertPendingSeed, seedOf } from './totp-queries.ts'

export type OwnFactorDeps = Pick<Deps, 'config' | 'db' | 'clock' | 'random' | 'principals' | 'queue'>

/** The factors of a user, in one round trip. Throws `user.not_found`. */
export async function factorsOfUser({ db, clock }: Pick<Deps, 'db' | 'clock'>, userId: string): Promise<UserFactors> {
  const [row] = await factorsOf(db, userId, clock.now())
  if (row === undefined) throw problem('user.not_found')
  const { totpAddedAt, ...others } = row
  return { totp: totpAddedAt === null ? null : { addedAt: iso(totpAddedAt) }, ...others }
}

/** The same for the person of a session. */
export const readFactors = async (
  deps: Pick<Deps, 'db' | 'clock'>,
  { user, mfaRequired }: SessionPrincipal,
): Promise<MfaStatus> => ({ required: mfaRequired, ...(await factorsOfUser(deps, user.id)) })

/**
 * Creates a seed of 160 bits for an authenticator app, in one round trip. It becomes a factor when a code of it is
 * confirmed (`confirmTotp`). An earlier seed that was never confirmed is replaced. Throws `mfa.totp_exists`.
 *
 * This function and those below throw `session.expired` if the session ended meanwhile.
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
  // The event is noted beside the change, not recorded with it: no principal has changed, so none is read again.
  const { inserted, session } = await commit(deps, {
    inserted: insertPendingSeed(db, user.id, sealed, now, sessionLives(sessionId, now)),
    noted: noteEventIf(db, begun, justChanged),
    session: livingSession(db, sessionId, now),
  })
  if (inserted.length === 0) throw problem(session.length > 0 ? 'mfa.totp_exists' : 'session.expired')
  return describeSeed(seed, { issuer: config.brandName, account: user.email })
}

/**
 * Confirms the seed, and creates ten recovery codes in place of the old ones. Two round trips: one reads the seed, one
 * batch does the rest. The session counts as one with a second factor from now on. The other sessions end, unless the
 * user keeps them (ASVS 7.4.3), because they have not presented the factor. The owner is notified by mail.
 *
 * Throws `mfa.code_invalid`; `mfa.totp_exists` if the seed is confirmed already; `mfa.totp_missing` if there is none.
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

/**
 * Removes the app, confirmed or not, in one round trip. If it was the last factor, the recovery codes are removed too.
 * Throws `mfa.totp_missing`.
 */
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

/**
 * Creates ten recovery codes; the old ones become void. One round trip. Throws `mfa.factor_missing` if the account has
 * no factor.
 */
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
 * The effects of every change of factors: all remembered devices are forgotten, all waiting sign-ins end, and the owner
 * is notified by mail (ASVS 6.3.7). Features with other kinds of factors call this too.
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
