import { eq } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { roleRequirements } from '../../../db/tables/index.ts'

/** What is asked of the holders of each role; a role without a row asks for nothing. Scan: a row a role. */
export const requirements = (db: Database) => db.select().from(roleRequirements).limit(100)

/** Nothing, if it is so already. Primary key. */
export const setMfaRequired = (db: Database, role: string, mfaRequired: boolean, now: number) =>
  db
    .insert(roleRequirements)
    .values({ role, mfaRequired, updatedAt: now })
    .onConflictDoUpdate({
      target: roleRequirements.role,
      set: { mfaRequired, updatedAt: now },
      setWhere: eq(roleRequirements.mfaRequired, !mfaRequired),
    })
    .returning({ role: roleRequirements.role })
