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

/**
 * The steps of a batch by name, in the order in which they run. A list runs in its own order; `undefined` is a step that
 * this batch does not have. A name is no number: JavaScript would put it first.
 */
export interface Steps {
  readonly [name: string]: Step | readonly Step[] | undefined
  readonly [number: number]: never
}

type ResultOf<S> = S extends Recorded<infer T> | Followed<infer T>
  ? ResultOf<T>
  : S extends { _: { result: infer Result } }
    ? Result
    : never
type ResultsOf<S> = S extends undefined ? undefined : S extends readonly (infer Each)[] ? ResultOf<Each>[] : ResultOf<S>
/** What the statement of each step returned, by the name of the step. */
export type Results<S extends Steps> = { readonly [Name in keyof S]: ResultsOf<S[Name]> }

/** Steps that run before and after the named ones, for code that wraps the change of another. */
export interface Around {
  before?: readonly Step[]
  after?: readonly Step[]
}

type CommitDeps = Pick<Deps, 'db' | 'principals'>

/**
 * Sends the steps as one atomic batch and forgets the principals its events name. Returns the result of each step's
 * statement under the name of the step:
 *
 *     const { renamed } = await commit(deps, {
 *       renamed: recorded(renamePasskey(db, id, name), event),
 *       notice: await queueMail(deps, mail, happened(event)),
 *     })
 *
 * A list without names returns nothing. No steps are no round trip. When it throws, nothing was written; only a lost
 * connection can leave that open, and then everything is forgotten.
 */
export function commit(deps: CommitDeps, steps: readonly Step[]): Promise<void>
export function commit<const S extends Steps>(deps: CommitDeps, steps: S, around?: Around): Promise<Results<S>>
export async function commit(
  { db, principals }: CommitDeps,
  steps: readonly Step[] | Steps,
  { before = [], after = [] }: Around = {},
): Promise<unknown> {
  const batch: Statement[] = []
  const eventsAt: number[] = []
  const followed: { at: number; afterwards: Followed['afterwards'] }[] = []
  /** Puts a step at the end of the batch. Returns where its result will stand. */
  const add = (step: Step): number => {
    const at = batch.push('statement' in step ? step.statement : step) - 1
    // Right behind its statement: it asks whether that one changed a row.
    if ('event' in step) eventsAt.push(batch.push(insertEvent(db, step.event)) - 1)
    if ('afterwards' in step) followed.push({ at, afterwards: step.afterwards })
    return at
  }
  before.forEach(add)
  const named = Object.entries<Steps[string]>(isList(steps) ? { steps } : steps).map(([name, step]) => ({
    name,
    at: step === undefined ? undefined : isList(step) ? step.map(add) : add(step),
  }))
  after.forEach(add)

  const results = await send(db, batch).catch((error: unknown) => {
    if (uniqueViolation(error) === undefined) principals.forgetAll()
    throw error
  })
  for (const index of eventsAt) {
    const rows = results[index] as { userId: string | null }[] // what insertEvent returns
    for (const { userId } of rows) if (userId) principals.forgetUser(userId)
  }
  for (const { at, afterwards } of followed) afterwards(hasChanged(results[at]))
  if (isList(steps)) return undefined
  const resultAt = (at: number) => results[at]
  return Object.fromEntries(
    named.map(({ name, at }) => [name, at === undefined ? undefined : isList(at) ? at.map(resultAt) : resultAt(at)]),
  )
}

async function send(db: Deps['db'], [first, ...others]: readonly Statement[]): Promise<unknown[]> {
  return first === undefined ? [] : db.batch([first, ...others])
}

/** `Array.isArray`, which does not narrow what is read-only. */
const isList = <T>(value: T): value is Extract<T, readonly unknown[]> => Array.isArray(value)

/** A statement with RETURNING gives its rows, any other the count of those it changed. */
const hasChanged = (result: unknown): boolean =>
  Array.isArray(result) ? result.length > 0 : (result as { rowsAffected: number }).rowsAffected > 0
