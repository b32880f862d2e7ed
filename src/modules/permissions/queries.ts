import { asc, eq, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { appPermissions, customRoles, idempotencyKeys, policies } from '../../../db/tables/index.ts'
import { selectRow } from '../../../db/tables/select-row.ts'
import { listed } from '../../core/authz/authority-queries.ts'
import { happened, type NewEvent } from '../../core/events/queries.ts'
import { isKey, type KeyName } from '../../core/idempotency/queries.ts'
import { ownPermissions } from './schema.ts'

export const MAX_APP_PERMISSIONS = 1_000

/** Scan, ≤ 1,000 rows in the order of the primary key. */
export const registered = (db: Database) =>
  db.select().from(appPermissions).orderBy(asc(appPermissions.name)).limit(MAX_APP_PERMISSIONS)

/** The number of permissions of applications. Scan of the primary key, ≤ 1,000 rows. */
const total = sql`(SELECT count(*) FROM ${appPermissions})`

/** The permission of the request with this key. Primary keys. */
export const permissionOfKey = (db: Database, key: KeyName) =>
  db
    .select({ fingerprint: idempotencyKeys.fingerprint, permission: appPermissions })
    .from(idempotencyKeys)
    .leftJoin(appPermissions, eq(appPermissions.name, idempotencyKeys.subjectId))
    .where(isKey(key))
    .limit(1)

/** Inserts nothing at the limit. Breaks the UNIQUE constraint `app_permissions.name` if the name is taken. */
export const insertPermission = (db: Database, row: typeof appPermissions.$inferInsert) =>
  db
    .insert(appPermissions)
    .select(sql`${selectRow(appPermissions, row)} WHERE ${total} < ${MAX_APP_PERMISSIONS}`)
    .returning({ name: appPermissions.name })

/** Primary key. */
export const deletePermission = (db: Database, name: string) =>
  db.delete(appPermissions).where(eq(appPermissions.name, name)).returning({ name: appPermissions.name })

/**
 * Takes the permission out of every role and every rule, so that a later permission with this name is given to nobody. Scans of
 * both tables: an administrator does this rarely.
 */
export const withdraw = (db: Database, name: string, event: NewEvent, now: number) => [
  db
    .update(customRoles)
    .set({ permissions: without(sql`custom_roles.permissions`, name), updatedAt: now })
    .where(sql`${names(sql`custom_roles.permissions`, name)} AND ${happened(event)}`),
  db
    .update(policies)
    .set({
      permissions: without(sql`policies.permissions`, name),
      updatedAt: now,
      version: sql`${policies.version} + 1`,
    })
    .where(sql`${names(sql`policies.permissions`, name)} AND ${happened(event)}`),
]

const names = (list: SQL, name: string): SQL => sql`EXISTS (SELECT 1 FROM json_each(${list}) WHERE value = ${name})`
const without = (list: SQL, name: string): SQL =>
  sql`(SELECT json_group_array(value) FROM json_each(${list}) WHERE value <> ${name})`

/** Whether `name`, a column of text, is no permission that the scope can name. Primary key. */
const isUnknownPermission = (name: SQL, orgId: string | null): SQL =>
  sql`(${name} NOT IN ${listed(ownPermissions(orgId))} AND NOT EXISTS (SELECT 1 FROM ${appPermissions} AS app WHERE app.name = ${name}))`

/** True if the scope can name all of these permissions. Undefined: all of them are ours. Primary key. */
export const permissionsExist = (wanted: readonly string[], orgId: string | null): SQL | undefined =>
  wanted.every((name) => ownPermissions(orgId).includes(name))
    ? undefined
    : sql`NOT EXISTS (SELECT 1 FROM json_each(${JSON.stringify(wanted)}) AS named WHERE ${isUnknownPermission(sql`named.value`, orgId)})`

/** The positions of those that the scope cannot name. Primary key. */
export const unknownPermissions = (db: Database, wanted: readonly string[], orgId: string | null) =>
  db
    .select({ at: sql<number>`named.key`.mapWith(Number).as('at') })
    .from(sql`json_each(${JSON.stringify(wanted)}) AS named`)
    .where(isUnknownPermission(sql`named.value`, orgId))
