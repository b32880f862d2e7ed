/** What the active organisation of a session requires of its user. */
import { and, eq, isNull, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { customRoles, organisations, orgMemberRoles } from '../../../db/tables/index.ts'

/**
 * The settings of an organisation, a row of `org`, as JSON. A role of the user there that requires a second factor counts as
 * the setting `mfaRequired`. Primary key of org_member_roles, index custom_roles_org.
 */
export const requiredOf = (org: SQL, userId: SQL): SQL =>
  sql`CASE WHEN EXISTS (SELECT 1 FROM ${orgMemberRoles} AS held JOIN ${customRoles} AS asking ON asking.org_id = held.org_id AND asking.name = held.role
    WHERE held.org_id = ${org}.id AND held.user_id = ${userId} AND asking.mfa_required) THEN json_set(${org}.settings, '$.mfaRequired', json('true')) ELSE ${org}.settings END`

/** What an organisation requires of a user, unless it was deleted. Primary key, and as `requiredOf`. */
export const livingOrg = (db: Database, id: string, userId: string) =>
  db
    .select({
      settings: sql<Record<string, unknown>>`${requiredOf(sql`organisations`, sql`${userId}`)}`
        .mapWith((json: string) => JSON.parse(json) as Record<string, unknown>) // a JSON column
        .as('required'),
    })
    .from(organisations)
    .where(and(eq(organisations.id, id), isNull(organisations.deletedAt)))
    .limit(1)
