import { and, desc, eq, gt, inArray, isNull, lt, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { apiKeys, organisations, orgMembers, serviceAccounts } from '../../../db/tables/index.ts'
import { selectRow } from '../../../db/tables/select-row.ts'
import { listed, rolesExist } from '../../core/authz/authority-queries.ts'
import type { Reach } from '../../core/authz/scope.ts'
import { sessionEpochOf, trusted } from '../users/trust-queries.ts'

/** Maximum number of keys of one owner. */
export const MAX_KEYS = 100

/** The columns that the API shows. The hash is not among them. */
const shown = {
  id: apiKeys.id,
  form: apiKeys.form,
  name: apiKeys.name,
  hint: apiKeys.hint,
  userId: apiKeys.userId,
  serviceAccountId: apiKeys.serviceAccountId,
  orgId: apiKeys.orgId,
  createdBy: apiKeys.createdBy,
  scopes: apiKeys.scopes,
  networks: apiKeys.networks,
  requestsPerMinute: apiKeys.requestsPerMinute,
  metadata: apiKeys.metadata,
  createdAt: apiKeys.createdAt,
  expiresAt: apiKeys.expiresAt,
  lastUsedAt: apiKeys.lastUsedAt,
  replaces: apiKeys.replaces,
}
export type NewKey = Omit<typeof apiKeys.$inferSelect, 'revokedAt' | 'lastUsedAt' | 'trustEpoch'>

/** Whose keys a caller may see or change. */
export interface KeyReach extends Reach {
  /** The person who asks, whose own keys they may see; null for programs. */
  userId: string | null
}

/** True for a key that was not revoked, has not expired, and that its account trusts. Index users_id. */
const living = (now: number): SQL =>
  sql`${apiKeys.revokedAt} IS NULL AND (${apiKeys.expiresAt} IS NULL OR ${apiKeys.expiresAt} > ${now})
    AND (${apiKeys.userId} IS NULL OR ${trusted('api_keys')})`

const within = ({ everywhere, orgIds, userId }: KeyReach): SQL =>
  everywhere ? sql`1` : sql`(${apiKeys.userId} = ${userId} OR ${apiKeys.orgId} IN ${listed(orgIds)})`

/** A key that works. Primary key. */
export const livingKey = (db: Database, id: string, reach: KeyReach, now: number) =>
  db
    .select({ ...shown, roles: apiKeys.roles })
    .from(apiKeys)
    .where(and(eq(apiKeys.id, id), living(now), within(reach)))
    .limit(1)

export interface KeyFilter {
  userId?: string | undefined
  serviceAccountId?: string | undefined
  orgId?: string | undefined
}

/** Newest first. Index api_keys_user, api_keys_service_account or api_keys_org, else primary key. */
export const listKeys = (
  db: Database,
  { userId, serviceAccountId, orgId }: KeyFilter,
  { reach, now, before, limit }: { reach: KeyReach; now: number; before: string | undefined; limit: number },
) =>
  db
    .select(shown)
    .from(apiKeys)
    .where(
      and(
        userId === undefined ? undefined : eq(apiKeys.userId, userId),
        serviceAccountId === undefined ? undefined : eq(apiKeys.serviceAccountId, serviceAccountId),
        orgId === undefined ? undefined : eq(apiKeys.orgId, orgId),
        before === undefined ? undefined : lt(apiKeys.id, before),
        living(now),
        within(reach),
      ),
    )
    .orderBy(desc(apiKeys.id))
    .limit(limit)

/**
 * True if the owner has fewer than `MAX_KEYS`. Index api_keys_user, api_keys_service_account or api_keys_org. `spare`: a
 * rotation may exceed the maximum by one for a while.
 */
export function hasRoom({ userId, serviceAccountId, orgId }: KeyFilterOfOwner, now: number, spare = 0): SQL {
  const owned =
    userId !== null
      ? sql`held.user_id = ${userId}`
      : serviceAccountId !== null
        ? sql`held.service_account_id = ${serviceAccountId}`
        : sql`held.org_id = ${orgId} AND held.user_id IS NULL AND held.service_account_id IS NULL`
  return sql`(SELECT count(*) FROM ${apiKeys} AS held WHERE ${owned} AND held.revoked_at IS NULL AND (held.expires_at IS NULL OR held.expires_at > ${now})) < ${MAX_KEYS + spare}`
}
type KeyFilterOfOwner = Pick<NewKey, 'userId' | 'serviceAccountId' | 'orgId'>

/** True while the service account is in this organisation (null: in the instance). Primary key. */
export const accountIsIn = (id: string, orgId: string | null): SQL =>
  sql`EXISTS (SELECT 1 FROM ${serviceAccounts} AS account WHERE account.id = ${id} AND account.org_id IS ${orgId})`

/** True while the organisation is not deleted, and, if a user is named, has them as a member. Primary keys. */
export const orgIsOpen = (orgId: string, memberId: string | null): SQL =>
  sql`EXISTS (SELECT 1 FROM ${organisations} AS open WHERE open.id = ${orgId} AND open.deleted_at IS NULL)
    AND (${memberId} IS NULL OR EXISTS (SELECT 1 FROM ${orgMembers} AS joined WHERE joined.org_id = ${orgId} AND joined.user_id = ${memberId}))`

/** True while a key works that was not replaced yet. Primary key, indexes users_id, api_keys_replaces. */
export const isReplaceable = (id: string, now: number): SQL =>
  sql`EXISTS (SELECT 1 FROM ${apiKeys} WHERE id = ${id} AND ${living(now)}) AND NOT EXISTS (SELECT 1 FROM ${apiKeys} AS next WHERE next.replaces = ${id})`

/**
 * Inserts the key if `condition` holds and its roles exist. A key of a person is trusted no more than the session that made
 * it.
 */
export const insertKey = (db: Database, key: NewKey, condition: SQL) =>
  db
    .insert(apiKeys)
    .select(
      sql`${selectRow(apiKeys, {
        ...key,
        revokedAt: null,
        lastUsedAt: null,
        trustEpoch: key.userId === null ? 0 : sessionEpochOf(key.userId),
      })} WHERE ${condition} AND ${rolesExist(key.roles ?? [], key.orgId) ?? sql`1`}`,
    )
    .returning({ id: apiKeys.id })

/** Whether a key has a successor. Index api_keys_replaces. */
export const successorOf = (db: Database, id: string) =>
  db.select({ id: apiKeys.id }).from(apiKeys).where(eq(apiKeys.replaces, id)).limit(1)

/** Lets a replaced key work until this time, or until its own end if that is earlier. Primary key. */
export const endKeyAt = (db: Database, id: string, at: number, condition: SQL) =>
  db
    .update(apiKeys)
    .set({ expiresAt: sql`min(coalesce(${apiKeys.expiresAt}, ${at}), ${at})` })
    .where(and(eq(apiKeys.id, id), condition))

const ended = (now: number) => ({
  revokedAt: now,
  // So the sweep finds it by its index.
  expiresAt: sql`min(coalesce(${apiKeys.expiresAt}, ${now}), ${now})`,
})

/** Primary key. */
export const revokeKey = (db: Database, id: string, reach: KeyReach, now: number) =>
  db
    .update(apiKeys)
    .set(ended(now))
    .where(and(eq(apiKeys.id, id), living(now), within(reach)))
    .returning({ id: apiKeys.id })

/** The user and the organisation of a key, for the event of the same batch. Primary key. */
export const userOfKey = (id: string): SQL =>
  sql`(SELECT named.user_id FROM ${apiKeys} AS named WHERE named.id = ${id})`
export const orgOfKey = (id: string): SQL => sql`(SELECT named.org_id FROM ${apiKeys} AS named WHERE named.id = ${id})`

/** The key that has this value: the hash of an opaque one, or the id of a signed one. Index api_keys_hash, or primary key. */
export const keyByValue = (db: Database, value: { hash: string } | { id: string }, now: number) =>
  db
    .select({
      id: apiKeys.id,
      name: apiKeys.name,
      userId: apiKeys.userId,
      createdBy: apiKeys.createdBy,
      orgId: apiKeys.orgId,
    })
    .from(apiKeys)
    .where(
      and(
        'hash' in value ? eq(apiKeys.hash, value.hash) : and(eq(apiKeys.id, value.id), eq(apiKeys.form, 'signed')),
        living(now),
      ),
    )
    .limit(1)

/** Primary key. */
export const revokeFoundKey = (db: Database, id: string, now: number) =>
  db
    .update(apiKeys)
    .set(ended(now))
    .where(and(eq(apiKeys.id, id), isNull(apiKeys.revokedAt)))
    .returning({ id: apiKeys.id })

/** Deletes keys that ended before `before`. Index api_keys_expires. */
export const deleteEndedKeys = (db: Database, before: number, limit: number) =>
  db.delete(apiKeys).where(
    inArray(
      apiKeys.id,
      db
        .select({ id: apiKeys.id })
        .from(apiKeys)
        .where(and(lt(apiKeys.expiresAt, before), gt(apiKeys.expiresAt, 0)))
        .limit(limit),
    ),
  )
