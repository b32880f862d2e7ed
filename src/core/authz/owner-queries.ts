/**
 * The last owner stays: an organisation always has an owner. Every statement that takes the role `owner` from a member,
 * ends a membership or deletes an account has one of these conditions. Another owner counts if the account is active.
 * Disabling an account is not refused, because an administrator must be able to stop a thief at once: the owner keeps
 * the role, and an administrator of the instance can transfer the organisation.
 */
import { type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { organisations, orgMemberRoles, users } from '../../../db/tables/index.ts'

/** True if the organisation has an owner besides this person. Index org_member_roles_role, users_id. */
const hasOtherOwner = (orgId: string | SQL, userId: string): SQL =>
  sql`EXISTS (SELECT 1 FROM ${orgMemberRoles} AS other JOIN ${users} AS heir ON heir.id = other.user_id
    WHERE other.org_id = ${orgId} AND other.role = 'owner' AND other.user_id <> ${userId} AND heir.status = 'active')`

/** True if the organisation keeps an owner when this person is none any more. Primary key, org_member_roles_role. */
export const keepsOwnerWithout = (orgId: string, userId: string): SQL =>
  sql`(NOT EXISTS (SELECT 1 FROM ${orgMemberRoles} AS own WHERE own.org_id = ${orgId} AND own.user_id = ${userId} AND own.role = 'owner') OR ${hasOtherOwner(orgId, userId)})`

const ownedAlone = (userId: string): SQL =>
  sql`${orgMemberRoles} AS own JOIN ${organisations} AS owned ON owned.id = own.org_id
    WHERE own.user_id = ${userId} AND own.role = 'owner' AND owned.deleted_at IS NULL AND NOT ${hasOtherOwner(sql`own.org_id`, userId)}`

/**
 * True if every organisation keeps an owner when this account is deleted. Organisations in their grace period do not
 * count: they are erased, or an administrator restores them. Index org_member_roles_user.
 */
export const orphansNoOrg = (userId: string): SQL => sql`NOT EXISTS (SELECT 1 FROM ${ownedAlone(userId)})`

/** The first organisations of which this person is the last owner. Index org_member_roles_user. */
export const orgsOwnedAlone = (db: Database, userId: string) =>
  db
    .select({ orgId: sql<string>`orphan.id`.as('org_id') })
    .from(sql`(SELECT owned.id FROM ${ownedAlone(userId)} LIMIT 10) AS orphan`)
