/**
 * Statements for many users at once. The rows are one JSON parameter, so the number of statements in a batch does not
 * depend on the number of rows.
 */
import { type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { events, userRoles, users } from '../../../db/tables/index.ts'
import { selectRow } from '../../../db/tables/select-row.ts'
import { isUnknownRole, listed } from '../../core/authz/authority-queries.ts'
import { type NewEvent, selectEvent } from '../../core/events/queries.ts'
import type { Metadata } from './metadata-schema.ts'
import { type NewUser, noProfile } from './queries.ts'

export interface ImportedUser {
  row: NewUser
  roles: readonly string[]
  /** Written only if the user is created. `data` is JSON. */
  event: { id: string; data: string }
}

export const hasUsername = ({ row }: ImportedUser): boolean => typeof row.username === 'string'
const isEmpty = (metadata: Metadata = {}): boolean => Object.keys(metadata).length === 0
const hasProfile = (user: ImportedUser): boolean =>
  hasUsername(user) || !isEmpty(user.row.publicMetadata) || !isEmpty(user.row.privateMetadata)

/** A row that breaks one of these constraints is left out. Any other constraint fails the batch. */
const unlessTaken = sql`ON CONFLICT (email_key) DO NOTHING
  ON CONFLICT (username) WHERE username IS NOT NULL DO NOTHING
  ON CONFLICT (username_skeleton) WHERE username_skeleton IS NOT NULL DO NOTHING`

/**
 * Leaves out users whose e-mail or username is taken, also by an earlier one of them. A username is also taken by one that
 * looks like it. Indexes users_email_key, users_username, users_username_skeleton.
 */
export const insertUsers = (db: Database, imported: readonly ImportedUser[]) => {
  const profiles = imported.some(hasProfile)
  return db.insert(users).select(
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
      locale: sql`value ->> 9`,
      version: 1,
      createdAt: sql`value ->> 7`,
      updatedAt: sql`value ->> 8`,
      trustEpoch: 0,
      trustedFrom: 0,
      ...noProfile,
      ...(profiles && profile),
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
        row.locale ?? null,
        ...(profiles ? profileOf(row) : []),
      ]),
    )}) WHERE true ${unlessTaken}`,
  )
}

/** The columns of a username and of metadata. A batch whose users have none does not read them. */
const profile = {
  username: sql`value ->> 10`,
  usernameSkeleton: sql`value ->> 11`,
  publicMetadata: sql`value ->> 12`,
  privateMetadata: sql`value ->> 13`,
}
const profileOf = ({ username, usernameSkeleton, publicMetadata, privateMetadata }: NewUser) => [
  username ?? null,
  usernameSkeleton ?? null,
  JSON.stringify(publicMetadata ?? {}),
  JSON.stringify(privateMetadata ?? {}),
]

/** The ids of those who have public metadata, for `deriveFilter`. Undefined: nobody has. */
export function havingMetadata(imported: readonly ImportedUser[]): SQL | undefined {
  const ids = imported.flatMap(({ row }) => (isEmpty(row.publicMetadata) ? [] : [row.id]))
  return ids.length === 0 ? undefined : sql`SELECT value FROM json_each(${JSON.stringify(ids)})`
}

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
    .where(sql`${users.emailKey} IN ${listed(keys)}`)

/** The same, without the users that this import created: mostly none, so few rows are read. Index users_email_key. */
export const earlierUsers = (db: Database, imported: readonly ImportedUser[]) =>
  db
    .select({ id: users.id, emailKey: users.emailKey })
    .from(users)
    .innerJoin(
      sql`json_each(${JSON.stringify(imported.map(({ row }) => [row.emailKey, row.id]))}) AS asked`,
      sql`${users.emailKey} = asked.value ->> 0 AND ${users.id} <> asked.value ->> 1`,
    )

/**
 * Whose username another account has, or one that looks like it: the ids of these new users. Indexes users_username,
 * users_username_skeleton.
 */
export const takenUsernames = (db: Database, imported: readonly ImportedUser[]) =>
  db
    .select({ id: sql<string>`asked.value ->> 0`.as('id') })
    .from(
      sql`json_each(${JSON.stringify(imported.map(({ row }) => [row.id, row.username, row.usernameSkeleton]))}) AS asked`,
    )
    .where(
      sql`EXISTS (SELECT 1 FROM ${users} AS other WHERE other.username = asked.value ->> 1 AND other.id <> asked.value ->> 0) OR EXISTS (SELECT 1 FROM ${users} AS other WHERE other.username_skeleton = asked.value ->> 2 AND other.id <> asked.value ->> 0)`,
    )
