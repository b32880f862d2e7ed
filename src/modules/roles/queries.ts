import { eq, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { orgMemberRoles, roleRequirements, userRoles } from '../../../db/tables/index.ts'
import { selectRow } from '../../../db/tables/select-row.ts'
import { happened, type NewEvent } from '../../core/events/queries.ts'
import { hasFactor } from '../users/factor-queries.ts'

/** The requirements of the roles of the instance. A role without a row has none. Scan: one row for each role, ≤ 102. */
export const requirements = (db: Database) => db.select().from(roleRequirements)

/** The current requirement of one role. No row: none. Primary key. */
export const requirementOf = (db: Database, role: string) =>
  db
    .select({ mfaRequired: roleRequirements.mfaRequired })
    .from(roleRequirements)
    .where(eq(roleRequirements.role, role))
    .limit(1)

/** False if the user holds the role and has no second factor. Primary keys, index passkeys_user. */
export const locksNobodyOut = (userId: string | null, role: string): SQL =>
  sql`NOT EXISTS (SELECT 1 FROM ${userRoles} AS held WHERE held.user_id = ${userId} AND held.role = ${role} AND NOT ${hasFactor(sql`held.user_id`)})`

/** The same in an organisation. Primary keys, index passkeys_user. */
export const locksNobodyOutOfOrg = (userId: string | null, orgId: string, role: string): SQL =>
  sql`NOT EXISTS (SELECT 1 FROM ${orgMemberRoles} AS held WHERE held.org_id = ${orgId} AND held.user_id = ${userId} AND held.role = ${role} AND NOT ${hasFactor(sql`held.user_id`)})`

/** Sets the requirement of a role that administrators made, if the event before it was written. Primary key. */
export const setRequirement = (
  db: Database,
  role: string,
  { mfaRequired, now }: { mfaRequired: boolean; now: number },
  event: NewEvent,
) =>
  db
    .insert(roleRequirements)
    .select(sql`${selectRow(roleRequirements, { role, mfaRequired, updatedAt: now })} WHERE ${happened(event)}`)
    .onConflictDoUpdate({ target: roleRequirements.role, set: { mfaRequired, updatedAt: now } })

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
      sql`${selectRow(roleRequirements, { role, mfaRequired, updatedAt: now })} WHERE NOT ${mfaRequired ? 1 : 0} OR ${locksNobodyOut(actorId, role)}`,
    )
    .onConflictDoUpdate({
      target: roleRequirements.role,
      set: { mfaRequired, updatedAt: now },
      setWhere: eq(roleRequirements.mfaRequired, !mfaRequired),
    })
    .returning({ role: roleRequirements.role })
