import { and, desc, eq, isNull, lt, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { bulkActions, events, idempotencyKeys, sessions, users } from '../../../db/tables/index.ts'
import { selectRow } from '../../../db/tables/select-row.ts'
import { rolesExist } from '../../core/authz/authority-queries.ts'
import { isKey, type KeyName } from '../../core/idempotency/queries.ts'
import { hasFactor } from '../users/factor-queries.ts'
import { holdsRole } from '../users/act-queries.ts'
import type { Action } from './schema.ts'

const shown = {
  id: bulkActions.id,
  action: bulkActions.action,
  role: bulkActions.role,
  filteredBy: bulkActions.filteredBy,
  state: bulkActions.state,
  reason: bulkActions.reason,
  actorId: bulkActions.actorId,
  total: bulkActions.total,
  done: bulkActions.done,
  changed: bulkActions.changed,
  failed: bulkActions.failed,
  createdAt: bulkActions.createdAt,
  finishedAt: bulkActions.finishedAt,
}

/** At most this many are pending or running at the same time. Each keeps a job in the queue. */
const MOST_UNDER_WAY = 20

export type NewBulkAction = Pick<
  typeof bulkActions.$inferInsert,
  'id' | 'action' | 'filteredBy' | 'turn' | 'createdAt'
> & { role: string | null; actorId: string | null; orgId: string | null; requestId: string | null }

/**
 * Inserts nothing if the role does not exist, or too many are under way. Accounts that are created later are not reached:
 * ids sort by time. Indexes bulk_actions_finished, users_id, custom_roles_instance.
 */
export const insertBulkAction = (db: Database, row: NewBulkAction) =>
  db
    .insert(bulkActions)
    .select(
      sql`${selectRow(bulkActions, {
        ...row,
        state: 'pending',
        reason: null,
        cursor: '',
        upTo: sql`coalesce((SELECT max(newest.id) FROM ${users} AS newest), '')`,
        total: null,
        done: 0,
        changed: 0,
        failed: 0,
        finishedAt: null,
      })} WHERE (SELECT count(*) FROM ${bulkActions} AS running WHERE running.finished_at IS NULL) < ${MOST_UNDER_WAY}${row.role === null ? sql`` : sql` AND ${rolesExist([row.role], null) ?? sql`1`}`}`,
    )
    .returning({ id: bulkActions.id })

/** Primary key. */
export const bulkActionById = (db: Database, id: string) =>
  db.select(shown).from(bulkActions).where(eq(bulkActions.id, id)).limit(1)

/** With what its job needs. Primary key. */
export const bulkActionToRun = (db: Database, id: string) =>
  db.select().from(bulkActions).where(eq(bulkActions.id, id)).limit(1)

export type BulkActionRow = typeof bulkActions.$inferSelect
export type ShownBulkAction = Awaited<ReturnType<typeof bulkActionById>>[number]

/** Newest first; ids sort by time. Primary key. */
export const listBulkActions = (db: Database, before: string | undefined, limit: number) =>
  db
    .select(shown)
    .from(bulkActions)
    .where(before === undefined ? undefined : lt(bulkActions.id, before))
    .orderBy(desc(bulkActions.id))
    .limit(limit)

/** The bulk action of an earlier request with this key; null if it was deleted. Primary keys. */
export const bulkActionOfKey = (db: Database, key: KeyName) =>
  db
    .select({ fingerprint: idempotencyKeys.fingerprint, bulkAction: shown })
    .from(idempotencyKeys)
    .leftJoin(bulkActions, eq(bulkActions.id, idempotencyKeys.subjectId))
    .where(isKey(key))
    .limit(1)

/** Changes nothing if it has ended. Primary key. */
export const cancelBulkAction = (db: Database, id: string, now: number) =>
  db
    .update(bulkActions)
    .set({ state: 'cancelled', finishedAt: now })
    .where(and(eq(bulkActions.id, id), isNull(bulkActions.finishedAt)))
    .returning({ id: bulkActions.id })

/** Takes the turn `from`, unless it was taken or the bulk action has ended. Primary key. */
export const takeTurn = (
  db: Database,
  id: string,
  from: string,
  changes: Partial<Pick<BulkActionRow, 'turn' | 'state' | 'cursor' | 'total' | 'reason' | 'finishedAt'>>,
  condition?: SQL,
) =>
  db
    .update(bulkActions)
    .set(changes)
    .where(and(eq(bulkActions.id, id), eq(bulkActions.turn, from), isNull(bulkActions.finishedAt), condition))
    .returning({ id: bulkActions.id })

/** True in the batch that took this turn. Primary key. */
export const hasTurn = (id: string, turn: string): SQL =>
  sql`EXISTS (SELECT 1 FROM ${bulkActions} AS taken WHERE taken.id = ${id} AND taken.turn = ${turn})`

/** True unless the account changed since it was read with this version. Index users_id. */
export const isAtVersion = (userId: string, version: number): SQL =>
  sql`EXISTS (SELECT 1 FROM ${users} AS initiator WHERE initiator.id = ${userId} AND initiator.version = ${version} AND initiator.status = 'active')`

/**
 * Adds the results of a slice, after its acts. An account is changed if its event was written. It is failed if it still needs
 * the act. Primary keys, users_id.
 */
export const countSlice = (
  db: Database,
  { id, turn }: { id: string; turn: string },
  { userIds, eventIds, needs }: { userIds: readonly string[]; eventIds: readonly string[]; needs: SQL },
) =>
  db
    .update(bulkActions)
    .set({
      done: sql`${bulkActions.done} + ${userIds.length}`,
      changed: sql`${bulkActions.changed} + (SELECT count(*) FROM json_each(${JSON.stringify(eventIds)}) AS one CROSS JOIN ${events} AS written ON written.id = one.value)`,
      failed: sql`${bulkActions.failed} + (SELECT count(*) FROM json_each(${JSON.stringify(userIds)}) AS one CROSS JOIN ${users} ON users.id = one.value WHERE ${needs})`,
    })
    .where(and(eq(bulkActions.id, id), eq(bulkActions.turn, turn)))

/** Whether an account, a row of `users`, is not yet as the act makes it. Primary keys, sessions_user, passkeys_user. */
export const needsAct = (action: Action, role: string | null): SQL => {
  const held = holdsRole(sql`users.id`, role ?? '')
  const needs: Record<Action, SQL> = {
    disable: sql`users.status <> 'disabled'`,
    enable: sql`users.status <> 'active'`,
    delete: sql`1`,
    end_sessions: sql`EXISTS (SELECT 1 FROM ${sessions} AS living WHERE living.user_id = users.id AND living.ended_at IS NULL)`,
    reset_factors: hasFactor(sql`users.id`),
    add_role: sql`NOT ${held}`,
    remove_role: held,
  }
  return needs[action]
}

/** The totals for the event of the end. Primary key. */
export const totalsOf = (id: string): SQL =>
  sql`(SELECT json_object('bulkAction', id, 'done', done, 'changed', changed, 'failed', failed, 'reason', reason) FROM ${bulkActions} WHERE id = ${id})`

/** Index bulk_actions_finished. */
export const deleteEnded = (db: Database, before: number, limit: number) =>
  db
    .delete(bulkActions)
    .where(sql`id IN (SELECT id FROM ${bulkActions} WHERE finished_at < ${before} ORDER BY finished_at LIMIT ${limit})`)

/** All of these conditions. One that is undefined holds. */
export const allOf = (...conditions: readonly (SQL | undefined)[]): SQL | undefined => and(...conditions)
