import { and, asc, eq, inArray, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { actions, idempotencyKeys } from '../../../db/tables/index.ts'
import { selectRow } from '../../../db/tables/select-row.ts'
import { isKey, type KeyName } from '../../core/idempotency/queries.ts'

export type ActionRow = typeof actions.$inferSelect
export type Trigger = ActionRow['trigger']

/** Of one trigger. */
export const MAX_ACTIONS = 5

/** All of them, in the order of their creation. */
export const allActions = (db: Database) =>
  db
    .select()
    .from(actions)
    .orderBy(asc(actions.id))
    .limit(MAX_ACTIONS * 2)

/** Primary key. */
export const actionById = (db: Database, id: string) => db.select().from(actions).where(eq(actions.id, id)).limit(1)

/** The action of the request with this key. Primary keys. */
export const actionOfKey = (db: Database, key: KeyName) =>
  db
    .select({ fingerprint: idempotencyKeys.fingerprint, action: actions })
    .from(idempotencyKeys)
    .leftJoin(actions, eq(actions.id, idempotencyKeys.subjectId))
    .where(isKey(key))
    .limit(1)

/** Inserts nothing at the limit. Index actions_trigger. */
export const insertAction = (db: Database, row: ActionRow) =>
  db
    .insert(actions)
    .select(
      sql`${selectRow(actions, row)} WHERE (SELECT count(*) FROM ${actions} AS counted WHERE counted.trigger = ${row.trigger}) < ${MAX_ACTIONS}`,
    )
    .returning({ id: actions.id })

export type ActionChanges = Partial<Pick<ActionRow, 'url' | 'name' | 'enabled' | 'onFailure' | 'timeoutMs'>>

/** `versions`: those that the caller may have read; undefined: any. Primary key. */
export const updateAction = (
  db: Database,
  id: string,
  changes: ActionChanges,
  { versions, now }: { versions: readonly number[] | undefined; now: number },
) =>
  db
    .update(actions)
    .set({ ...changes, version: sql`${actions.version} + 1`, updatedAt: now })
    .where(and(eq(actions.id, id), versions && inArray(actions.version, [...versions])))
    .returning({ id: actions.id })

/** Puts a new secret in the place of `before`. `previousUntil`: null ends the secret that it had. Primary key. */
export const replaceSecret = (
  db: Database,
  id: string,
  { before, secret, previousUntil, now }: { before: string; secret: string; previousUntil: number | null; now: number },
) =>
  db
    .update(actions)
    .set({
      secret,
      previousSecret: previousUntil === null ? null : before,
      previousUntil,
      version: sql`${actions.version} + 1`,
      updatedAt: now,
    })
    .where(and(eq(actions.id, id), eq(actions.secret, before)))
    .returning({ id: actions.id })

/** The actions with a secret that begins so. There are at most ten. */
export const actionsSealedUnder = (db: Database, prefix: string) =>
  db
    .select({ id: actions.id, secret: actions.secret, previousSecret: actions.previousSecret })
    .from(actions)
    .where(
      sql`substr(${actions.secret}, 1, ${prefix.length}) = ${prefix} OR substr(${actions.previousSecret}, 1, ${prefix.length}) = ${prefix}`,
    )
    .limit(MAX_ACTIONS * 2)

/** The same secrets, encrypted again, unless they were replaced since they were read. Primary key. */
export const resealAction = (
  db: Database,
  id: string,
  before: string,
  to: Pick<ActionRow, 'secret' | 'previousSecret'>,
) =>
  db
    .update(actions)
    .set(to)
    .where(and(eq(actions.id, id), eq(actions.secret, before)))

/** Primary key. */
export const deleteAction = (db: Database, id: string) =>
  db.delete(actions).where(eq(actions.id, id)).returning({ id: actions.id })
