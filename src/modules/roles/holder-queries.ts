/** What the deletion of a role takes from its holders, in the batch of the deletion. */
import { and, eq, inArray, isNull, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import {
  apiKeys,
  invitations,
  orgMemberRoles,
  roleRequirements,
  serviceAccountRoles,
  serviceAccounts,
  userRoles,
} from '../../../db/tables/index.ts'
import { selectRow } from '../../../db/tables/select-row.ts'
import { happened, type NewEvent } from '../../core/events/queries.ts'

interface Deleted {
  role: string
  event: NewEvent
}

/** Gives `user` to those who have no other role in the instance. Index user_roles_role, primary key. */
export const keepAsUsers = (db: Database, { role, event }: Deleted) =>
  db
    .insert(userRoles)
    .select(
      sql`${selectRow(userRoles, { userId: sql`held.user_id`, role: 'user' })} FROM ${userRoles} AS held WHERE held.role = ${role} AND NOT EXISTS (SELECT 1 FROM ${userRoles} AS other WHERE other.user_id = held.user_id AND other.role <> ${role}) AND ${happened(event)}`,
    )
    .onConflictDoNothing()

/** Index user_roles_role. */
export const takeFromUsers = (db: Database, { role, event }: Deleted) =>
  db.delete(userRoles).where(and(eq(userRoles.role, role), happened(event)))

/** A later role with the same name requires nothing. Primary key. */
export const forgetRequirement = (db: Database, { role, event }: Deleted) =>
  db.delete(roleRequirements).where(and(eq(roleRequirements.role, role), happened(event)))

/** Gives `member` to those who have no other role in the organisation. Index org_member_roles_role, primary key. */
export const keepAsMembers = (db: Database, orgId: string, { role, event }: Deleted) =>
  db
    .insert(orgMemberRoles)
    .select(
      sql`${selectRow(orgMemberRoles, { orgId, userId: sql`held.user_id`, role: 'member' })} FROM ${orgMemberRoles} AS held WHERE held.org_id = ${orgId} AND held.role = ${role} AND NOT EXISTS (SELECT 1 FROM ${orgMemberRoles} AS other WHERE other.org_id = ${orgId} AND other.user_id = held.user_id AND other.role <> ${role}) AND ${happened(event)}`,
    )
    .onConflictDoNothing()

/** Returns those who held it. Index org_member_roles_role. */
export const takeFromMembers = (db: Database, orgId: string, { role, event }: Deleted) =>
  db
    .delete(orgMemberRoles)
    .where(and(eq(orgMemberRoles.orgId, orgId), eq(orgMemberRoles.role, role), happened(event)))
    .returning({ id: orgMemberRoles.userId })

/** Returns those that held it. An account without a role may do nothing. Indexes service_account_roles_role, service_accounts_org. */
export const takeFromServiceAccounts = (db: Database, orgId: string | null, { role, event }: Deleted) =>
  db
    .delete(serviceAccountRoles)
    .where(
      and(
        eq(serviceAccountRoles.role, role),
        inArray(
          serviceAccountRoles.serviceAccountId,
          db
            .select({ id: serviceAccounts.id })
            .from(serviceAccounts)
            .where(orgId === null ? isNull(serviceAccounts.orgId) : eq(serviceAccounts.orgId, orgId)),
        ),
        happened(event),
      ),
    )
    .returning({ id: serviceAccountRoles.serviceAccountId })

/** Keys of the organisation have its roles by name. A key without a role may do nothing. Index api_keys_org. */
export const takeFromKeys = (db: Database, orgId: string, { role, event }: Deleted) =>
  db
    .update(apiKeys)
    .set({ roles: sql`(SELECT json_group_array(value) FROM json_each(api_keys.roles) WHERE value <> ${role})` })
    .where(
      and(
        eq(apiKeys.orgId, orgId),
        sql`EXISTS (SELECT 1 FROM json_each(api_keys.roles) WHERE value = ${role})`,
        happened(event),
      ),
    )

/** Pending invitations offer their other roles, or `member`. Index invitations_org. */
export const takeFromInvitations = (db: Database, orgId: string, { role, event }: Deleted) => {
  const others = sql`(SELECT json_group_array(value) FROM json_each(invitations.roles) WHERE value <> ${role})`
  return db
    .update(invitations)
    .set({ roles: sql`CASE WHEN json_array_length(${others}) = 0 THEN '["member"]' ELSE ${others} END` })
    .where(
      and(
        eq(invitations.orgId, orgId),
        isNull(invitations.acceptedAt),
        isNull(invitations.revokedAt),
        sql`EXISTS (SELECT 1 FROM json_each(invitations.roles) WHERE value = ${role})`,
        happened(event),
      ),
    )
}
