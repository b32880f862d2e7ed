/** Changes of one account that a request and a bulk action make: its status, and one role of the instance. */
import { and, eq, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { preparedByShapes } from '../../../db/statements.ts'
import { userRoles, users } from '../../../db/tables/index.ts'
import { rolesExist } from '../../core/authz/authority-queries.ts'
import { happened, type NewEvent } from '../../core/events/queries.ts'
import { notLastAdmin } from './queries.ts'

/** Changes nothing if the user has the status, or is the last administrator who would be disabled. Index users_id. */
export const setStatus = preparedByShapes(
  (id: string, status: 'active' | 'disabled', now: number, only?: SQL) =>
    [
      sql`${status}`,
      sql`${now}`,
      sql`${users.id} = ${id} AND ${users.status} <> ${status} AND ${status === 'active' ? sql`1` : notLastAdmin(id)} AND ${only ?? sql`1`}`,
    ] as const,
  (db, [status, updatedAt, where]) =>
    db
      .update(users)
      .set({ status, version: sql`${users.version} + 1`, updatedAt })
      .where(where)
      .returning({ id: users.id }),
)

/** Removes one role, if the event before it was written. Primary key. */
export const removeRole = (db: Database, userId: string, role: string, event: NewEvent) =>
  db.delete(userRoles).where(and(eq(userRoles.userId, userId), eq(userRoles.role, role), happened(event)))

/** Primary key of user_roles. */
export const holdsRole = (userId: string | SQL, role: string): SQL =>
  sql`EXISTS (SELECT 1 FROM ${userRoles} AS holding WHERE holding.user_id = ${userId} AND holding.role = ${role})`

/**
 * True if the user lacks the role, which exists. With `given` false: if the user holds it. Primary key of user_roles, index
 * custom_roles_instance.
 */
export const mayChangeRole = (userId: string, role: string, given: boolean): SQL | undefined =>
  given ? and(sql`NOT ${holdsRole(userId, role)}`, rolesExist([role], null)) : holdsRole(userId, role)

/** The roles of a user with one more, as a JSON array, sorted. Primary key of user_roles. */
const rolesWith = (userId: string, role: string): SQL =>
  sql`(SELECT json_group_array(role) FROM (SELECT role FROM ${userRoles} WHERE user_id = ${userId} UNION SELECT ${role} ORDER BY 1))`

/** The same with one less. */
const rolesWithout = (userId: string, role: string): SQL =>
  sql`(SELECT json_group_array(role) FROM (SELECT role FROM ${userRoles} WHERE user_id = ${userId} AND role <> ${role} ORDER BY role))`

/** The data of the event of such a change: the roles that the user has after it. */
export const roleChange = (userId: string, role: string, given: boolean, data: Record<string, unknown>): SQL =>
  sql`json_patch(${JSON.stringify({ ...data, fields: ['roles'] })}, json_object('roles', json(${given ? rolesWith(userId, role) : rolesWithout(userId, role)})))`
