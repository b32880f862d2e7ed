import { and, asc, gt, inArray, isNull, lt, or, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { signingKeys } from '../../../db/tables/index.ts'
import { selectRow } from '../../../db/tables/select-row.ts'
import { happened, type NewEvent } from '../../core/events/queries.ts'

export type SigningKeyRow = typeof signingKeys.$inferSelect

/** Scans a table of a few rows. */
export const publishedKeys = (db: Database, now: number) =>
  db
    .select()
    .from(signingKeys)
    .where(or(isNull(signingKeys.retiresAt), gt(signingKeys.retiresAt, now), gt(signingKeys.neededUntil, now)))
    .orderBy(asc(signingKeys.activeAt), asc(signingKeys.id))

/** Inserts the first key of a database. Does nothing if another process was faster. */
export const insertFirstKey = (db: Database, key: SigningKeyRow) =>
  db
    .insert(signingKeys)
    .select(sql`${selectRow(signingKeys, { ...key, retiresAt: null })} WHERE NOT EXISTS (SELECT 1 FROM ${signingKeys})`)

/** Inserts the next key. Does nothing while another key waits for its activation: one rotation at a time. */
export const insertNextKey = (db: Database, key: SigningKeyRow) =>
  db
    .insert(signingKeys)
    .select(
      sql`${selectRow(signingKeys, { ...key, retiresAt: null })} WHERE NOT EXISTS (SELECT 1 FROM ${signingKeys} WHERE ${signingKeys.activeAt} > ${key.createdAt})`,
    )
    .returning({ id: signingKeys.id })

/** Sets the time of retirement of every key except the new one, if the rotation took place. */
export const retireOtherKeys = (db: Database, id: string, retiresAt: number, rotation: NewEvent) =>
  db
    .update(signingKeys)
    .set({ retiresAt })
    .where(and(sql`${signingKeys.id} <> ${id}`, isNull(signingKeys.retiresAt), happened(rotation)))

/** Keeps a key published at least until then, if the event was written. Primary key. */
export const needKeyUntil = (db: Database, id: string, until: number, event: Pick<NewEvent, 'id'>) =>
  db
    .update(signingKeys)
    .set({ neededUntil: sql`max(coalesce(${signingKeys.neededUntil}, 0), ${until})` })
    .where(and(sql`${signingKeys.id} = ${id}`, happened(event)))

/** True while the key is there. Primary key. */
export const keyIsPublished = (id: string, now: number): SQL =>
  sql`EXISTS (SELECT 1 FROM ${signingKeys} WHERE id = ${id} AND coalesce(retires_at, ${now} + 1) > ${now})`

/** The key that waits for its activation. Scans a table of a few rows. */
export const waitingKey = (db: Database, now: number) =>
  db.select().from(signingKeys).where(gt(signingKeys.activeAt, now)).limit(1)

/**
 * Deletes keys that retired before `before` and that no API key needs. A key in use has no retirement time and stays. Scans a table of a few
 * rows.
 */
export const deleteRetiredKeys = (db: Database, before: number, limit: number) =>
  db.delete(signingKeys).where(
    inArray(
      signingKeys.id,
      db
        .select({ id: signingKeys.id })
        .from(signingKeys)
        .where(
          and(
            lt(signingKeys.retiresAt, before),
            or(isNull(signingKeys.neededUntil), lt(signingKeys.neededUntil, before)),
          ),
        )
        .limit(limit),
    ),
  )
