import { eq, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { roleRequirements, userRoles } from '../../../db/tables/index.ts'
import { selectRow } from '../../../db/tables/select-row.ts'
import { hasFactor } from '../users/factor-queries.ts'

/** The requirements of the roles. A role without a row has none. Scan: one row for each role. */
export const requirements = (db: Database) => db.select().from(roleRequirements).limit(100)

/** The current requirement of one role. No row: none. Primary key. */
export const requirementOf = (db: Database, role: string) =>
  db
    .select({ mfaRequired: roleRequirements.mfaRequired })
    .from(roleRequirements)
    .where(eq(roleRequirements.role, role))
    .limit(1)

/** True if the user holds the role and has no second factor. Primary keys, index passkeys_user. */
const wouldLockOut = (userId: string | null, role: string): SQL =>
  sql`EXISTS (SELECT 1 FROM ${userRoles} AS held WHERE held.user_id = ${userId} AND held.role = ${role} AND NOT ${hasFactor(sql`held.user_id`)})`

/**
 * Changes nothing if the value is already set, or if the requirement would lock out the user who asks for it. Primary
 * key.
 */
export const setMfaRequired = (
  db: Database,
  role: string,
  { mfaRequired, actorId, now }: { mfaRequired: boolean; actorId: string | null; now: number },
) =>
  db
    .insert(roleRequirements)
    .select(
      sql`${selectRow(roleRequirements, { role, mfaRequired, updatedAt: now })} WHERE NOT ${mfaRequired ? 1 : 0} OR NOT ${wouldLockOut(actorId, role)}`,
    )
    .onConflictDoUpdate({
      target: roleRequirements.role,
      set: { mfaRequired, updatedAt: now },
      setWhere: eq(roleRequirements.mfaRequired, !mfaRequired),
    })
    .returning({ role: roleRequirements.role })
