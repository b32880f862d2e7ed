/** The addresses beyond ASCII, and putting right what of them is of a rule before. */
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

/** The same of every address beyond ASCII. Index users_id; a scan: for operators. */
export const unicodeAddresses = (db: Database, after: string, limit: number) =>
  db
    .select(columns)
    .from(users)
    .where(and(sql`${users.email} GLOB '*[^ -~]*'`, gt(users.id, after)))
    .orderBy(asc(users.id))
    .limit(limit)

/** The key, as long as the account has the one that was read and no other account has the new one. Indexes users_id, users_email_key. */
export const setEmailKey = (db: Database, { id, emailKey }: AddressRow, key: string) =>
  db
    .update(users)
    .set({ emailKey: key })
    .where(
      and(
        eq(users.id, id),
        eq(users.emailKey, emailKey),
        sql`NOT EXISTS (SELECT 1 FROM ${users} AS taken WHERE taken.email_key = ${key})`,
      ),
    )

/** The links that were sent to it go on being good. Index one_time_tokens_user. */
export const setKeyOfProofs = (db: Database, { id, emailKey }: AddressRow, key: string) =>
  db
    .update(oneTimeTokens)
    .set({ emailKey: key })
    .where(
      and(
        eq(oneTimeTokens.userId, id),
        eq(oneTimeTokens.emailKey, emailKey),
        sql`EXISTS (SELECT 1 FROM ${users} AS owner WHERE owner.id = ${id} AND owner.email_key = ${key})`,
      ),
    )

/** The spelling, while the one that was read stands there and nobody has proved it. Index users_id. */
export const setSpelling = (db: Database, { id, email }: AddressRow, spelling: string) =>
  db
    .update(users)
    .set({ email: spelling, version: sql`${users.version} + 1` })
    .where(and(eq(users.id, id), eq(users.email, email), eq(users.emailVerified, false)))
