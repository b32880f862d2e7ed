/**
 * Statements for many users at once. The rows are one JSON parameter, so the number of statements in a batch does not
 * depend on the number of rows.
 */
import { sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { events, userRoles, users } from '../../../db/tables/index.ts'
import { selectRow } from '../../../db/tables/select-row.ts'
import { isUnknownRole } from '../../core/authz/authority-queries.ts'
import { type NewEvent, selectEvent } from '../../core/events/queries.ts'
import type { NewUser } from './queries.ts'

export interface ImportedUser {
  row: NewUser
  roles: readonly string[]
  /** Written only if the user is created. `data` is JSON. */
  event: { id: string; data: string }
}

/** Leaves out users whose e-mail or username is taken. Indexes users_email_key, users_username_skeleton. */
export const insertUsers = (db: Database, imported: readonly ImportedUser[]) =>
  db
    .insert(users)
    .select(
      sql`${selectRow(users, {
        rowKey: sql`NULL`, // SQLite makes one
        id: sql`value ->> 0`,
        email: sql`value ->> 1`,
        emailKey: sql`value ->> 2`,
        emailVerified: sql`value ->> 3`,
        name: sql`value ->> 4`,
        status: sql`value ->> 5`,
        passwordHash: sql`value ->> 6`,
        anonymous: false,
        locale: null,
        version: 1,
        createdAt: sql`value ->> 7`,
        updatedAt: sql`value ->> 8`,
        trustEpoch: 0,
        trustedFrom: 0,
        username: sql`value ->> 9`,
        usernameSkeleton: sql`value ->> 10`,
        publicMetadata: sql`value ->> 11`,
        privateMetadata: sql`value ->> 12`,
        // Stale for every METADATA_FILTER_KEY, so lists read the object until `derive-metadata-filter` has run.
        metadataKey: sql`CASE WHEN value ->> 11 = '{}' THEN NULL ELSE '' END`,
        metadataValue: null,
      })} FROM json_each(${JSON.stringify(
        imported.map(({ row }) => [
          row.id,
          row.email,
          row.emailKey,
          row.emailVerified ? 1 : 0,
          row.name,
          row.status,
          row.passwordHash ?? null,
          row.createdAt,
          row.updatedAt,
          row.username,
          row.usernameSkeleton,
          JSON.stringify(row.publicMetadata),
          JSON.stringify(row.privateMetadata),
        ]),
      )}) WHERE NOT EXISTS (SELECT 1 FROM users AS named WHERE named.username_skeleton = value ->> 10)`,
    )
    .onConflictDoNothing({ target: users.emailKey })

/**
 * Gives the created users their roles. A role that was deleted meanwhile becomes `user`. Index users_id,
 * custom_roles_instance.
 */
export const insertImportedRoles = (db: Database, imported: readonly ImportedUser[]) =>
  db
    .insert(userRoles)
    .select(
      sql`${selectRow(userRoles, { userId: sql`users.id`, role: sql`CASE WHEN ${isUnknownRole(sql`(value ->> 1)`, null)} THEN 'user' ELSE value ->> 1 END` })} FROM json_each(${JSON.stringify(
        imported.flatMap(({ row, roles }) => roles.map((role) => [row.id, role])),
      )}) JOIN ${users} ON users.id = value ->> 0 WHERE true`,
    )
    .onConflictDoNothing()

/** Writes the events of the created users. `event` has their common fields. Index users_id. */
export const insertImportedEvents = (db: Database, event: NewEvent, imported: readonly ImportedUser[]) =>
  db
    .insert(events)
    .select(
      sql`${selectEvent({ ...event, id: sql`value ->> 0`, userId: sql`users.id`, data: sql`value ->> 2` })} FROM json_each(${JSON.stringify(
        imported.map(({ row, event: { id, data } }) => [id, row.id, data]),
      )}) JOIN ${users} ON users.id = value ->> 1`,
    )

/** The users who have these e-mails. Index users_email_key. */
export const usersByEmailKeys = (db: Database, keys: readonly string[]) =>
  db
    .select({ id: users.id, emailKey: users.emailKey })
    .from(users)
    .where(sql`${users.emailKey} IN (SELECT value FROM json_each(${JSON.stringify(keys)}))`)

/** The ids of the given users whose username another account has, or one that looks like it. Index users_username_skeleton. */
export const namesakes = (db: Database, imported: readonly ImportedUser[]) =>
  db
    .select({ id: sql<string>`asked.value ->> 0`.as('asked_id') })
    .from(users)
    .innerJoin(
      sql`json_each(${JSON.stringify(imported.map(({ row }) => [row.id, row.usernameSkeleton]))}) AS asked`,
      sql`${users.usernameSkeleton} = asked.value ->> 1 AND ${users.id} <> asked.value ->> 0`,
    )

/** The same as `usersByEmailKeys`, without the users that this import created: mostly none, so few rows are read. Index users_email_key. */
export const earlierUsers = (db: Database, imported: readonly ImportedUser[]) =>
  db
    .select({ id: users.id, emailKey: users.emailKey })
    .from(users)
    .innerJoin(
      sql`json_each(${JSON.stringify(imported.map(({ row }) => [row.emailKey, row.id]))}) AS asked`,
      sql`${users.emailKey} = asked.value ->> 0 AND ${users.id} <> asked.value ->> 1`,
    )
