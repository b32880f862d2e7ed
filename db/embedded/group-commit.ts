/**
 * One transaction for several jobs, and one wait for the disk.
 *
 * Each job has a savepoint of its own, so a job that fails is undone alone. No job is told that it succeeded, or how it
 * failed, before the COMMIT has returned: what one job saw of another is true only then.
 */
import type { Connection, Statement } from './connection.ts'
import { isBusy, isStatementError } from './errors.ts'
import { readSqlText } from './sql-text.ts'

/** One transaction for one job. Where it throws, the caller rolls back. */
export function inTransaction<T>(connection: Connection, work: () => T): T {
  connection.exec('BEGIN IMMEDIATE')
  const value = work()
  connection.exec('COMMIT')
  return value
}

/** A job that may share its transaction with others: it only reads and writes rows. */
export interface GroupMember {
  /** Runs its statements in the open transaction. May run again after a transaction that was rolled back. */
  run(connection: Connection): unknown
  resolve(value: unknown): void
  reject(error: unknown): void
}

/** Tells a member how it ended. */
export type Settlement = () => void

/** `busy`, `apart`: nothing was written. `failed`: the COMMIT failed, or is lost with its file, and with it every member. */
export type GroupResult =
  | { outcome: 'committed'; settlements: readonly Settlement[] }
  | { outcome: 'busy' }
  | { outcome: 'apart' }
  | { outcome: 'failed'; error: unknown; count: number }

export interface GroupOptions {
  /** Asked after each member. */
  readonly mayGoOn: () => boolean
  /** Throws when what was committed was written into a file that is no longer the database. */
  readonly assertInPlace: () => void
}

/**
 * Runs the members in their order, as many as `mayGoOn` lets it and at least one, and commits them. Settles none of them.
 * Leaves the connection in a transaction when the outcome is not `committed`: the caller rolls it back.
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
    // The disk, or a statement that ended the transaction of all. Alone each job gets the error that is its own.
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

/** Throws what is not the fault of its statements alone. */
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

/** Statements that only read and write rows may: neither the schema, nor a setting, nor the transaction itself. */
export const mayShare = (statements: readonly Statement[]): boolean =>
  statements.every(({ sql }) => {
    const { kind, changesSchema } = readSqlText(sql)
    return kind !== 'bare' && !changesSchema
  })
