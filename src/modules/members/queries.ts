import { and, eq, gt, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { apiKeys, organisations, orgMemberRoles, orgMembers, sessions, users } from '../../../db/tables/index.ts'
import { listed, rolesExist } from '../../core/authz/authority-queries.ts'
import { keepsOwnerWithout } from '../../core/authz/owner-queries.ts'
import { always, happened, type NewEvent } from '../../core/events/queries.ts'
import { mayOwnOneMore } from './join-queries.ts'

/** The roles of a member, sorted. Primary key of org_member_roles. */
const rolesJson = (orgId: SQL | string, userId: SQL | string): SQL =>
  sql`(SELECT json_group_array(role) FROM (SELECT held.role FROM ${orgMemberRoles} AS held WHERE held.org_id = ${orgId} AND held.user_id = ${userId} ORDER BY held.role))`

/** The roles of the member of this row, for a SELECT from `org_members`. */
export const rolesOfMember = () =>
  sql<string[]>`${rolesJson(sql`org_members.org_id`, sql`org_members.user_id`)}`
    .mapWith((json: string): string[] => JSON.parse(json) as string[]) // json_group_array of a NOT NULL text column
    .as('roles')

export const memberColumns = () => ({
  id: orgMembers.userId,
  email: users.email,
  name: users.name,
  roles: rolesOfMember(),
  joinedAt: orgMembers.joinedAt,
})

/** Primary key, users_id. */
export const memberById = (db: Database, orgId: string, userId: string) =>
  db
    .select(memberColumns())
    .from(orgMembers)
    .innerJoin(users, eq(users.id, orgMembers.userId))
    .where(isMember(orgId, userId))
    .limit(1)

const isMember = (orgId: string, userId: string) => and(eq(orgMembers.orgId, orgId), eq(orgMembers.userId, userId))

/** True if the organisation exists and was not deleted. Primary key. */
const isLiving = (orgId: string): SQL =>
  sql`EXISTS (SELECT 1 FROM ${organisations} AS living WHERE living.id = ${orgId} AND living.deleted_at IS NULL)`

/** The roles that the one who asks may give and take; undefined: all. */
export type Grantable = readonly string[] | undefined

/** True if each role exists in the organisation. Index custom_roles_org. */
export const allKnown = (orgId: string, roles: readonly string[]): SQL => rolesExist(roles, orgId) ?? always

/** True if the change to these roles gives and takes grantable roles alone. Primary key of org_member_roles. */
function mayChange(orgId: string, userId: string, roles: readonly string[], grantable: Grantable): SQL {
  if (grantable === undefined) return sql`1`
  const held = sql`(SELECT held.role FROM ${orgMemberRoles} AS held WHERE held.org_id = ${orgId} AND held.user_id = ${userId})`
  return sql`(NOT EXISTS (SELECT 1 FROM ${orgMemberRoles} AS taken WHERE taken.org_id = ${orgId} AND taken.user_id = ${userId}
      AND taken.role NOT IN ${listed(roles)} AND taken.role NOT IN ${listed(grantable)})
    AND NOT EXISTS (SELECT 1 FROM json_each(${JSON.stringify(roles)}) AS given WHERE given.value NOT IN ${held} AND given.value NOT IN ${listed(grantable)}))`
}

export interface RoleChange {
  orgId: string
  userId: string
  /** The new roles; none: the membership ends. */
  roles: readonly string[]
  grantable: Grantable
}

const conditions = ({ orgId, userId, roles, grantable }: RoleChange) => ({
  known: allKnown(orgId, roles),
  allowed: mayChange(orgId, userId, roles, grantable),
  keepsOwner: roles.includes('owner') ? sql`1` : keepsOwnerWithout(orgId, userId),
  mayOwn: roles.includes('owner') ? mayOwnOneMore(userId, orgId) : sql`1`,
})

/** The conditions of a change, for the reason of a refusal in the same batch. */
export const judgeChange = (db: Database, change: RoleChange) => {
  const { known, allowed, keepsOwner, mayOwn } = conditions(change)
  const flag = (condition: SQL, name: string) => sql<boolean>`${condition}`.mapWith(Boolean).as(name)
  return db
    .select({
      known: flag(known, 'known'),
      allowed: flag(allowed, 'allowed'),
      keepsOwner: flag(keepsOwner, 'keeps_owner'),
      mayOwn: flag(mayOwn, 'may_own'),
      living: flag(isLiving(change.orgId), 'living'),
    })
    .from(sql`(SELECT 1)`)
}

const holds = (change: RoleChange): SQL => {
  const { known, allowed, keepsOwner, mayOwn } = conditions(change)
  return sql`${known} AND ${allowed} AND ${keepsOwner} AND ${mayOwn} AND ${isLiving(change.orgId)}`
}

/**
 * Returns the member if the roles differ and may be changed. It changes no value: the event that it witnesses is the
 * condition of `replaceRoles`. Primary key.
 */
export const witnessRoleChange = (db: Database, change: RoleChange) =>
  db
    .update(orgMembers)
    .set({ joinedAt: sql`${orgMembers.joinedAt}` })
    .where(
      and(
        isMember(change.orgId, change.userId),
        sql`${rolesJson(change.orgId, change.userId)} <> ${JSON.stringify([...change.roles].sort())}`,
        holds(change),
      ),
    )
    .returning({ userId: orgMembers.userId })

/** Removes every other role after the event. Primary key. */
export const removeOtherRoles = (db: Database, { orgId, userId, roles }: RoleChange, event: NewEvent) =>
  db
    .delete(orgMemberRoles)
    .where(
      and(
        eq(orgMemberRoles.orgId, orgId),
        eq(orgMemberRoles.userId, userId),
        sql`role NOT IN ${listed(roles)}`,
        happened(event),
      ),
    )

/** Ends the membership if nothing forbids it. Primary key. */
export const deleteMember = (db: Database, change: RoleChange) =>
  db
    .delete(orgMembers)
    .where(and(isMember(change.orgId, change.userId), holds(change)))
    .returning({ userId: orgMembers.userId })

/** After the event: what a person had by the membership. Primary key, api_keys_user, sessions_user. */
export const endWhatMembershipGave = (
  db: Database,
  { orgId, userId }: { orgId: string; userId: string },
  now: number,
  event: NewEvent,
) => [
  db
    .delete(orgMemberRoles)
    .where(and(eq(orgMemberRoles.orgId, orgId), eq(orgMemberRoles.userId, userId), happened(event))),
  db
    .update(apiKeys)
    .set({ revokedAt: now })
    .where(
      and(
        eq(apiKeys.userId, userId),
        sql`+${apiKeys.orgId} = ${orgId}`,
        sql`${apiKeys.revokedAt} IS NULL`,
        happened(event),
      ),
    ),
  db
    .update(sessions)
    .set({ orgId: null })
    .where(and(eq(sessions.userId, userId), eq(sessions.orgId, orgId), happened(event))),
]

/** True if this person is an owner. Primary key. */
const isOwner = (orgId: string, userId: string): SQL =>
  sql`EXISTS (SELECT 1 FROM ${orgMemberRoles} AS own WHERE own.org_id = ${orgId} AND own.user_id = ${userId} AND own.role = 'owner')`

/**
 * Returns the heir if the organisation can be transferred to them: a member whose account is active, and who owns fewer
 * organisations than a person can. `from` must be an
 * owner still; null: an administrator of the instance transfers it. Changes no value, as `witnessRoleChange`.
 */
export const witnessTransfer = (
  db: Database,
  { orgId, from, to }: { orgId: string; from: string | null; to: string },
) =>
  db
    .update(orgMembers)
    .set({ joinedAt: sql`${orgMembers.joinedAt}` })
    .where(
      and(
        isMember(orgId, to),
        sql`EXISTS (SELECT 1 FROM ${users} AS heir WHERE heir.id = ${to} AND heir.status = 'active')`,
        from === null ? sql`NOT ${isOwner(orgId, to)}` : isOwner(orgId, from),
        mayOwnOneMore(to, orgId),
        isLiving(orgId),
      ),
    )
    .returning({ userId: orgMembers.userId })

/** Takes the role from a member after the event. Primary key. */
export const removeRole = (
  db: Database,
  { orgId, userId, role }: { orgId: string; userId: string; role: string },
  event: NewEvent,
) =>
  db
    .delete(orgMemberRoles)
    .where(
      and(
        eq(orgMemberRoles.orgId, orgId),
        eq(orgMemberRoles.userId, userId),
        eq(orgMemberRoles.role, role),
        happened(event),
      ),
    )

/** True if the account is active and not anonymous. Index users_id. */
export const isPerson = (userId: string): SQL =>
  sql`EXISTS (SELECT 1 FROM ${users} AS person WHERE person.id = ${userId} AND person.status = 'active' AND NOT person.anonymous)`

/** The first owners, for mails. Index org_member_roles_role. */
export const ownersOf = (db: Database, orgId: string, limit: number) =>
  db
    .select({ userId: orgMemberRoles.userId, name: organisations.name })
    .from(orgMemberRoles)
    .innerJoin(organisations, eq(organisations.id, orgMemberRoles.orgId))
    .where(and(eq(orgMemberRoles.orgId, orgId), eq(orgMemberRoles.role, 'owner'), gt(orgMemberRoles.userId, '')))
    .orderBy(orgMemberRoles.userId)
    .limit(limit)
