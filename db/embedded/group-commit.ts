/**
 * One transaction for several jobs, and one wait for the disk.
 *
 * Each job has a savepoint of its own, so a job that fails is undone alone. No job is told that it succeeded, or how it
 * failed, before the COMMIT has returned: what one job saw of another is true only then.
 */
import type { Connection } from './connection.ts'
import { isBusy, isStatementError } from './errors.ts'

/** A job that may share its transaction with others: it only reads and writes rows. */
export interface GroupMember {
  /** Runs its statements in the open transaction. May run again after a transaction that was rolled back. */
  run(connection: Connection): unknown
  resolve(value: unknown): void
  reject(error: unknown): void
}

/** Tells a member how it ended. */
export type Settlement = () => void

/** `busy`, `apart`: nothing was written. `failed`: the COMMIT failed, and with it every member. */
export type GroupResult =
  | { outcome: 'committed'; settlements: readonly Settlement[] }
  | { outcome: 'busy' }
  | { outcome: 'apart' }
  | { outcome: 'failed'; error: unknown; count: number }

/**
 * Runs the members in their order, as many as `mayGoOn` lets it and at least one, and commits them. Settles none of them.
 * Leaves the connection in a transaction when the outcome is not `committed`: the caller rolls it back.
 */
export function commitGroup(
  connection: Connection,
  members: readonly GroupMember[],
  mayGoOn: () => boolean,
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
