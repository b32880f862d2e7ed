/**
 * One transaction, and one wait for the disk, for several jobs.
 *
 * Each job has its own savepoint, so only a failed job is undone. A job gets its result or its error only after the COMMIT
 * has returned, because a job may have read rows of another job in the group.
 */
import type { Connection, Statement } from './connection.ts'
import { isBusy, isStatementError } from './errors.ts'
import { readSqlText } from './sql-text.ts'

/** One transaction for one job. If it throws, the caller rolls back. */
export function inTransaction<T>(connection: Connection, work: () => T): T {
  connection.exec('BEGIN IMMEDIATE')
  const value = work()
  connection.exec('COMMIT')
  return value
}

/** A job that may share its transaction with others: it only reads and writes rows. */
export interface GroupMember {
  /** Runs its statements in the open transaction. May run again after a rollback. */
  run(connection: Connection): unknown
  resolve(value: unknown): void
  reject(error: unknown): void
}

/** Gives a member its result. */
export type Settlement = () => void

/** `busy`, `apart`: nothing was written. `failed`: the COMMIT failed, or its file is lost, so every member failed. */
export type GroupResult =
  | { outcome: 'committed'; settlements: readonly Settlement[] }
  | { outcome: 'busy' }
  | { outcome: 'apart' }
  | { outcome: 'failed'; error: unknown; count: number }

export interface GroupOptions {
  /** Called after each member. */
  readonly mayGoOn: () => boolean
  /** Throws if the commit was written into a file that is no longer the database. */
  readonly assertInPlace: () => void
}

/**
 * Runs the members in order, at least one and as many as `mayGoOn` allows, and commits them. It settles none of them. If the
 * outcome is not `committed`, the connection is still in a transaction, and the caller rolls it back.
 */
export function commitGroup(
  connection: Connection,
  members: readonly GroupMember[],
  { mayGoOn, assertInPlace }: GroupOptions,
): GroupResult {
  const settlements: Settlement[] = []
  try {
    connection.exec('BEGIN IMMEDIATE; SAVEPOINT member')
    for (const member of members) {
      if (settlements.length > 0) connection.exec('RELEASE member; SAVEPOINT member')
      settlements.push(runMember(connection, member))
      if (!mayGoOn()) break
    }
  } catch (error) {
    // The disk failed, or a statement ended the shared transaction. Run alone, each job gets its own error.
    return { outcome: isBusy(error) ? 'busy' : 'apart' }
  }
  try {
    connection.exec('COMMIT')
    assertInPlace()
    return { outcome: 'committed', settlements }
  } catch (error) {
    if (isBusy(error)) return { outcome: 'busy' }
    return { outcome: 'failed', error, count: settlements.length }
  }
}

/** Throws every error whose cause is not only the statements of the job. */
function runMember(connection: Connection, member: GroupMember): Settlement {
  try {
    const value = member.run(connection)
    return () => member.resolve(value)
  } catch (error) {
    if (!isStatementError(error) || !connection.inTransaction) throw error
    connection.exec('ROLLBACK TO member')
    return () => member.reject(error)
  }
}

/** The schema may have foreign keys of `DEFERRABLE INITIALLY DEFERRED`. */
export function checksKeysLate(connection: Connection): boolean {
  const { rows } = connection.execute({ sql: "SELECT 1 FROM sqlite_schema WHERE sql LIKE '%DEFERRED%' LIMIT 1" })
  return rows.length > 0
}

/** True for statements that only read and write rows. They change neither the schema, nor a setting, nor the transaction. */
export const mayShare = (statements: readonly Statement[]): boolean =>
  statements.every(({ sql }) => {
    const { kind, changesSchema } = readSqlText(sql)
    return kind !== 'bare' && !changesSchema
  })
