/** Statements that find non-ASCII addresses and correct those that follow an earlier rule. */
import { and, asc, eq, gt, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { MAY_NEED_REKEYING, oneTimeTokens, users } from '../../../db/tables/index.ts'

const columns = { id: users.id, email: users.email, emailKey: users.emailKey, emailVerified: users.emailVerified }

export interface AddressRow {
  id: string
  email: string
  emailKey: string
  emailVerified: boolean
}

/** A page in the order of ids. Index users_unicode_email. */
export const mayNeedRekeying = (db: Database, after: string, limit: number) =>
  db
    .select(columns)
    .from(users)
    .where(and(MAY_NEED_REKEYING, gt(users.id, after)))
    .orderBy(asc(users.id))
    .limit(limit)

/** The same for every non-ASCII address. Index users_id, as a scan: for operators. */
export const unicodeAddresses = (db: Database, after: string, limit: number) =>
  db
    .select(columns)
    .from(users)
    .where(and(sql`${users.email} GLOB '*[^ -~]*'`, gt(users.id, after)))
    .orderBy(asc(users.id))
    .limit(limit)

export interface NewKey {
  id: string
  /** The key that was read. */
  from: string
  to: string
}

/**
 * Returns the keys as one JSON parameter, so the number of statements in a batch does not depend on the number of
 * accounts.
 */
const asJson = (keys: readonly NewKey[]): string => JSON.stringify(keys.map(({ id, from, to }) => [id, from, to]))

/**
 * Sets the new keys one by one. It changes an account that still has the key that was read, unless another account
 * has the new key. Returns the changed accounts. Indexes users_id, users_email_key.
 */
export const setEmailKeys = (db: Database, keys: readonly NewKey[]) =>
  db.all<{ id: string }>(
    sql`UPDATE OR IGNORE ${users} SET email_key = given.value ->> 2 FROM json_each(${asJson(keys)}) AS given WHERE users.id = given.value ->> 0 AND users.email_key = given.value ->> 1 RETURNING users.id`,
  )

/** Keeps the links that were sent to those accounts valid. Indexes one_time_tokens_user, users_id. */
export const setKeysOfProofs = (db: Database, keys: readonly NewKey[]) =>
  db.run(
    sql`UPDATE ${oneTimeTokens} SET email_key = given.value ->> 2 FROM json_each(${asJson(keys)}) AS given WHERE one_time_tokens.user_id = given.value ->> 0 AND one_time_tokens.email_key = given.value ->> 1 AND EXISTS (SELECT 1 FROM ${users} AS owner WHERE owner.id = given.value ->> 0 AND owner.email_key = given.value ->> 2)`,
  )

/** Sets the spelling, if the address is still as it was read and is not verified. Index users_id. */
export const setSpelling = (db: Database, { id, email }: AddressRow, spelling: string) =>
  db
    .update(users)
    .set({ email: spelling, version: sql`${users.version} + 1` })
    .where(and(eq(users.id, id), eq(users.email, email), eq(users.emailVerified, false)))
