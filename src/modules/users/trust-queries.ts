/**
 * What of an account counts, decided in one place (ADR 0012).
 *
 * Every way in, factor, proof and session belongs to the epoch its account was in when it was made (`users.trust_epoch`),
 * and counts while that is not older than what the account still trusts (`users.trusted_from`). So whoever proves an
 * address for the first time is rid of whatever somebody else had made before, without a list of what there might be.
 */
import { and, eq, isNull, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import {
  identities,
  knownDevices,
  mfaChallenges,
  oneTimeTokens,
  passkeys,
  recoveryCodes,
  rememberedDevices,
  sessions,
  totpSecrets,
  users,
} from '../../../db/tables/index.ts'
import { happened, type NewEvent } from '../../core/events/queries.ts'

const column = (row: string, name: 'user_id' | 'trust_epoch' | 'trusted_from'): SQL => sql.raw(`${row}.${name}`)

/** The row, a table or its alias, counts. `owner` is its account, joined in the same statement. */
export const trustedBy = (row: string, owner: string): SQL =>
  sql`${column(row, 'trust_epoch')} >= ${column(owner, 'trusted_from')}`

/** The same where the account is not joined. Index users_id. */
export const trusted = (row: string): SQL =>
  sql`EXISTS (SELECT 1 FROM ${users} AS truster WHERE truster.id = ${column(row, 'user_id')} AND ${trustedBy(row, 'truster')})`

/**
 * Of `stamping`: the epoch of a way in or a factor that is made now. Without a password whoever adds it came in by what is
 * marked (`markUnproved`), and it goes when that goes. With one it stays: most people come on by the password of their sign-up,
 * and a new one must not take their second factor (ASVS 6.4.3).
 */
const epochOfWay = sql`CASE WHEN stamping.password_hash IS NULL THEN stamping.trusted_from ELSE stamping.trust_epoch END`

/** For INSERT … SELECT: the epoch of what is made now. Index users_id. */
export const epochOf = (userId: string | SQL): SQL =>
  sql`(SELECT ${epochOfWay} FROM ${users} AS stamping WHERE stamping.id = ${userId})`

/**
 * The same for a session, and a sign-in that waits for its second factor. While it is open whose the account is (see
 * `markUnproved`), they are no better than what was there before. Index users_id.
 */
export const sessionEpochOf = (userId: string | SQL): SQL =>
  sql`(SELECT stamping.trusted_from FROM ${users} AS stamping WHERE stamping.id = ${userId})`

/** The same for what ends anonymity in a later statement of the batch. Index users_id. */
export const epochAfterAnonymity = (userId: string): SQL =>
  sql`(SELECT CASE WHEN stamping.anonymous THEN stamping.trust_epoch + 1 ELSE ${epochOfWay} END FROM ${users} AS stamping WHERE stamping.id = ${userId})`

/**
 * For SET on `users`: nothing made before counts any more. The password cannot be forgotten: it is what this act brings, or
 * none. `marked`: it came by a link whose reader need not be who chose it, as in `markUnproved`.
 */
export const trustNothingBefore = (password: string | SQL | null, { marked }: { marked: boolean }) => ({
  trustEpoch: sql`${users.trustEpoch} + ${marked ? 2 : 1}`,
  trustedFrom: sql`${users.trustEpoch} + 1`,
  passwordHash: password,
})

/**
 * For SET on `users`: who reads the mail of the account has come as its owner, by a new password or a sign-in. What was
 * made before the address was proved is dead, also where a link proved it some time ago; factors added since then stay.
 */
const proved = sql`CASE WHEN ${users.emailVerified} THEN ${users.trustEpoch} ELSE ${users.trustEpoch} + 1 END`
export const trustOwnerOfMail = { trustEpoch: proved, trustedFrom: proved }

/** The password, for SET on `users` beside `trustOwnerOfMail`: none, if it may be from before the address was proved. */
export const passwordOfOwner = sql`CASE WHEN ${users.emailVerified} AND ${users.trustedFrom} = ${users.trustEpoch} THEN ${users.passwordHash} END`

/**
 * For SET on `users`: a link or code proved an address for the first time. Its reader need not be who signed up, or asked
 * for the move, so all that was made before is marked off by an epoch, and `trustOwnerOfMail` ends it; unless `sameHand`
 * holds: the proof came together with a living session of the account.
 */
export const markUnproved = (sameHand: SQL) => ({
  trustEpoch: sql`${users.trustEpoch} + CASE WHEN ${sameHand} THEN 0 ELSE 1 END`,
})

/**
 * For SET on `users`: an administrator gives it an address, or says that the address is its owner's. An anonymous account is
 * one no more, with nothing of before; of another the word counts as a link or code would, for an address nobody had proved
 * and for another one.
 */
export const trustAtWordOfAdmin = (given: { emailKey?: string | undefined; emailVerified?: boolean | undefined }) => {
  const { emailKey, emailVerified: vouched = false } = given
  if (emailKey === undefined && !vouched) return {}
  const ends = emailKey === undefined ? sql`0` : sql`${users.anonymous}`
  const isOther = emailKey === undefined ? sql`0` : sql`${users.emailKey} <> ${emailKey}`
  const first = vouched ? sql`(NOT ${users.emailVerified} OR ${isOther})` : sql`0`
  return {
    trustEpoch: sql`${users.trustEpoch} + CASE WHEN ${ends} OR ${first} THEN 1 ELSE 0 END`,
    trustedFrom: sql`CASE WHEN ${ends} THEN ${users.trustEpoch} + 1 ELSE ${users.trustedFrom} END`,
    passwordHash: sql`CASE WHEN ${ends} THEN NULL ELSE ${users.passwordHash} END`,
  }
}

/** A session that came along with a request: the one an access token names, or that of a cookie. */
export type ShownSession = { sessionId: string } | { cookieHash: string }

const sessionShown = (shown: ShownSession): SQL =>
  'sessionId' in shown
    ? sql`own.id = ${shown.sessionId}`
    : sql`own.kind = 'cookie' AND own.id = (SELECT held.session_id FROM session_tokens AS held WHERE held.hash = ${shown.cookieHash} AND held.rotated_at IS NULL)`

/**
 * It is a living one of this account, and `asker`, where one asked: somebody may be signed in to the account of another
 * without knowing it. Primary key, or index session_tokens_hash.
 */
export const isOwnSession = (
  shown: ShownSession | undefined,
  { userId, asker }: { userId: string; asker: string | null },
  now: number,
): SQL =>
  shown === undefined
    ? sql`0`
    : sql`EXISTS (SELECT 1 FROM ${sessions} AS own WHERE ${sessionShown(shown)} AND own.user_id = ${userId} AND own.id = coalesce(${asker}, own.id) AND own.ended_at IS NULL AND own.expires_at > ${now} AND ${trusted('own')})`

/** The row is from before `since`. Index users_id. */
const from = (row: string, before: 'trusted_from' | 'trust_epoch'): SQL =>
  sql`EXISTS (SELECT 1 FROM ${users} AS truster WHERE truster.id = ${column(row, 'user_id')} AND ${column(row, 'trust_epoch')} < ${sql.raw(`truster.${before}`)})`

const holds = (userId: string | SQL, before: 'trusted_from' | 'trust_epoch', keys: SQL): SQL =>
  sql`(EXISTS (SELECT 1 FROM ${totpSecrets} AS app WHERE app.user_id = ${userId} AND app.confirmed_at IS NOT NULL AND ${from('app', before)})
    OR ${keys} AND EXISTS (SELECT 1 FROM ${passkeys} AS held_key WHERE held_key.user_id = ${userId} AND ${from('held_key', before)}))`

const hasPassword = (userId: string | SQL): SQL =>
  sql`EXISTS (SELECT 1 FROM ${users} AS owner WHERE owner.id = ${userId} AND owner.password_hash IS NOT NULL)`

/** For the notice to its owner: `buryUntrusted` is about to take a factor away. Primary key, passkeys_user, users_id. */
export const buriesFactors = (userId: string | SQL): SQL => holds(userId, 'trusted_from', sql`1`)

/** The same of `removeUnproved`. */
export const removesFactors = (userId: string): SQL => holds(userId, 'trust_epoch', hasPassword(userId))

/** The same of `trustOwnerOfMail`, before it: that a password goes with it is not to be seen afterwards. */
export const endsUnproved = (userId: string | SQL): SQL =>
  sql`EXISTS (SELECT 1 FROM ${users} AS unproved WHERE unproved.id = ${userId} AND (NOT unproved.email_verified OR unproved.trusted_from < unproved.trust_epoch)
    AND (unproved.password_hash IS NOT NULL
      OR EXISTS (SELECT 1 FROM ${totpSecrets} AS app WHERE app.user_id = unproved.id AND app.confirmed_at IS NOT NULL AND (NOT unproved.email_verified OR app.trust_epoch < unproved.trust_epoch))
      OR EXISTS (SELECT 1 FROM ${passkeys} AS held_key WHERE held_key.user_id = unproved.id AND (NOT unproved.email_verified OR held_key.trust_epoch < unproved.trust_epoch))))`

/**
 * Before a new password by mail, if `condition` holds: where the account was signed in from is known no more, if nobody had
 * proved the address or a link alone had, or there was no password, as after the first sign-in by mail. Known networks may guess more often (`core/limits/guesses.ts`), and are no news to its owner.
 * Primary keys, users_id.
 */
export const forgetUnprovedKnownDevices = (db: Database, userId: string | SQL, condition: SQL) =>
  db
    .delete(knownDevices)
    .where(
      and(
        eq(knownDevices.userId, userId),
        condition,
        sql`EXISTS (SELECT 1 FROM ${users} AS unproved WHERE unproved.id = ${userId} AND (NOT unproved.email_verified OR unproved.trusted_from < unproved.trust_epoch OR unproved.password_hash IS NULL))`,
      ),
    )

/** The same at the end of anonymity, if the event happened. Primary key. */
export const forgetKnownDevices = (db: Database, userId: string, event: Pick<NewEvent, 'id'>) =>
  db.delete(knownDevices).where(and(eq(knownDevices.userId, userId), happened(event)))

/**
 * Takes away what is dead since the event, so that nothing of it is listed, exported or in the way of a new one. It opened
 * nothing any more. Indexes of the tables by user.
 */
export const buryUntrusted = (db: Database, userId: string | SQL, now: number, event: Pick<NewEvent, 'id'>) => {
  const dead = (row: string): SQL => sql`${from(row, 'trusted_from')} AND ${happened(event)}`
  return [
    db.delete(passkeys).where(and(eq(passkeys.userId, userId), dead('passkeys'))),
    db.delete(totpSecrets).where(and(eq(totpSecrets.userId, userId), dead('totp_secrets'))),
    db.delete(recoveryCodes).where(and(eq(recoveryCodes.userId, userId), dead('recovery_codes'))),
    db.delete(rememberedDevices).where(and(eq(rememberedDevices.userId, userId), dead('remembered_devices'))),
    db.delete(identities).where(and(eq(identities.userId, userId), dead('identities'))),
    db
      .update(mfaChallenges)
      .set({ usedAt: now })
      .where(and(eq(mfaChallenges.userId, userId), isNull(mfaChallenges.usedAt), dead('mfa_challenges'))),
    db
      .update(oneTimeTokens)
      .set({ usedAt: sql`coalesce(${oneTimeTokens.usedAt}, ${now})`, passwordHash: null })
      .where(and(eq(oneTimeTokens.userId, userId), dead('one_time_tokens'))),
    endUntrusted(db, userId, now, event),
  ] as const
}

/** The sessions of them, for whoever must tell that they ended. Index sessions_user. */
export const endUntrusted = (db: Database, userId: string | SQL, now: number, event: Pick<NewEvent, 'id'>) =>
  db
    .update(sessions)
    .set({ endedAt: now })
    .where(
      and(eq(sessions.userId, userId), isNull(sessions.endedAt), from('sessions', 'trusted_from'), happened(event)),
    )

/**
 * No mail moves the account to another address any more, if `condition` holds: what asked for it came before a change that is
 * meant to end such things. A move whose session ended needs none of this. Index one_time_tokens_user.
 */
export const voidMoves = (db: Database, userId: string, now: number, condition?: SQL) =>
  db
    .update(oneTimeTokens)
    .set({ usedAt: now })
    .where(
      and(
        eq(oneTimeTokens.userId, userId),
        eq(oneTimeTokens.purpose, 'change-email'),
        isNull(oneTimeTokens.usedAt),
        condition,
      ),
    )

/**
 * After `markUnproved`: second factors that were added to an address nobody had proved, and moves that were asked for, are
 * gone at once. What the sign-up itself made (its password or passkey, its session) is left to `trustOwnerOfMail`: it is
 * how most people go on after the click. Indexes of the tables by user.
 */
export const removeUnproved = (db: Database, userId: string, now: number, event: Pick<NewEvent, 'id'>) => {
  const early = (row: string): SQL => sql`${from(row, 'trust_epoch')} AND ${happened(event)}`
  return [
    db.delete(passkeys).where(and(eq(passkeys.userId, userId), early('passkeys'), hasPassword(userId))),
    db.delete(totpSecrets).where(and(eq(totpSecrets.userId, userId), early('totp_secrets'))),
    db.delete(recoveryCodes).where(and(eq(recoveryCodes.userId, userId), early('recovery_codes'))),
    db.delete(rememberedDevices).where(and(eq(rememberedDevices.userId, userId), early('remembered_devices'))),
    db
      .update(mfaChallenges)
      .set({ usedAt: now })
      .where(and(eq(mfaChallenges.userId, userId), isNull(mfaChallenges.usedAt), early('mfa_challenges'))),
    voidMoves(db, userId, now, early('one_time_tokens')),
  ] as const
}
