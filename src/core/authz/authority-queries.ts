import { type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import {
  customRoles,
  orgMemberRoles,
  serviceAccountRoles,
  serviceAccounts,
  userRoles,
  users,
} from '../../../db/tables/index.ts'
import type { Actor } from '../../deps.ts'
import { builtInOrgRoles, builtInRoles } from '../permissions.ts'

/** What a caller may give away. Null: all of them. */
export interface Authority {
  permissions: ReadonlySet<string> | null
  /** The roles all of whose permissions the caller has. */
  roles: ReadonlySet<string> | null
}

/** Any number of values as one, so that the text of a statement does not depend on how many there are: `… IN ${listed(ids)}`. */
export const listed = (values: Iterable<string | number>): SQL =>
  sql`(SELECT value FROM json_each(${JSON.stringify([...values])}))`

/**
 * True if the caller has every permission of the user's roles in the instance. Undefined: always. It is in the statement of
 * the change, so a role that the user gets at the same time counts. Primary key of user_roles.
 */
export const holdsOnly = ({ roles }: Authority, userId: string): SQL | undefined =>
  roles === null
    ? undefined
    : sql`NOT EXISTS (SELECT 1 FROM ${userRoles} AS outranking WHERE outranking.user_id = ${userId} AND outranking.role NOT IN ${listed(roles)})`

/**
 * True while a person is active and has the roles by which they were judged: these of the instance and those in these organisations.
 * Another process may have taken one a moment ago. Primary keys, users_id.
 */
export function stillHolds(
  userId: string,
  { roles, memberships }: Pick<Actor, 'roles' | 'memberships'>,
  orgIds: readonly string[],
): SQL {
  const there = orgIds.flatMap((orgId) => (memberships.get(orgId) ?? []).map((role) => [orgId, role]))
  return sql`(EXISTS (SELECT 1 FROM ${users} AS judged WHERE judged.id = ${userId} AND judged.status = 'active')
    AND NOT EXISTS (SELECT 1 FROM json_each(${JSON.stringify(roles)}) AS had WHERE had.value NOT IN (SELECT held.role FROM ${userRoles} AS held WHERE held.user_id = ${userId}))
    AND NOT EXISTS (SELECT 1 FROM json_each(${JSON.stringify(there)}) AS had WHERE NOT EXISTS (SELECT 1 FROM ${orgMemberRoles} AS held WHERE held.org_id = had.value ->> 0 AND held.user_id = ${userId} AND held.role = had.value ->> 1)))`
}

/** The same of a service account, whose roles are all in one place: the instance or its organisation. Primary keys. */
export function accountStillHolds(id: string, { roles, memberships }: Pick<Actor, 'roles' | 'memberships'>): SQL {
  const judged = [...roles, ...[...memberships.values()].flat()]
  return sql`(EXISTS (SELECT 1 FROM ${serviceAccounts} AS judged WHERE judged.id = ${id} AND judged.status = 'active')
    AND NOT EXISTS (SELECT 1 FROM json_each(${JSON.stringify(judged)}) AS had WHERE had.value NOT IN (SELECT held.role FROM ${serviceAccountRoles} AS held WHERE held.service_account_id = ${id})))`
}

/** The built-in roles of the instance, or of an organisation. */
export const builtInRolesOf = (orgId: string | null): readonly string[] =>
  orgId === null ? builtInRoles : builtInOrgRoles

/** Whether `role`, a column of text, names no role of the scope. Indexes custom_roles_instance, custom_roles_org. */
export const isUnknownRole = (role: SQL, orgId: string | null): SQL =>
  sql`(${role} NOT IN ${listed(builtInRolesOf(orgId))} AND NOT EXISTS (SELECT 1 FROM ${customRoles} AS existing WHERE ${inScope('existing', orgId)} AND existing.name = ${role}))`

/** The rows of the instance (`org_id IS NULL`, as the partial indexes require) or of an organisation. */
export const inScope = (alias: string, orgId: string | null): SQL =>
  orgId === null ? sql`${sql.raw(alias)}.org_id IS NULL` : sql`${sql.raw(alias)}.org_id = ${orgId}`

/** True if all of these roles exist in the scope. Undefined: only built-in ones are named, which always exist. */
export const rolesExist = (names: readonly string[], orgId: string | null): SQL | undefined =>
  names.every((name) => builtInRolesOf(orgId).includes(name))
    ? undefined
    : sql`NOT EXISTS (SELECT 1 FROM json_each(${JSON.stringify(names)}) AS named WHERE ${isUnknownRole(sql`named.value`, orgId)})`

/** The positions in `names` of roles that the scope does not have. The same indexes. */
export const unknownRoles = (db: Database, names: readonly string[], orgId: string | null) =>
  db
    .select({ at: sql<number>`named.key`.mapWith(Number).as('at') })
    .from(sql`json_each(${JSON.stringify(names)}) AS named`)
    .where(isUnknownRole(sql`named.value`, orgId))
