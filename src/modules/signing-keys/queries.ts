import { and, asc, eq, getTableColumns, gt, inArray, isNull, lt, or, type SQL, sql } from 'drizzle-orm'
import { unionAll } from 'drizzle-orm/sqlite-core'
import type { Database } from '../../../db/database.ts'
import { idTokenKeys, oauthClients, resources, signingKeys } from '../../../db/tables/index.ts'
import { selectRow } from '../../../db/tables/select-row.ts'
import { happened, type NewEvent } from '../../core/events/queries.ts'
import type { SigningAlg } from '../../lib/primitives/primitives.ts'

/** Both tables have a few rows, so each statement of this file scans them. */

type Table = typeof signingKeys
export type SigningKeyRow = Table['$inferSelect'] & { alg: SigningAlg }

// The columns that both tables have are the same, so the statements below fit both.
const otherKeys = idTokenKeys as unknown as Table
const tableOf = (alg: SigningAlg): Table => (alg === 'EdDSA' ? signingKeys : otherKeys)

/** Keeps statements about one algorithm off the other one of its table. */
const isOf = (alg: SigningAlg): SQL | undefined => (alg === 'EdDSA' ? undefined : sql`alg = ${alg}`)

const rowsWhere = (db: Database, condition: (table: Table) => SQL | undefined) => {
  const hasClients = sql<number>`EXISTS (SELECT 1 FROM ${oauthClients})`.as('has_clients')
  const ofEdDsa = { ...getTableColumns(signingKeys), alg: sql<SigningAlg>`'EdDSA'`.as('alg'), hasClients }
  const ofOthers = { ...getTableColumns(otherKeys), alg: sql<SigningAlg>`${idTokenKeys.alg}`.as('alg'), hasClients }
  return unionAll(
    db.select(ofEdDsa).from(signingKeys).where(condition(signingKeys)),
    db.select(ofOthers).from(otherKeys).where(condition(otherKeys)),
  )
}
const byActivation = [asc(sql`active_at`), asc(sql`id`)] as const

/** Keys that verify something, and with each whether this server has OAuth clients. */
export const publishedKeys = (db: Database, now: number) =>
  rowsWhere(db, (key) =>
    and(isNull(key.revokedAt), or(isNull(key.retiresAt), gt(key.retiresAt, now), gt(key.neededUntil, now))),
  ).orderBy(...byActivation)

export type PublishedRow = Awaited<ReturnType<typeof publishedKeys>>[number]

/** Every key that is stored, also retired and revoked ones. */
export const allKeys = (db: Database) => rowsWhere(db, () => undefined).orderBy(...byActivation)

/** A key that was not revoked, also long after its retirement. Primary keys. */
export const unrevokedKey = (db: Database, id: string) =>
  rowsWhere(db, (key) => and(eq(key.id, id), isNull(key.revokedAt)))

/** True while this algorithm has a key that no successor replaces. */
const hasCurrent = (alg: SigningAlg): SQL => {
  const key = tableOf(alg)
  return sql`EXISTS (SELECT 1 FROM ${key} WHERE ${and(isOf(alg), isNull(key.retiresAt))})`
}

const insertIf = (db: Database, row: SigningKeyRow, condition: SQL) => {
  const { alg, ...columns } = { ...row, retiresAt: null, revokedAt: null }
  return alg === 'EdDSA'
    ? db
        .insert(signingKeys)
        .select(sql`${selectRow(signingKeys, columns)} WHERE ${condition}`)
        .returning({ id: signingKeys.id })
    : db
        .insert(idTokenKeys)
        .select(sql`${selectRow(idTokenKeys, { ...columns, alg })} WHERE ${condition}`)
        .returning({ id: idTokenKeys.id })
}

/** Inserts the first key of its algorithm. Does nothing if another process was faster. */
export const insertFirstKey = (db: Database, row: SigningKeyRow) => insertIf(db, row, sql`NOT ${hasCurrent(row.alg)}`)

/** Inserts the next key. Does nothing while another key of the algorithm waits for its activation: one rotation at a time. */
export const insertNextKey = (db: Database, row: SigningKeyRow) => {
  const key = tableOf(row.alg)
  const waits = and(isOf(row.alg), gt(key.activeAt, row.createdAt), isNull(key.revokedAt))
  return insertIf(db, row, sql`NOT EXISTS (SELECT 1 FROM ${key} WHERE ${waits})`)
}

/**
 * Sets the time of retirement of every other key of the algorithm, if the rotation took place: `tokenMs` and `marginMs` after
 * `activeAt`, and later if the access tokens of a resource live longer than `tokenMs`.
 */
export const retireOtherKeys = (
  db: Database,
  { id, alg, activeAt }: Pick<SigningKeyRow, 'id' | 'alg' | 'activeAt'>,
  { tokenMs, marginMs }: { tokenMs: number; marginMs: number },
  rotation: NewEvent,
) => {
  const key = tableOf(alg)
  const longest = sql`(SELECT max(${resources.accessTtlSeconds}) * 1000 FROM ${resources})`
  return db
    .update(key)
    .set({ retiresAt: sql`${activeAt + marginMs} + max(${tokenMs}, coalesce(${longest}, 0))` })
    .where(and(isOf(alg), sql`${key.id} <> ${id}`, isNull(key.retiresAt), happened(rotation)))
}

/** From `at` on the key verifies nothing. Does nothing to a key that verifies nothing already. Primary key. */
export const revokeKey = (db: Database, { id, alg }: Pick<SigningKeyRow, 'id' | 'alg'>, at: number) => {
  const key = tableOf(alg)
  return db
    .update(key)
    .set({ revokedAt: at, retiresAt: sql`min(coalesce(${key.retiresAt}, ${at}), ${at})`, neededUntil: null })
    .where(
      and(
        eq(key.id, id),
        isNull(key.revokedAt),
        or(isNull(key.retiresAt), gt(key.retiresAt, at), gt(key.neededUntil, at)),
      ),
    )
    .returning({ id: key.id })
}

/** Lets the next key sign at once, if this revocation took place and left no key that signs. */
export const activateNextKey = (db: Database, alg: SigningAlg, at: number, revocation: NewEvent) => {
  const key = tableOf(alg)
  const signs = and(isOf(alg), isNull(key.retiresAt), sql`active_at <= ${at}`)
  return db
    .update(key)
    .set({ activeAt: at })
    .where(
      and(
        isOf(alg),
        gt(key.activeAt, at),
        isNull(key.retiresAt),
        sql`NOT EXISTS (SELECT 1 FROM ${key} WHERE ${signs})`,
        happened(revocation),
      ),
    )
}

/** Puts this key in the place of the revoked one, unless another key of the algorithm stays. */
export const insertReplacement = (db: Database, row: SigningKeyRow, revocation: NewEvent) =>
  insertIf(db, row, sql`NOT ${hasCurrent(row.alg)} AND ${happened(revocation)}`)

/** When a key was last revoked; null: never. For the statements that load a principal of a signed credential. */
export const lastRevocation = sql<
  number | null
>`(SELECT max(at) FROM (SELECT max(revoked_at) AS at FROM ${signingKeys} UNION ALL SELECT max(revoked_at) FROM ${idTokenKeys}))`

/** Keeps a key published at least until then, if the event was written. Primary key. */
export const needKeyUntil = (db: Database, id: string, until: number, event: Pick<NewEvent, 'id'>) =>
  db
    .update(signingKeys)
    .set({ neededUntil: sql`max(coalesce(${signingKeys.neededUntil}, 0), ${until})` })
    .where(and(sql`${signingKeys.id} = ${id}`, happened(event)))

/** True while the key is there. Primary key. */
export const keyIsPublished = (id: string, now: number): SQL =>
  sql`EXISTS (SELECT 1 FROM ${signingKeys} WHERE id = ${id} AND coalesce(retires_at, ${now} + 1) > ${now})`

/** Deletes keys that retired before `before` and that no API key needs. A key in use has no retirement time and stays. */
export const deleteRetiredKeys = (db: Database, alg: SigningAlg, before: number, limit: number) => {
  const key = tableOf(alg)
  const retired = and(isOf(alg), lt(key.retiresAt, before), or(isNull(key.neededUntil), lt(key.neededUntil, before)))
  return db.delete(key).where(inArray(key.id, db.select({ id: key.id }).from(key).where(retired).limit(limit)))
}
