/** The administrator who uses a session in the place of its user. */
import { sql } from 'drizzle-orm'
import { orgMemberRoles, orgMembers, sessions, userRoles, users } from '../../../db/tables/index.ts'
import type { NewEvent } from '../../core/events/queries.ts'

/** The roles of the administrator who uses the session. Primary key of user_roles. */
export const impersonatorRoles = sql<string[]>`CASE WHEN ${sessions.impersonatorId} IS NULL THEN '[]' ELSE
  (SELECT json_group_array(given.role) FROM ${userRoles} AS given WHERE given.user_id = ${sessions.impersonatorId}) END`
  .mapWith((json: string) => JSON.parse(json) as string[]) // json_group_array of a NOT NULL text column
  .as('impersonator_roles')

/** The organisations of that administrator with the roles there, as `memberships`. The same indexes. */
export const impersonatorMemberships = sql<
  [orgId: string, role: string | null][]
>`CASE WHEN ${sessions.impersonatorId} IS NULL THEN '[]' ELSE
  (SELECT json_group_array(json_array(taken.org_id, given.role)) FROM ${orgMembers} AS taken
    LEFT JOIN ${orgMemberRoles} AS given ON given.org_id = taken.org_id AND given.user_id = taken.user_id
    WHERE taken.user_id = ${sessions.impersonatorId}) END`
  .mapWith((json: string) => JSON.parse(json) as [string, string | null][]) // as selected
  .as('impersonator_memberships')

/** An administrator who was disabled or deleted uses no session of another person any more. Index users_id. */
export const impersonatorActs = sql`(${sessions.impersonatorId} IS NULL OR EXISTS (SELECT 1 FROM ${users} AS impersonator
  WHERE impersonator.id = ${sessions.impersonatorId} AND impersonator.status = 'active'))`

/** Who uses a session, for the event of the same batch: its user, or the administrator in their place. Primary key. */
export const actorOfSession = (id: string): Pick<NewEvent, 'actorId' | 'actingFor'> => ({
  actorId: sql`(SELECT coalesce(used.impersonator_id, used.user_id) FROM ${sessions} AS used WHERE used.id = ${id})`,
  actingFor: sql`(SELECT json_array(json_object('kind', 'user', 'id', used.impersonator_id), json_object('kind', 'user', 'id', used.user_id))
    FROM ${sessions} AS used WHERE used.id = ${id} AND used.impersonator_id IS NOT NULL)`,
})
