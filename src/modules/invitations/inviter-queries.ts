/** Whether a person may give roles in an organisation, for a statement that cannot read the rules first. */
import { type SQL, sql } from 'drizzle-orm'
import { customRoles, orgMemberRoles, userRoles, users } from '../../../db/tables/index.ts'
import type { RoleDefinition } from '../../core/authz/model.ts'
import { instanceRoleDefinitions, orgRoleDefinitions } from '../../core/permissions.ts'
import { oncePer } from '../../lib/once-per.ts'

/** `[[role, permission], …]` of built-in roles. */
const pairs = (roles: readonly RoleDefinition[]): string =>
  JSON.stringify(roles.flatMap(({ name, permissions }) => permissions.map((permission) => [name, permission])))
const builtIn = oncePer((org: typeof orgRoleDefinitions) => ({
  org: pairs(org),
  instance: pairs(instanceRoleDefinitions),
}))

const role = sql`json_extract(builtin.value, '$[0]')`
const permission = sql`json_extract(builtin.value, '$[1]')`

/**
 * The permissions of each role of a scope: built-in ones, own ones of custom roles, and those that these inherit. Index
 * custom_roles_org or custom_roles_instance.
 */
const grants = (builtInPairs: string, inScope: (row: string) => SQL): SQL =>
  sql`(SELECT ${role} AS role, ${permission} AS permission FROM json_each(${builtInPairs}) AS builtin
    UNION ALL SELECT own.name, had.value FROM ${customRoles} AS own, json_each(own.permissions) AS had WHERE ${inScope('own')}
    UNION ALL SELECT heir.name, had.value FROM ${customRoles} AS heir, ${customRoles} AS base, json_each(base.permissions) AS had WHERE ${inScope('heir')} AND ${inScope('base')} AND base.name = heir.inherits
    UNION ALL SELECT heir.name, ${permission} FROM ${customRoles} AS heir, json_each(${builtInPairs}) AS builtin WHERE ${inScope('heir')} AND ${role} = heir.inherits)`

/**
 * True if this active user may invite to the organisation, and has every permission that `roles` (a JSON array) give
 * there. Only an owner, or a person with all permissions of an owner in the instance, may give the role `owner`. The rules
 * (`policies`) are not asked. Primary keys, indexes users_id, custom_roles_org, custom_roles_instance.
 */
export function mayGive(userId: string | SQL, orgId: string | SQL, roles: SQL): SQL {
  const known = builtIn(orgRoleDefinitions)
  const inOrg = grants(known.org, (row) => sql`${sql.raw(row)}.org_id = ${orgId}`)
  const inInstance = grants(known.instance, (row) => sql`${sql.raw(row)}.org_id IS NULL`)
  const byInstance = sql`SELECT permission FROM ${inInstance} AS granted JOIN ${userRoles} AS held ON held.role = granted.role WHERE held.user_id = ${userId}`
  const byMembership = sql`SELECT permission FROM ${inOrg} AS granted JOIN ${orgMemberRoles} AS held ON held.role = granted.role WHERE held.org_id = ${orgId} AND held.user_id = ${userId}`
  const isOwner = sql`EXISTS (SELECT 1 FROM ${orgMemberRoles} AS owned WHERE owned.org_id = ${orgId} AND owned.user_id = ${userId} AND owned.role = 'owner')`
  const asksOwner = sql`EXISTS (SELECT 1 FROM json_each(${roles}) WHERE value = 'owner')`
  const needed = sql`SELECT 'invitations:write' AS permission UNION SELECT permission FROM ${inOrg} AS granted WHERE granted.role IN (SELECT value FROM json_each(${roles}))`
  return sql`(EXISTS (SELECT 1 FROM ${users} AS inviter WHERE inviter.id = ${userId} AND inviter.status = 'active')
    AND (${isOwner}
      OR NOT EXISTS (SELECT permission FROM (${needed}) EXCEPT ${byInstance})
      OR NOT ${asksOwner} AND NOT EXISTS (SELECT permission FROM (${needed}) EXCEPT SELECT permission FROM (${byInstance} UNION ${byMembership}))))`
}
