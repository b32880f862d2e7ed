/** Merges metadata, and keeps the value by which lists are filtered. */
import { eq, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { users } from '../../../db/tables/index.ts'
import { MAX_FILTERED_LENGTH, MAX_METADATA_BYTES, type Metadata } from './metadata-schema.ts'

/** Merge patches of a user. Absent: no change. */
export interface MetadataPatches {
  publicMetadata?: Metadata | undefined
  privateMetadata?: Metadata | undefined
}

const columns = { publicMetadata: users.publicMetadata, privateMetadata: users.privateMetadata } as const

const each = <T>({ publicMetadata, privateMetadata }: MetadataPatches, make: (merged: SQL) => T) => ({
  ...(publicMetadata === undefined ? {} : { publicMetadata: make(merged('publicMetadata', publicMetadata)) }),
  ...(privateMetadata === undefined ? {} : { privateMetadata: make(merged('privateMetadata', privateMetadata)) }),
})

const merged = (name: keyof typeof columns, patch: Metadata): SQL =>
  sql`json_patch(${columns[name]}, ${JSON.stringify(patch)})`

const fits = (json: SQL): SQL => sql`length(CAST(${json} AS BLOB)) <= ${MAX_METADATA_BYTES}`

/** For SET on `users`: the patches are merged into the stored objects, so patches at the same time both take effect. */
export const mergedMetadata = (patches: MetadataPatches) => each(patches, (json) => json)

/** True if each object has at most 8192 bytes after the merge. */
export const metadataFits = (patches: MetadataPatches): SQL[] => Object.values(each(patches, fits))

/** Whether each object would fit. For the answer to a refused change. Index users_id. */
export const metadataFitting = (db: Database, id: string, patches: MetadataPatches) =>
  db
    .select({
      publicMetadata: sql<boolean>`1`.mapWith(Boolean).as('public_fits'),
      privateMetadata: sql<boolean>`1`.mapWith(Boolean).as('private_fits'),
      ...each(patches, (json) => sql<boolean>`${fits(json)}`.mapWith(Boolean)),
    })
    .from(users)
    .where(eq(users.id, id))
    .limit(1)

/** The value of a row under the declared key as text, or NULL if it is a list, an object, null, absent or too long. */
const valueIn = (row: string, key: string): SQL => {
  const json = sql.raw(`${row}.public_metadata`)
  const path = `$.${key}`
  const text = sql`CASE json_type(${json}, ${path}) WHEN 'text' THEN json_extract(${json}, ${path}) WHEN 'object' THEN NULL WHEN 'array' THEN NULL WHEN 'null' THEN NULL ELSE ${json} -> ${path} END`
  return key === '' ? sql`NULL` : sql`iif(length(${text}) <= ${MAX_FILTERED_LENGTH}, ${text}, NULL)`
}

/** `key` is METADATA_FILTER_KEY, or an empty text if it is not set. */
const derived = (key: string) => ({
  metadataKey: sql`CASE WHEN ${users.publicMetadata} = '{}' THEN NULL ELSE ${key} END`,
  metadataValue: valueIn('users', key),
})

/**
 * Derives the columns of the filter from the public metadata. Every batch that writes public metadata has this step
 * after it. Index users_id.
 */
export const deriveFilter = (db: Database, id: string | SQL, key: string) =>
  db.update(users).set(derived(key)).where(sql`${users.id} IN (${id})`)

/** The same for at most `limit` rows that were derived for another key. Index users_metadata. */
export const deriveOthers = (db: Database, key: string, limit: number) =>
  (['<', '>'] as const).map((side) =>
    db
      .update(users)
      .set(derived(key))
      .where(
        sql`row_key IN (SELECT stale.row_key FROM ${users} AS stale WHERE stale.metadata_key ${sql.raw(side)} ${key} LIMIT ${limit})`,
      ),
  )

/**
 * The users who have this value under the key, by row key. Users who were derived for another key are few, and none
 * after the job: their metadata is read. Index users_metadata.
 */
export const usersByMetadata = (key: string, value: string): SQL => {
  const stale = (side: '<' | '>') =>
    sql`SELECT stale.row_key FROM ${users} AS stale WHERE stale.metadata_key ${sql.raw(side)} ${key} AND ${valueIn('stale', key)} = ${value}`
  return sql`(SELECT tagged.row_key AS found FROM ${users} AS tagged WHERE tagged.metadata_key = ${key} AND tagged.metadata_value = ${value} UNION ALL ${stale('<')} UNION ALL ${stale('>')})`
}

/** The same condition for one row. The plus prevents the planner from using the index for a row that is found. */
export const hasMetadata = (key: string, value: string): SQL =>
  sql`(+users.metadata_key = ${key} AND users.metadata_value = ${value} OR +users.metadata_key <> ${key} AND ${valueIn('users', key)} = ${value})`
