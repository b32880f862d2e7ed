/**
 * The one door for writes.
 *
 * A change and the event that tells of it are one atomic batch: `events` is the audit log, the outbox, and the list of
 * whom the principal cache must forget. An event is written only if the statement before it changed a row, so a
 * conditional UPDATE needs no read before it, and later steps can ask `happened(event)` whether theirs did.
 */
import type { BatchItem } from 'drizzle-orm/batch'
import type { Deps } from '../../deps.ts'
import { uniqueViolation } from '../../lib/database-errors.ts'
import { insertEvent, type NewEvent } from './queries.ts'

type Statement = BatchItem<'sqlite'>

/** A statement and the event it causes when it changes at least one row. */
export interface Recorded<S extends Statement = Statement> {
  statement: S
  event: NewEvent
}

export const recorded = <S extends Statement>(statement: S, event: NewEvent): Recorded<S> => ({ statement, event })

/** A statement that leaves something to do once it is committed, such as waking who does what was queued. */
export interface Followed<S extends Statement = Statement> {
  statement: S
  /** Told whether the statement changed a row. */
  afterwards: (changed: boolean) => void
}

export type Step = Statement | Recorded | Followed
type StatementOf<S> = S extends Recorded<infer T> | Followed<infer T> ? T : S
export type Results<Steps extends readonly Step[]> = {
  [Index in keyof Steps]: StatementOf<Steps[Index]> extends { _: { result: infer Result } } ? Result : never
}

/**
 * Sends the steps as one atomic batch and forgets the principals its events name. Returns the result of each step's
 * statement. When it throws, nothing was written; only a lost connection can leave that open, and then everything is
 * forgotten.
 */
export async function commit<const Steps extends readonly [Step, ...Step[]]>(
  { db, principals }: Pick<Deps, 'db' | 'principals'>,
  steps: Steps,
): Promise<Results<Steps>> {
  const batch: Statement[] = []
  const statementAt: number[] = []
  const eventAt: number[] = []
  for (const step of steps) {
    statementAt.push(batch.length)
    batch.push('statement' in step ? step.statement : step)
    if ('event' in step) {
      batch.push(insertEvent(db, step.event))
      eventAt.push(batch.length - 1)
    }
  }
  let results: unknown[]
  try {
    results = await db.batch(batch as [Statement, ...Statement[]]) // not empty: steps is not
  } catch (error) {
    if (uniqueViolation(error) === undefined) principals.forgetAll()
    throw error
  }
  for (const index of eventAt) {
    const rows = results[index] as { userId: string | null }[] // what insertEvent returns
    for (const { userId } of rows) if (userId) principals.forgetUser(userId)
  }
  for (const [index, step] of steps.entries())
    if ('afterwards' in step) step.afterwards(hasChanged(results[statementAt[index] ?? -1]))
  return statementAt.map((index) => results[index]) as Results<Steps>
}

/** A statement with RETURNING gives its rows, any other the count of those it changed. */
const hasChanged = (result: unknown): boolean =>
  Array.isArray(result) ? result.length > 0 : (result as { rowsAffected: number }).rowsAffected > 0
