/** How a person becomes a member. Every door that makes a membership uses these statements. */
import { type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { orgMemberRoles, orgMembers } from '../../../db/tables/index.ts'
import { selectRow } from '../../../db/tables/select-row.ts'

/** The most organisations in which a person can be a member, those in their grace period included. */
export const MAX_MEMBERSHIPS = 500

/** True if the person can become a member of one more organisation. Index org_members_user. */
export const mayJoin = (userId: string | SQL): SQL =>
  sql`(SELECT count(*) FROM (SELECT 1 FROM ${orgMembers} WHERE user_id = ${userId} LIMIT ${MAX_MEMBERSHIPS})) < ${MAX_MEMBERSHIPS}`

/** The most organisations that a person can own, those in their grace period included. */
export const MAX_OWNED = 100

/** True if the person owns fewer organisations than they can, besides `orgId`. Index org_member_roles_user. */
export const mayOwnOneMore = (userId: string | SQL, orgId: string | SQL = ''): SQL =>
  sql`(SELECT count(*) FROM ${orgMemberRoles} AS owned WHERE owned.user_id = ${userId} AND owned.role = 'owner' AND owned.org_id <> ${orgId}) < ${MAX_OWNED}`

/** Makes a membership if `when` holds and there is none. Primary key. */
export const insertMember = (
  db: Database,
  { orgId, userId, now }: { orgId: string; userId: string | SQL; now: number },
  when: SQL,
) =>
  db
    .insert(orgMembers)
    .select(sql`${selectRow(orgMembers, { orgId, userId: sql`${userId}`, joinedAt: now })} WHERE ${when}`)
    .onConflictDoNothing()
    .returning({ userId: orgMembers.userId })

/** Gives a member the roles that they lack, if `when` holds. Primary key. */
export const insertMemberRoles = (
  db: Database,
  { orgId, userId, roles }: { orgId: string; userId: string | SQL; roles: readonly string[] },
  when: SQL,
) =>
  db
    .insert(orgMemberRoles)
    .select(
      sql`${selectRow(orgMemberRoles, { orgId, userId: sql`${userId}`, role: sql`value` })} FROM json_each(${JSON.stringify(roles)}) WHERE ${when}`,
    )
    .onConflictDoNothing()
