import { eq } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { users } from '../../../db/tables/index.ts'

/** Where a user's mail goes, as it stands now. Index users_id. */
export const recipientById = (db: Database, userId: string) =>
  db.select({ email: users.email, locale: users.locale }).from(users).where(eq(users.id, userId)).limit(1)
