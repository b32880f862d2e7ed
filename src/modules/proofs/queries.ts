import { and, eq, gt, inArray, isNotNull, isNull, lt, lte, ne, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { oneTimeTokens, sessions, users } from '../../../db/tables/index.ts'
import { selectRow } from '../../../db/tables/select-row.ts'
import { happened, type NewEvent } from '../../core/events/queries.ts'
import { sessionLives } from '../sessions/queries.ts'
import { trusted, trustedBy } from '../users/trust-queries.ts'
import { type MailBudget, withinBudget, withinBudgetOfAccount } from './mail-budget-queries.ts'
import { CLOCK_SKEW_MS } from '../../lib/durations.ts'

export type ProofPurpose = (typeof oneTimeTokens.$inferSelect)['purpose']

export interface NewProof {
  id: string
  purpose: ProofPurpose
  hash: string
  /** Null if the mail contains only a link. */
  codeHash: string | null
  createdAt: number
  expiresAt: number
}

/** The session that asks for the proof. When the session ends, the proof ends too. */
export interface AskedBySession {
  sessionId: string
  /** The hash of the password that an anonymous account gets together with the address. Absent: none. */
  passwordHash?: string | undefined
}

interface ProofAddress {
  email: string | SQL
  emailKey: string | SQL
}

const selectProof = (proof: NewProof, address: ProofAddress, asked: Partial<AskedBySession> = {}): SQL =>
  sql`${selectRow(oneTimeTokens, {
    ...proof,
    ...address,
    userId: sql`users.id`,
    attempts: 0,
    usedAt: null,
    trustEpoch: sql`users.trust_epoch`,
    accountKey: sql`users.email_key`,
    sessionId: asked.sessionId ?? null,
    passwordHash: asked.passwordHash ?? null,
  })} FROM ${users}`

/**
 * Inserts a proof for the active account of an address, if the budget allows it and `when` holds. The proof uses the
 * spelling that the account has. An address that is already verified gets no `verify-email` proof. Indexes
 * users_email_key, one_time_tokens_email.
 */
export const insertProof = (db: Database, proof: NewProof, emailKey: string, budget: MailBudget, when: SQL) =>
  db
    .insert(oneTimeTokens)
    .select(
      sql`${selectProof(proof, { email: sql`users.email`, emailKey: sql`users.email_key` })} WHERE users.email_key = ${emailKey} AND users.status = 'active' AND NOT users.anonymous AND (${proof.purpose} <> 'verify-email' OR NOT users.email_verified) AND ${withinBudget(proof, emailKey, budget)} AND ${when}`,
    )

/**
 * Inserts a proof for a new address of an account, if no other account has the address, the session that asks is
 * alive, the budget allows it and `when` holds. Indexes users_id, users_email_key, one_time_tokens_email, primary key
 * of sessions.
 */
export const insertProofOfNewAddress = (
  db: Database,
  proof: NewProof,
  { userId, email, emailKey, ...asked }: { userId: string; email: string; emailKey: string } & AskedBySession,
  budget: MailBudget,
  when: SQL,
) =>
  db
    .insert(oneTimeTokens)
    .select(
      sql`${selectProof(proof, { email, emailKey }, asked)} WHERE users.id = ${userId} AND users.status = 'active' AND ${sessionLives(asked.sessionId, proof.createdAt)} AND NOT EXISTS (SELECT 1 FROM ${users} AS taken WHERE taken.email_key = ${emailKey} AND taken.id <> ${userId}) AND ${withinBudgetOfAccount(proof, userId, emailKey, budget)} AND ${when}`,
    )

/** The password hash that is stored with a proof, or null. Primary key. */
export const passwordOfProof = (id: string): SQL => sql`(SELECT password_hash FROM ${oneTimeTokens} WHERE id = ${id})`

/** The user of a proof, for later statements of the batch. Primary key. */
export const ownerOfProof = (id: string): SQL => sql`(SELECT user_id FROM ${oneTimeTokens} WHERE id = ${id})`

/** The user who has an address. Index users_email_key. */
export const ownerOfEmail = (emailKey: string): SQL => sql`(SELECT id FROM ${users} WHERE email_key = ${emailKey})`

/**
 * Voids the codes of older mails, so that the guesses at one code count. Their links stay valid. Index
 * one_time_tokens_user.
 */
export const voidOlderCodes = (db: Database, { id, purpose }: NewProof, event: NewEvent) =>
  db
    .update(oneTimeTokens)
    .set({ codeHash: null })
    .where(
      and(
        eq(oneTimeTokens.userId, ownerOfProof(id)),
        eq(oneTimeTokens.purpose, purpose),
        ne(oneTimeTokens.id, id),
        happened(event),
      ),
    )

/** Maximum number of wrong guesses at one code. They do not affect the link of the same mail. */
const MAX_GUESSES = 5

/** The key of a proof: the token of its link, or the address and the code. */
export type ProofKey =
  | { hash: string }
  | {
      emailKey: string
      codeHash: string
      /**
       * True if a signed-in user of the account asks. Their guesses are counted separately, so the guesses of others
       * do not end the code.
       */
      bySession?: boolean
    }

/**
 * The rule that decides whether a proof is valid. It is unused and unexpired. Its account is active, still trusts the
 * epoch of the proof and still has the address it had then. If a session asked for it, that session is alive. The
 * session may have been ended by its owner, an administrator, a new password or a change of factors. It also counts
 * as ended while the account is disabled, and afterwards.
 */
const living = (now: number): SQL | undefined =>
  and(
    isNull(oneTimeTokens.usedAt),
    gt(oneTimeTokens.expiresAt, now),
    lte(oneTimeTokens.createdAt, now + CLOCK_SKEW_MS),
    sql`EXISTS (SELECT 1 FROM ${users} AS owner WHERE owner.id = one_time_tokens.user_id AND owner.status = 'active' AND ${trustedBy('one_time_tokens', 'owner')}
      AND owner.email_key = CASE one_time_tokens.purpose WHEN 'change-email' THEN one_time_tokens.account_key ELSE one_time_tokens.email_key END)`,
    sql`(one_time_tokens.session_id IS NULL OR EXISTS (SELECT 1 FROM ${sessions} AS asker WHERE asker.id = one_time_tokens.session_id AND asker.ended_at IS NULL AND asker.expires_at > ${now} AND ${trusted('asker')}))`,
  )

const named = (key: ProofKey): SQL | undefined =>
  'hash' in key
    ? eq(oneTimeTokens.hash, key.hash)
    : and(
        eq(oneTimeTokens.emailKey, key.emailKey),
        eq(oneTimeTokens.codeHash, key.codeHash),
        key.bySession === true ? undefined : lt(oneTimeTokens.attempts, MAX_GUESSES),
      )

const ofPurpose = (purposes: readonly ProofPurpose[]) => inArray(oneTimeTokens.purpose, [...purposes])

/** Counts a wrong guess against every code that it may have been meant for. Index one_time_tokens_email. */
export const countWrongGuess = (
  db: Database,
  purposes: readonly ProofPurpose[],
  { emailKey, codeHash }: { emailKey: string; codeHash: string },
  now: number,
) =>
  db
    .update(oneTimeTokens)
    .set({ attempts: sql`${oneTimeTokens.attempts} + 1` })
    .where(
      and(
        eq(oneTimeTokens.emailKey, emailKey),
        ofPurpose(purposes),
        isNotNull(oneTimeTokens.codeHash),
        ne(oneTimeTokens.codeHash, codeHash),
        isNull(oneTimeTokens.usedAt),
        gt(oneTimeTokens.expiresAt, now),
      ),
    )

/**
 * A valid proof with its user and the session that asked for it. Index one_time_tokens_hash or one_time_tokens_email,
 * then users_id and sessions_id.
 */
export const livingProof = (db: Database, purposes: readonly ProofPurpose[], key: ProofKey, now: number) =>
  db
    .select({
      id: oneTimeTokens.id,
      userId: oneTimeTokens.userId,
      purpose: oneTimeTokens.purpose,
      email: oneTimeTokens.email,
      emailKey: oneTimeTokens.emailKey,
      asker: oneTimeTokens.sessionId,
      currentEmail: users.email,
      currentEmailKey: users.emailKey,
      verified: users.emailVerified,
      anonymous: users.anonymous,
      name: users.name,
      askerKind: sessions.kind,
      askerSeenAt: sessions.lastSeenAt,
    })
    .from(oneTimeTokens)
    .innerJoin(users, eq(users.id, oneTimeTokens.userId))
    .leftJoin(sessions, eq(sessions.id, oneTimeTokens.sessionId))
    .where(and(ofPurpose(purposes), named(key), living(now)))
    .limit(1)

export type LivingProof = Awaited<ReturnType<typeof livingProof>>[number]

/** True while no such proof is valid. The same indexes. */
export const noLivingProof = (db: Database, purposes: readonly ProofPurpose[], key: ProofKey, now: number): SQL =>
  sql`NOT EXISTS ${db
    .select({ id: oneTimeTokens.id })
    .from(oneTimeTokens)
    .where(and(ofPurpose(purposes), named(key), living(now)))}`

/** True while such a proof is valid. The same indexes. */
export const someLivingProof = (db: Database, purpose: ProofPurpose, key: ProofKey, now: number): SQL =>
  sql`NOT ${noLivingProof(db, [purpose], key, now)}`

/**
 * Uses up a proof, if its account still has the address that it had when the proof was read. If several requests run
 * it at once, one succeeds. Primary key.
 */
export const consumeProof = (db: Database, { id, currentEmailKey }: LivingProof, now: number) =>
  db
    .update(oneTimeTokens)
    .set({ usedAt: now })
    .where(
      and(
        eq(oneTimeTokens.id, id),
        living(now),
        sql`EXISTS (SELECT 1 FROM ${users} AS found WHERE found.id = one_time_tokens.user_id AND found.email_key = ${currentEmailKey})`,
      ),
    )
    .returning({ id: oneTimeTokens.id })

/** The same without a read before it. Index one_time_tokens_hash or one_time_tokens_email. */
export const consumeProofByKey = (db: Database, purpose: ProofPurpose, key: ProofKey, now: number) =>
  db
    .update(oneTimeTokens)
    .set({ usedAt: now })
    .where(
      sql`id = (SELECT one_time_tokens.id FROM ${oneTimeTokens} WHERE ${and(ofPurpose([purpose]), named(key), living(now))} LIMIT 1)`,
    )
    .returning({ id: oneTimeTokens.id })

/** The user of a proof, used or not. The same indexes. */
export const ownerByKey = (purpose: ProofPurpose, key: ProofKey): SQL =>
  sql`(SELECT user_id FROM ${oneTimeTokens} WHERE ${and(ofPurpose([purpose]), named(key))} ORDER BY id DESC LIMIT 1)`

/** Marks the unused proofs of these purposes as used. Index one_time_tokens_user. */
export const voidProofs = (
  db: Database,
  userId: string | SQL,
  purposes: readonly ProofPurpose[],
  now: number,
  event: NewEvent,
) =>
  db
    .update(oneTimeTokens)
    .set({ usedAt: now })
    .where(and(eq(oneTimeTokens.userId, userId), ofPurpose(purposes), isNull(oneTimeTokens.usedAt), happened(event)))

export const allPurposes: readonly ProofPurpose[] = oneTimeTokens.purpose.enumValues

/** Deletes proofs that expired before `before`, used or not. Index one_time_tokens_expires. */
export const deleteExpiredProofs = (db: Database, before: number, limit: number) =>
  db
    .delete(oneTimeTokens)
    .where(
      sql`id IN (SELECT old.id FROM ${oneTimeTokens} AS old WHERE old.expires_at < ${before} ORDER BY old.expires_at LIMIT ${limit})`,
    )
