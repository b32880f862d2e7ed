/**
 * Decides which rows of an account are trusted, in one place (ADR 0012).
 *
 * Every way in, factor, proof and session has the epoch that its account had when the row was made
 * (`users.trust_epoch`). The row counts while its epoch is not older than the oldest epoch that the account trusts
 * (`users.trusted_from`). When a person verifies an address for the first time, all rows that another person made
 * before lose their trust. No list of tables is needed for that.
 */
import { and, eq, isNull, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import {
  apiKeys,
  deviceCodes,
  grants,
  identities,
  knownDevices,
  mfaChallenges,
  oneTimeTokens,
  passkeys,
  recoveryCodes,
  rememberedDevices,
  sessions,
  tokenFamilies,
  totpSecrets,
  users,
} from '../../../db/tables/index.ts'
import { happened, type NewEvent } from '../../core/events/queries.ts'

const column = (row: string, name: 'user_id' | 'trust_epoch' | 'trusted_from'): SQL => sql.raw(`${row}.${name}`)

/** True if the row is trusted. `row` is a table or its alias. `owner` is its account, joined in the same statement. */
export const trustedBy = (row: string, owner: string): SQL =>
  sql`${column(row, 'trust_epoch')} >= ${column(owner, 'trusted_from')}`

/** The same for a statement that does not join the account. Index users_id. */
export const trusted = (row: string): SQL =>
  sql`EXISTS (SELECT 1 FROM ${users} AS truster WHERE truster.id = ${column(row, 'user_id')} AND ${trustedBy(row, 'truster')})`

/**
 * The epoch of a new way in or factor of the account `stamping`. If the account has no password, the person came in
 * by a way that `markUnproved` marks, so the new row ends together with that way. If the account has a password, the
 * new row stays: most people continue with the password of their sign-up, and a new password must not remove their
 * second factor (ASVS 6.4.3).
 */
const epochOfWay = sql`CASE WHEN stamping.password_hash IS NULL THEN stamping.trusted_from ELSE stamping.trust_epoch END`

/** For INSERT … SELECT: the epoch of a new row. Index users_id. */
export const epochOf = (userId: string | SQL): SQL =>
  sql`(SELECT ${epochOfWay} FROM ${users} AS stamping WHERE stamping.id = ${userId})`

/**
 * The same for a session, and for a sign-in that waits for its second factor. While the owner of the account is not
 * certain (see `markUnproved`), these rows are trusted no more than the earlier ones. Index users_id.
 */
export const sessionEpochOf = (userId: string | SQL): SQL =>
  sql`(SELECT stamping.trusted_from FROM ${users} AS stamping WHERE stamping.id = ${userId})`

/** The same for a row whose batch ends the anonymity of the account in a later statement. Index users_id. */
export const epochAfterAnonymity = (userId: string): SQL =>
  sql`(SELECT CASE WHEN stamping.anonymous THEN stamping.trust_epoch + 1 ELSE ${epochOfWay} END FROM ${users} AS stamping WHERE stamping.id = ${userId})`

/**
 * For SET on `users`: no earlier row counts any more. `password` is required, so that a caller cannot forget it: the
 * new hash, or null. `marked`: the change came by a link, and its reader may not be the person who chose the
 * password, as in `markUnproved`.
 */
export const trustNothingBefore = (password: string | SQL | null, { marked }: { marked: boolean }) => ({
  trustEpoch: sql`${users.trustEpoch} + ${marked ? 2 : 1}`,
  trustedFrom: sql`${users.trustEpoch} + 1`,
  passwordHash: password,
})

/**
 * For SET on `users`: the person who reads the mail of the account has come as its owner, by a new password or a
 * sign-in. Rows that were made before the address was verified no longer count, also if a link verified it some time
 * ago. Factors that were added since then stay.
 */
const proved = sql`CASE WHEN ${users.emailVerified} THEN ${users.trustEpoch} ELSE ${users.trustEpoch} + 1 END`
export const trustOwnerOfMail = { trustEpoch: proved, trustedFrom: proved }

/**
 * The password hash, for SET on `users` beside `trustOwnerOfMail`: null if it may come from before the address was
 * verified.
 */
export const passwordOfOwner = sql`CASE WHEN ${users.emailVerified} AND ${users.trustedFrom} = ${users.trustEpoch} THEN ${users.passwordHash} END`

/**
 * For SET on `users`: a link or code verified an address for the first time. Its reader may not be the person who
 * signed up or asked for the change. So an epoch separates all earlier rows, and `trustOwnerOfMail` can end them
 * later. If `sameHand` holds, the epoch stays: the proof came together with an active session of the account.
 */
export const markUnproved = (sameHand: SQL) => ({
  trustEpoch: sql`${users.trustEpoch} + CASE WHEN ${sameHand} THEN 0 ELSE 1 END`,
})

/**
 * For SET on `users`: an administrator sets an address or marks it as verified. If the account was anonymous and gets
 * an address, it stops being anonymous and no earlier row counts. For other accounts, the mark counts like a link or
 * code if the address is new or was not verified.
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

/** A session of the request: the one that an access token names, or the one of a cookie. */
export type ShownSession = { sessionId: string } | { cookieHash: string }

const sessionShown = (shown: ShownSession): SQL =>
  'sessionId' in shown
    ? sql`own.id = ${shown.sessionId}`
    : sql`own.kind = 'cookie' AND own.id = (SELECT held.session_id FROM session_tokens AS held WHERE held.hash = ${shown.cookieHash} AND held.rotated_at IS NULL)`

/**
 * True if it is an active session of this account. If a session asked for the proof (`asker`), it must be that
 * session: a person may be signed in to the account of another person without knowing it. Primary key, or index
 * session_tokens_hash.
 */
export const isOwnSession = (
  shown: ShownSession | undefined,
  { userId, asker }: { userId: string; asker: string | null },
  now: number,
): SQL =>
  shown === undefined
    ? sql`0`
    : sql`EXISTS (SELECT 1 FROM ${sessions} AS own WHERE ${sessionShown(shown)} AND own.user_id = ${userId} AND own.id = coalesce(${asker}, own.id) AND own.ended_at IS NULL AND own.expires_at > ${now} AND ${trusted('own')})`

/** True if the epoch of the row is before the `before` column of its account. Index users_id. */
const from = (row: string, before: 'trusted_from' | 'trust_epoch'): SQL =>
  sql`EXISTS (SELECT 1 FROM ${users} AS truster WHERE truster.id = ${column(row, 'user_id')} AND ${column(row, 'trust_epoch')} < ${sql.raw(`truster.${before}`)})`

const holds = (userId: string | SQL, before: 'trusted_from' | 'trust_epoch', keys: SQL): SQL =>
  sql`(EXISTS (SELECT 1 FROM ${totpSecrets} AS app WHERE app.user_id = ${userId} AND app.confirmed_at IS NOT NULL AND ${from('app', before)})
    OR ${keys} AND EXISTS (SELECT 1 FROM ${passkeys} AS held_key WHERE held_key.user_id = ${userId} AND ${from('held_key', before)}))`

const hasPassword = (userId: string | SQL): SQL =>
  sql`EXISTS (SELECT 1 FROM ${users} AS owner WHERE owner.id = ${userId} AND owner.password_hash IS NOT NULL)`

/** For the notice to the owner: true if `buryUntrusted` will remove a factor. Primary key, passkeys_user, users_id. */
export const buriesFactors = (userId: string | SQL): SQL => holds(userId, 'trusted_from', sql`1`)

/** The same for `removeUnproved`. */
export const removesFactors = (userId: string): SQL => holds(userId, 'trust_epoch', hasPassword(userId))

/**
 * The same for `trustOwnerOfMail`. Must run before it, because later statements cannot see that it removed a
 * password.
 */
export const endsUnproved = (userId: string | SQL): SQL =>
  sql`EXISTS (SELECT 1 FROM ${users} AS unproved WHERE unproved.id = ${userId} AND (NOT unproved.email_verified OR unproved.trusted_from < unproved.trust_epoch)
    AND (unproved.password_hash IS NOT NULL
      OR EXISTS (SELECT 1 FROM ${totpSecrets} AS app WHERE app.user_id = unproved.id AND app.confirmed_at IS NOT NULL AND (NOT unproved.email_verified OR app.trust_epoch < unproved.trust_epoch))
      OR EXISTS (SELECT 1 FROM ${passkeys} AS held_key WHERE held_key.user_id = unproved.id AND (NOT unproved.email_verified OR held_key.trust_epoch < unproved.trust_epoch))))`

/**
 * Before a new password by mail: forgets the known devices if `condition` holds and one of these is true. The address
 * was not verified, only a link had verified it, or there was no password (as after the first sign-in by mail). Known
 * networks may guess more often (`core/limits/guesses.ts`) and cause no mail to the owner. Primary keys, users_id.
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

/** Forgets the known devices at the end of anonymity, if the event was written. Primary key. */
export const forgetKnownDevices = (db: Database, userId: string, event: Pick<NewEvent, 'id'>) =>
  db.delete(knownDevices).where(and(eq(knownDevices.userId, userId), happened(event)))

/**
 * Removes the rows that lost their trust with the event, so that they are not listed or exported and do not block new
 * ones. They opened nothing any more. Indexes of the tables by user.
 */
export const buryUntrusted = (db: Database, userId: string | SQL, now: number, event: Pick<NewEvent, 'id'>) => {
  const dead = (row: string): SQL => sql`${from(row, 'trusted_from')} AND ${happened(event)}`
  return [
    db.delete(passkeys).where(and(eq(passkeys.userId, userId), dead('passkeys'))),
    db.delete(totpSecrets).where(and(eq(totpSecrets.userId, userId), dead('totp_secrets'))),
    db.delete(recoveryCodes).where(and(eq(recoveryCodes.userId, userId), dead('recovery_codes'))),
    db.delete(rememberedDevices).where(and(eq(rememberedDevices.userId, userId), dead('remembered_devices'))),
    db.delete(identities).where(and(eq(identities.userId, userId), dead('identities'))),
    db.delete(apiKeys).where(and(eq(apiKeys.userId, userId), dead('api_keys'))),
    ...endAllowed(db, userId, now, dead),
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

/** Ends what the person allowed apps, with the tokens of it. Indexes grants_user, token_families_user, device_codes_user. */
const endAllowed = (db: Database, userId: string | SQL, now: number, untrusted: (row: string) => SQL) =>
  [
    db
      .update(tokenFamilies)
      .set({ endedAt: now })
      .where(and(eq(tokenFamilies.userId, userId), isNull(tokenFamilies.endedAt), untrusted('token_families'))),
    db
      .update(grants)
      .set({ endedAt: now })
      .where(and(eq(grants.userId, userId), isNull(grants.endedAt), untrusted('grants'))),
    db.delete(deviceCodes).where(and(eq(deviceCodes.userId, userId), untrusted('device_codes'))),
  ] as const

/** Ends the sessions that lost their trust, for callers that must record it. Index sessions_user. */
export const endUntrusted = (db: Database, userId: string | SQL, now: number, event: Pick<NewEvent, 'id'>) =>
  db
    .update(sessions)
    .set({ endedAt: now })
    .where(
      and(eq(sessions.userId, userId), isNull(sessions.endedAt), from('sessions', 'trusted_from'), happened(event)),
    )

/**
 * Voids the pending changes of address, if `condition` holds: they were requested before a change that must end them.
 * A change of address whose session has ended is void without this. Index one_time_tokens_user.
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
 * After `markUnproved`: removes at once the second factors that were added, the API keys that were made, what apps were
 * allowed, and the changes of address that were requested, before the address was verified. The password, passkey and
 * session of the sign-up itself stay until `trustOwnerOfMail`, because most people continue with them after the click.
 * Indexes of the tables by user.
 */
export const removeUnproved = (db: Database, userId: string, now: number, event: Pick<NewEvent, 'id'>) => {
  const early = (row: string): SQL => sql`${from(row, 'trust_epoch')} AND ${happened(event)}`
  return [
    db.delete(passkeys).where(and(eq(passkeys.userId, userId), early('passkeys'), hasPassword(userId))),
    db.delete(totpSecrets).where(and(eq(totpSecrets.userId, userId), early('totp_secrets'))),
    db.delete(recoveryCodes).where(and(eq(recoveryCodes.userId, userId), early('recovery_codes'))),
    db.delete(rememberedDevices).where(and(eq(rememberedDevices.userId, userId), early('remembered_devices'))),
    db.delete(apiKeys).where(and(eq(apiKeys.userId, userId), early('api_keys'))),
    ...endAllowed(db, userId, now, early),
    db
      .update(mfaChallenges)
      .set({ usedAt: now })
      .where(and(eq(mfaChallenges.userId, userId), isNull(mfaChallenges.usedAt), early('mfa_challenges'))),
    voidMoves(db, userId, now, early('one_time_tokens')),
  ] as const
}
