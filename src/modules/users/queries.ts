import { and, eq, inArray, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { prepared, preparedByShapes, type Slots } from '../../../db/statements.ts'
import { idempotencyKeys, knownDevices, userRoles, users } from '../../../db/tables/index.ts'
import { selectRow } from '../../../db/tables/select-row.ts'
import { listed } from '../../core/authz/authority-queries.ts'
import type { PrincipalUser } from '../../deps.ts'
import { orphansNoOrg } from '../../core/authz/owner-queries.ts'
import { happened, type NewEvent } from '../../core/events/queries.ts'
import { isKey, type KeyName } from '../../core/idempotency/queries.ts'
import type { Metadata } from './metadata-schema.ts'
import { type MetadataPatches, mergedMetadata, metadataFits } from './metadata-queries.ts'
import { trustAtWordOfAdmin } from './trust-queries.ts'

/** Roles as a JSON array, sorted. Primary key of user_roles. */
const roles = sql<
  string[]
>`(SELECT json_group_array(role) FROM (SELECT role FROM ${userRoles} WHERE user_id = users.id ORDER BY role))`
  .mapWith((json: string): string[] => JSON.parse(json) as string[]) // json_group_array of a NOT NULL text column
  .as('roles')

/** The columns of a User. Never contains the password hash, or what only administrators see. */
export const userColumns = {
  id: users.id,
  email: users.email,
  emailVerified: users.emailVerified,
  name: users.name,
  username: users.username,
  locale: users.locale,
  publicMetadata: users.publicMetadata,
  status: users.status,
  createdAt: users.createdAt,
  updatedAt: users.updatedAt,
  version: users.version,
  roles,
}

/** The columns for administrators. */
export const managedColumns = { ...userColumns, privateMetadata: users.privateMetadata }

export type UserRow = PrincipalUser
export type ManagedUserRow = UserRow & { privateMetadata: Metadata }
export type NewUser = Omit<typeof users.$inferInsert, 'rowKey' | 'metadataKey' | 'metadataValue'>

/** Index users_id. */
export const userById = (db: Database, id: string) =>
  db.select(managedColumns).from(users).where(eq(users.id, id)).limit(1)

/**
 * The use of an idempotency key, and the current state of its user. The user is null if it was deleted. Primary key,
 * then users_id.
 */
export const userOfKey = (db: Database, key: KeyName) =>
  db
    .select({ fingerprint: idempotencyKeys.fingerprint, user: managedColumns })
    .from(idempotencyKeys)
    .leftJoin(users, eq(users.id, idempotencyKeys.subjectId))
    .where(isKey(key))
    .limit(1)

/** True if the event was written and the address of the account is verified. Index users_id. */
export const happenedToVerified = (event: Pick<NewEvent, 'id'>, userId: string): SQL =>
  sql`${happened(event)} AND EXISTS (SELECT 1 FROM ${users} AS told WHERE told.id = ${userId} AND told.email_verified)`

/** Index users_email_key. */
export const userIdByEmail = (db: Database, emailKey: string) =>
  db.select({ id: users.id }).from(users).where(eq(users.emailKey, emailKey)).limit(1)

/** Whether the account was signed in from this network before. Primary key: reads one row for each device. */
const knownNetwork = (network: string | SQL) =>
  sql<boolean>`EXISTS (SELECT 1 FROM ${knownDevices} WHERE user_id = users.id AND network = ${network})`
    .mapWith(Boolean)
    .as('known_network')

/** Whether the account of an address was signed in from this network before. Index users_email_key. */
export const networkKnownTo = prepared((db, { emailKey, network }: Slots<{ emailKey: string; network: string }>) =>
  db
    .select({ knownNetwork: knownNetwork(network) })
    .from(users)
    .where(eq(users.emailKey, emailKey))
    .limit(1),
)

/** Includes the password hash, for sign-in only. Never returns an anonymous account. Index users_email_key. */
export const credentialsByEmail = prepared((db, { emailKey, network }: Slots<{ emailKey: string; network: string }>) =>
  db
    .select({ ...userColumns, passwordHash: users.passwordHash, knownNetwork: knownNetwork(network) })
    .from(users)
    .where(and(eq(users.emailKey, emailKey), eq(users.anonymous, false)))
    .limit(1),
)

/** The same by a username in its spelling, with the key of the address. Index users_username. */
export const credentialsByUsername = prepared(
  (db, { username, network }: Slots<{ username: string; network: string }>) =>
    db
      .select({
        ...userColumns,
        emailKey: users.emailKey,
        passwordHash: users.passwordHash,
        knownNetwork: knownNetwork(network),
      })
      .from(users)
      .where(and(eq(users.username, username), eq(users.anonymous, false)))
      .limit(1),
)

/** The password hash of a signed-in user. Index users_id. */
export const credentialsById = (db: Database, id: string) =>
  db.select({ passwordHash: users.passwordHash }).from(users).where(eq(users.id, id)).limit(1)

/** Breaks the UNIQUE constraint `users.email_key` if the address is taken. */
export const insertUser = (db: Database, user: NewUser) => db.insert(users).values(user).returning({ id: users.id })

/** Inserts nothing if the address is taken. Index users_email_key. */
export const insertUserIfFree = (db: Database, user: NewUser) =>
  insertUser(db, user).onConflictDoNothing({ target: users.emailKey })

/** The values of an account without a username and metadata. */
export const noProfile = {
  username: null,
  usernameSkeleton: null,
  metadataKey: null,
  metadataValue: null,
  publicMetadata: {},
  privateMetadata: {},
}

/** The row of a new active account, for `selectRow`. */
const rowOf = (user: NewUser) => ({
  ...user,
  username: user.username ?? null,
  usernameSkeleton: user.usernameSkeleton ?? null,
  metadataKey: null,
  metadataValue: null,
  publicMetadata: user.publicMetadata ?? {},
  privateMetadata: user.privateMetadata ?? {},
  rowKey: sql`NULL`, // SQLite makes one
  emailVerified: user.emailVerified ?? false,
  status: 'active' as const,
  passwordHash: user.passwordHash ?? null,
  anonymous: false,
  locale: user.locale ?? null,
  version: 1,
  trustEpoch: 0,
  trustedFrom: 0,
})

/** `SELECT …` of a new active account with a verified address, for `db.insert(users)`. */
export const selectVerifiedUser = (user: NewUser): SQL => selectRow(users, rowOf({ ...user, emailVerified: true }))

/** The same as `insertUser`, if the condition holds. Undefined: it holds. */
export const insertUserIf = (db: Database, user: NewUser, condition: SQL | undefined) =>
  condition === undefined
    ? insertUser(db, user)
    : db
        .insert(users)
        .select(sql`${selectRow(users, rowOf(user))} WHERE ${condition}`)
        .returning({ id: users.id })

/** Inserts the first administrator. Inserts nothing if there is an administrator. Index user_roles_role. */
export const insertFirstAdmin = (db: Database, user: NewUser) =>
  db
    .insert(users)
    .select(sql`${selectVerifiedUser(user)} WHERE NOT EXISTS (SELECT 1 FROM ${userRoles} WHERE role = 'admin')`)
    .returning({ id: users.id })

/** Index user_roles_role. */
export const anyAdmin = (db: Database) =>
  db.select({ userId: userRoles.userId }).from(userRoles).where(eq(userRoles.role, 'admin')).limit(1)

/** Gives the user the roles that they lack, if the event before it was written. Primary key. */
export const insertRoles = (db: Database, userId: string, names: readonly string[], event: NewEvent) =>
  db
    .insert(userRoles)
    .select(
      sql`${selectRow(userRoles, { userId, role: sql`value` })} FROM json_each(${JSON.stringify(names)}) WHERE ${happened(event)}`,
    )
    .onConflictDoNothing()

/** Removes every other role, if the event before it was written. Primary key. */
export const removeRolesExcept = (db: Database, userId: string, names: readonly string[], event: NewEvent) =>
  db.delete(userRoles).where(and(eq(userRoles.userId, userId), sql`role NOT IN ${listed(names)}`, happened(event)))

/** Changes the version of everybody who holds the role, which is about to be deleted. Index user_roles_role, users_id. */
export const touchHolders = (db: Database, role: string, now: number, condition: SQL) =>
  db
    .update(users)
    .set({ version: sql`${users.version} + 1`, updatedAt: now })
    .where(and(sql`${users.id} IN (SELECT user_id FROM ${userRoles} WHERE role = ${role})`, condition))

/** True if another user is an active administrator, or if this user is not an administrator. Index user_roles_role. */
export const notLastAdmin = (userId: string): SQL =>
  sql`(NOT EXISTS (SELECT 1 FROM ${userRoles} WHERE user_id = ${userId} AND role = 'admin') OR EXISTS (SELECT 1 FROM ${userRoles} AS other JOIN ${users} AS admins ON admins.id = other.user_id WHERE other.role = 'admin' AND other.user_id <> ${userId} AND admins.status = 'active'))`

export type UserChanges = Partial<
  Pick<NewUser, 'email' | 'emailKey' | 'emailVerified' | 'name' | 'username' | 'usernameSkeleton' | 'locale'>
>

export interface ChangeConditions {
  /** The change happens only if the current version is one of these (If-Match). Undefined: any version. */
  versions?: readonly number[] | undefined
  /** True if the change removes an administrator. It must not remove the last one. */
  keepsAdmin: boolean
  /** Other conditions, all of which must hold. */
  only?: readonly (SQL | undefined)[] | undefined
  /** Merge patches of the metadata. The change happens only if each object stays within its limit. */
  metadata?: MetadataPatches
}

/** Changes one row and its version. Changes nothing if a condition fails. Index users_id. */
export const updateUser = (
  db: Database,
  id: string,
  changes: UserChanges,
  now: number,
  { versions, keepsAdmin, only = [], metadata = {} }: ChangeConditions,
) =>
  db
    .update(users)
    .set({
      ...verificationOf(changes),
      ...trustAtWordOfAdmin(changes),
      ...changes,
      ...mergedMetadata(metadata),
      version: sql`${users.version} + 1`,
      updatedAt: now,
    })
    .where(
      and(
        eq(users.id, id),
        versions === undefined ? undefined : inArray(users.version, [...versions]),
        keepsAdmin ? undefined : notLastAdmin(id),
        ...only,
        ...metadataFits(metadata),
      ),
    )
    .returning({ id: users.id })

/**
 * A new address is not verified, unless the same change says so. Another spelling of the same address stays verified.
 * An account with an address is not anonymous.
 */
const verificationOf = ({ emailKey }: UserChanges): { emailVerified?: SQL; anonymous?: false } =>
  emailKey === undefined
    ? {}
    : { emailVerified: sql`${users.emailVerified} AND ${users.emailKey} = ${emailKey}`, anonymous: false }

/**
 * Also deletes the roles, memberships, sessions and tokens of the user. Keeps the last administrator, and the last owner
 * of an organisation. Index users_id.
 */
export const deleteUser = preparedByShapes(
  (id: string, only?: SQL) =>
    [sql`${users.id} = ${id} AND ${notLastAdmin(id)} AND ${orphansNoOrg(id)} AND ${only ?? sql`1`}`] as const,
  (db, [where]) => db.delete(users).where(where).returning({ id: users.id }),
)

/** Replaces a weak hash, unless it was changed meanwhile. Index users_id. */
export const replacePasswordHash = (db: Database, id: string, from: string, to: string) =>
  db
    .update(users)
    .set({ passwordHash: to })
    .where(and(eq(users.id, id), eq(users.passwordHash, from)))

/**
 * Sets a password that the owner chose, if `from` is still the hash that was verified and the account is active.
 * Index users_id.
 */
export const changePasswordHash = (
  db: Database,
  { id, from, to, now }: { id: string; from: string; to: string; now: number },
  condition: SQL,
) =>
  db
    .update(users)
    .set({ passwordHash: to, version: sql`${users.version} + 1`, updatedAt: now })
    .where(and(eq(users.id, id), eq(users.passwordHash, from), eq(users.status, 'active'), condition))
    .returning({ id: users.id })
