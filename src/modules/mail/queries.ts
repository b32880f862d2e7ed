import { eq, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { users } from '../../../db/tables/index.ts'

/** The present address and language of a user. Index users_id. */
export const recipientById = (db: Database, userId: string) =>
  db
    .select({ email: users.email, emailVerified: users.emailVerified, locale: users.locale })
    .from(users)
    .where(eq(users.id, userId))
    .limit(1)

/** `when`, and the user is not anonymous at that point of the batch. Index users_id. */
export const andHasAddress = (when: SQL, userId: string | SQL | null): SQL =>
  sql`${when} AND NOT EXISTS (SELECT 1 FROM ${users} AS recipient WHERE recipient.id = ${userId} AND recipient.anonymous)`
