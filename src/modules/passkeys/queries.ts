import { and, asc, eq, isNull, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { passkeys, usedChallenges, users } from '../../../db/tables/index.ts'
import { selectRow } from '../../../db/tables/select-row.ts'
import { happened, justChanged, type NewEvent } from '../../core/events/queries.ts'
import { userColumns } from '../users/queries.ts'
import { epochOf, trusted, trustedBy } from '../users/trust-queries.ts'
import { hasOtherWayIn, type WaysIn } from '../users/ways-in-queries.ts'

/** Maximum number of passkeys of an account. People have fewer. */
export const MAX_PASSKEYS = 50

export type NewPasskey = typeof passkeys.$inferInsert

/** The columns that the API shows. The public key is not among them. */
const shown = {
  id: passkeys.id,
  name: passkeys.name,
  credentialId: passkeys.credentialId,
  backedUp: passkeys.backedUp,
  createdAt: passkeys.createdAt,
  lastUsedAt: passkeys.lastUsedAt,
  flaggedAt: passkeys.flaggedAt,
}

/**
 * A passkey, its user, and whether this challenge was answered before. Index passkeys_credential_id, then users_id;
 * primary key of used_challenges.
 */
export const passkeyForCheck = (db: Database, credentialId: string, challenge: string) =>
  db
    .select({
      passkey: {
        id: passkeys.id,
        publicKey: passkeys.publicKey,
        signCount: passkeys.signCount,
        name: passkeys.name,
      },
      user: userColumns,
      /** An anonymous account has no address to verify. */
      anonymous: users.anonymous,
      answered: sql<boolean>`EXISTS (SELECT 1 FROM ${usedChallenges} WHERE hash = ${challenge})`
        .mapWith(Boolean)
        .as('answered'),
    })
    .from(passkeys)
    .innerJoin(users, eq(users.id, passkeys.userId))
    .where(and(eq(passkeys.credentialId, credentialId), trustedBy('passkeys', 'users')))
    .limit(1)

/** A value that is valid for one answer, and the time until which the server must remember its use. */
export interface OneUse {
  challenge: string
  /** ms UTC. */
  expiresAt: number
}

/** Records that a challenge was answered. Returns no row if it was already answered. Primary key. */
export const consumeChallenge = (db: Database, { challenge, expiresAt }: OneUse) =>
  db
    .insert(usedChallenges)
    .values({ hash: challenge, expiresAt })
    .onConflictDoNothing()
    .returning({ hash: usedChallenges.hash })

/** The same, but a second use breaks the UNIQUE constraint `used_challenges.hash`, and the batch with it. */
export const consumeChallengeOrFail = (db: Database, { challenge, expiresAt }: OneUse) =>
  db.insert(usedChallenges).values({ hash: challenge, expiresAt })

/** Deletes the records that expired before `before`. Index used_challenges_expires. */
export const forgetAnsweredChallenges = (db: Database, before: number, limit: number) =>
  db
    .delete(usedChallenges)
    .where(
      sql`hash IN (SELECT old.hash FROM ${usedChallenges} AS old WHERE old.expires_at < ${before} ORDER BY old.expires_at LIMIT ${limit})`,
    )

export interface PasskeyUse {
  id: string
  signCount: number
  backedUp: boolean
  now: number
}

/**
 * Must directly follow the statement that consumes the challenge. Records a use of the passkey if its counter is
 * higher than before (or both counters are 0) and the account is active. With `verifiedOnly`, the account must also
 * have a verified address or be anonymous. Primary key, then users_id.
 */
export const usePasskey = (
  db: Database,
  { id, signCount, backedUp, now }: PasskeyUse,
  { verifiedOnly }: { verifiedOnly: boolean },
) =>
  db
    .update(passkeys)
    .set({ signCount, backedUp, lastUsedAt: now })
    .where(
      and(
        justChanged,
        eq(passkeys.id, id),
        sql`(${passkeys.signCount} < ${signCount} OR (${passkeys.signCount} = 0 AND ${signCount} = 0))`,
        sql`EXISTS (SELECT 1 FROM ${users} AS owner WHERE owner.id = passkeys.user_id AND owner.status = 'active' AND (owner.email_verified OR owner.anonymous OR ${verifiedOnly ? 0 : 1}) AND ${trustedBy('passkeys', 'owner')})`,
      ),
    )
    .returning({ id: passkeys.id })

/** A condition for the statements that follow `usePasskey` in its batch. */
export const passkeyUsed: SQL = justChanged

/**
 * Must directly follow the statement that consumes the challenge. Flags a passkey whose counter went back, once.
 * Primary key.
 */
export const flagPasskey = (db: Database, id: string, now: number) =>
  db
    .update(passkeys)
    .set({ flaggedAt: now })
    .where(and(justChanged, eq(passkeys.id, id), isNull(passkeys.flaggedAt), trusted('passkeys')))
    .returning({ id: passkeys.id })

const selectPasskey = (passkey: NewPasskey): SQL =>
  selectRow(passkeys, { ...passkey, lastUsedAt: null, flaggedAt: null, trustEpoch: epochOf(passkey.userId) })

/**
 * Must directly follow the statement that consumes the challenge. Inserts the passkey if the account is active and
 * has fewer than `MAX_PASSKEYS`, and the session that adds it is alive. Breaks the UNIQUE constraint
 * `passkeys.credential_id` if the passkey is already registered. Indexes users_id, passkeys_user.
 */
export const insertPasskey = (db: Database, passkey: NewPasskey, lives: SQL) =>
  db
    .insert(passkeys)
    .select(
      sql`${selectPasskey(passkey)} WHERE ${justChanged} AND ${lives} AND EXISTS (SELECT 1 FROM ${users} AS owner WHERE owner.id = ${passkey.userId} AND owner.status = 'active') AND (SELECT count(*) FROM ${passkeys} AS held WHERE held.user_id = ${passkey.userId} AND ${trusted('held')}) < ${MAX_PASSKEYS}`,
    )
    .returning({ id: passkeys.id })

/**
 * Inserts a passkey of an account that is created in the same batch. Breaks `passkeys.credential_id` if it is already
 * registered.
 */
export const insertFirstPasskey = (db: Database, passkey: NewPasskey, created: NewEvent) =>
  db.insert(passkeys).select(sql`${selectPasskey(passkey)} WHERE ${happened(created)}`)

/** The same, but inserts nothing if the passkey is already registered. */
export const insertFirstPasskeyIfNew = (db: Database, passkey: NewPasskey, created: NewEvent) =>
  insertFirstPasskey(db, passkey, created).onConflictDoNothing()

/** Oldest first. Index passkeys_user. */
export const passkeysOf = (db: Database, userId: string) =>
  db
    .select(shown)
    .from(passkeys)
    .where(and(eq(passkeys.userId, userId), trusted('passkeys')))
    .orderBy(asc(passkeys.createdAt))
    .limit(MAX_PASSKEYS)

/** The data of the passkeys that a browser needs. Index passkeys_user. */
export const credentialsOf = (db: Database, userId: string) =>
  db
    .select({ credentialId: passkeys.credentialId, transports: passkeys.transports })
    .from(passkeys)
    .where(and(eq(passkeys.userId, userId), trusted('passkeys')))
    .orderBy(asc(passkeys.createdAt))
    .limit(MAX_PASSKEYS)

const own = (id: string, userId: string): SQL | undefined =>
  and(eq(passkeys.id, id), eq(passkeys.userId, userId), trusted('passkeys'))

/** Primary key. */
export const ownPasskey = (db: Database, id: string, userId: string) =>
  db.select(shown).from(passkeys).where(own(id, userId)).limit(1)

/** Primary key. */
export const renamePasskey = (db: Database, id: string, userId: string, name: string) =>
  db.update(passkeys).set({ name }).where(own(id, userId)).returning(shown)

/** Deletes the passkey unless it is the last way in. Primary key, and the indexes of `hasOtherWayIn`. */
export const deletePasskey = (db: Database, id: string, userId: string, config: WaysIn['config']) =>
  db
    .delete(passkeys)
    .where(and(own(id, userId), hasOtherWayIn({ userId, without: { passkeyId: id }, config })))
    .returning({ name: passkeys.name })
