/** The roles that administrators made. `orgId` null: those of the instance. */
import { and, asc, eq, isNull, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { customRoles, idempotencyKeys, roleRequirements } from '../../../db/tables/index.ts'
import { selectRow } from '../../../db/tables/select-row.ts'
import { type Authority, builtInRolesOf, inScope, listed } from '../../core/authz/authority-queries.ts'
import { isKey, type KeyName } from '../../core/idempotency/queries.ts'
import { MAX_ROLES } from '../../core/authz/scope-queries.ts'

export type CustomRole = typeof customRoles.$inferSelect
type OrgId = string | null

const ofScope = (orgId: OrgId): SQL => (orgId === null ? isNull(customRoles.orgId) : eq(customRoles.orgId, orgId))

/** Index custom_roles_instance or custom_roles_org. */
export const rolesOf = (db: Database, orgId: OrgId) =>
  db.select().from(customRoles).where(ofScope(orgId)).orderBy(asc(customRoles.name)).limit(MAX_ROLES)

/** The same indexes. */
export const roleByName = (db: Database, orgId: OrgId, name: string) =>
  db
    .select()
    .from(customRoles)
    .where(and(ofScope(orgId), eq(customRoles.name, name)))
    .limit(1)

/** The role of the request with this key. Primary keys. */
export const roleOfKey = (db: Database, key: KeyName) =>
  db
    .select({ fingerprint: idempotencyKeys.fingerprint, role: customRoles, required: roleRequirements.mfaRequired })
    .from(idempotencyKeys)
    .leftJoin(customRoles, eq(customRoles.id, idempotencyKeys.subjectId))
    .leftJoin(roleRequirements, eq(roleRequirements.role, customRoles.name))
    .where(isKey(key))
    .limit(1)

const total = (orgId: OrgId): SQL =>
  sql`(SELECT count(*) FROM ${customRoles} AS counted WHERE ${inScope('counted', orgId)})`

/** True if a role can inherit `base`: it is built-in, or exists and inherits nothing. */
const isBase = (orgId: OrgId, base: string): SQL =>
  builtInRolesOf(orgId).includes(base)
    ? sql`1`
    : sql`EXISTS (SELECT 1 FROM ${customRoles} AS base WHERE ${inScope('base', orgId)} AND base.name = ${base} AND base.inherits IS NULL)`

/** True if another role inherits this one. Reads the roles of the scope, ≤ 100. */
const isInherited = (orgId: OrgId, name: string): SQL =>
  sql`EXISTS (SELECT 1 FROM ${customRoles} AS heir WHERE ${inScope('heir', orgId)} AND heir.inherits = ${name})`

/**
 * Inserts nothing at the limit, or if the condition or the inheritance is refused. Breaks a UNIQUE constraint if the name is
 * taken. Index custom_roles_instance or custom_roles_org.
 */
export const insertRole = (db: Database, role: CustomRole, condition: SQL | undefined) =>
  db
    .insert(customRoles)
    .select(
      sql`${selectRow(customRoles, role)} WHERE ${all([
        sql`${total(role.orgId)} < ${MAX_ROLES}`,
        role.inherits === null ? undefined : isBase(role.orgId, role.inherits),
        condition,
      ])}`,
    )
    .returning({ id: customRoles.id })

export type RoleChanges = Partial<Pick<CustomRole, 'permissions' | 'inherits' | 'mfaRequired'>>

/** Nothing changes unless the caller has every permission that the role has now. Index as above. */
const isWithin = ({ permissions, roles }: Authority): SQL | undefined =>
  permissions === null || roles === null
    ? undefined
    : sql`NOT EXISTS (SELECT 1 FROM json_each(custom_roles.permissions) AS held WHERE held.value NOT IN ${listed(permissions)}) AND (custom_roles.inherits IS NULL OR custom_roles.inherits IN ${listed(roles)})`

export interface RoleConditions {
  authority: Authority
  only?: readonly (SQL | undefined)[]
}

/**
 * Changes nothing if a condition fails. A role gets a role to inherit only while no other role inherits it, and only one that
 * inherits nothing: so of two requests at once that would make a circle or a chain, the second changes nothing.
 */
export const updateRole = (
  db: Database,
  { orgId, name }: Pick<CustomRole, 'orgId' | 'name'>,
  changes: RoleChanges,
  now: number,
  { authority, only = [] }: RoleConditions,
) => {
  const { inherits } = changes
  return db
    .update(customRoles)
    .set({ ...changes, updatedAt: now })
    .where(
      and(
        ofScope(orgId),
        eq(customRoles.name, name),
        isWithin(authority),
        ...(typeof inherits === 'string'
          ? [inherits === name ? sql`0` : undefined, isBase(orgId, inherits), sql`NOT ${isInherited(orgId, name)}`]
          : []),
        ...only,
      ),
    )
    .returning({ id: customRoles.id })
}

/** Deletes nothing while another role inherits it. */
export const deleteRole = (db: Database, orgId: OrgId, name: string, authority: Authority) =>
  db
    .delete(customRoles)
    .where(and(ofScope(orgId), eq(customRoles.name, name), isWithin(authority), sql`NOT ${isInherited(orgId, name)}`))
    .returning({ id: customRoles.id })

/** Why a statement changed nothing. One row. The same indexes. */
export const roleFacts = (db: Database, orgId: OrgId, name: string, inherits: string | null | undefined) =>
  db
    .select({
      total: sql<number>`${total(orgId)}`.mapWith(Number).as('total'),
      inherited: sql<boolean>`${isInherited(orgId, name)}`.mapWith(Boolean).as('inherited'),
      isBase: sql<boolean>`${typeof inherits === 'string' ? isBase(orgId, inherits) : sql`1`}`
        .mapWith(Boolean)
        .as('is_base'),
    })
    .from(sql`(SELECT 1)`)

const all = (conditions: readonly (SQL | undefined)[]): SQL => and(...conditions) ?? sql`1`
