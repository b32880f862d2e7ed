/**
 * Every write goes through `commit`.
 *
 * A change and its event are one atomic batch. `events` is the audit log, the outbox, and the list of users whom the
 * principal cache must forget. An event is written only if the statement before it changed a row. So a conditional
 * UPDATE needs no read before it, and later steps can use `happened(event)` to test whether the earlier step changed a
 * row.
 */
import type { SQL } from 'drizzle-orm'
import type { BatchItem } from 'drizzle-orm/batch'
import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { uniqueViolation } from '../../lib/database-errors.ts'
import { assertHolds, type Cause, insertEvent, isUnheld, type NewEvent } from './queries.ts'

type Statement = BatchItem<'sqlite'>

/** A statement, and the event that is written if the statement changes at least one row. */
export interface Recorded<S extends Statement = Statement> {
  statement: S
  event: NewEvent
  /**
   * What the cache must forget besides the user of the event: ids of users, organisations, service accounts and API
   * keys.
   */
  forget: readonly string[]
}

/** `forget`: ids besides `event.userId` whose principals or scope the statement changes. */
export const recorded = <S extends Statement>(
  statement: S,
  event: NewEvent,
  forget: readonly string[] = [],
): Recorded<S> => ({ statement, event, forget })

/** A statement with a callback that runs after the commit, for example to wake the worker of queued jobs. */
export interface Followed<S extends Statement = Statement> {
  statement: S
  /** `changed`: whether the statement changed a row. */
  afterwards: (changed: boolean) => void
}

export type Step = Statement | Recorded | Followed

/**
 * The steps of a batch by name, in the order in which they run. A list runs in its own order. `undefined` is a step
 * that this batch does not have. A name must not be a number, because JavaScript sorts numeric keys first.
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
/** The result of the statement of each step, by the name of the step. */
export type Results<S extends Steps> = { readonly [Name in keyof S]: ResultsOf<S[Name]> }

export interface Around {
  /** Steps that run before and after the named ones, for code that wraps the change of other code. */
  before?: readonly Step[]
  after?: readonly Step[]
  /** Whose request it is, for a batch without a recorded step. */
  cause?: Cause
}

/**
 * `queue`, `feed`: absent from deps that were put together for a part of the app. Then nobody is woken, and jobs and followers wait
 * for the next look.
 */
type CommitDeps = Pick<Deps, 'db' | 'principals'> & Partial<Pick<Deps, 'queue' | 'feed'>>

/**
 * Events with which sessions may end. Triggers then write jobs that tell OAuth clients of it (migration 0012), so a worker
 * looks for them.
 */
const MAY_END_SESSIONS = /^(?:session\.(?:ended|reused)|user\.(?!created|imported|exported)|mfa\.)/

/**
 * Sends the steps as one atomic batch, and makes the cache forget the principals in its events. Returns the result of
 * each step's statement under the name of the step. Throws `session.expired` if the caller of a recorded step has lost, since this
 * request was let in, the session, key or grant that it showed, or a role by which it was let in:
 *
 *     const { renamed } = await commit(deps, {
 *       renamed: recorded(renamePasskey(db, id, name), event),
 *       notice: await queueMail(deps, mail, happened(event)),
 *     })
 *
 * A list without names returns nothing. An empty batch makes no round trip. If `commit` throws, nothing was written.
 * The exception is a lost connection: then the result is unknown, and the cache forgets all principals.
 */
export function commit(deps: CommitDeps, steps: readonly Step[]): Promise<void>
export function commit<const S extends Steps>(deps: CommitDeps, steps: S, around?: Around): Promise<Results<S>>
export async function commit(
  { db, principals, queue, feed }: CommitDeps,
  steps: readonly Step[] | Steps,
  { before = [], after = [], cause }: Around = {},
): Promise<unknown> {
  const batch: Statement[] = []
  const eventsAt: { at: number; type: NewEvent['type']; forget: readonly string[] }[] = []
  const followed: { at: number; afterwards: Followed['afterwards'] }[] = []
  /** Adds a step to the end of the batch. Returns the index of its result. */
  const add = (step: Step): number => {
    const at = batch.push('statement' in step ? step.statement : step) - 1
    // The event directly follows its statement, because it tests whether that statement changed a row.
    if ('event' in step) {
      const { event, forget } = step
      eventsAt.push({ at: batch.push(insertEvent(db, event)) - 1, type: event.type, forget })
    }
    if ('afterwards' in step) followed.push({ at, afterwards: step.afterwards })
    return at
  }
  const mayStill = cause?.mayStill?.() ?? callerOf([...(isList(steps) ? steps : Object.values(steps).flat()), ...after])
  if (mayStill !== undefined) add(assertHolds(db, mayStill))
  before.forEach(add)
  const named = Object.entries<Steps[string]>(isList(steps) ? { steps } : steps).map(([name, step]) => ({
    name,
    at: step === undefined ? undefined : isList(step) ? step.map(add) : add(step),
  }))
  after.forEach(add)

  const results = await send(db, batch).catch((error: unknown) => {
    if (uniqueViolation(error) === undefined) principals.forgetAll()
    throw isUnheld(error) ? problem('session.expired') : error
  })
  for (const { at, type, forget } of eventsAt) {
    const rows = results[at] as { userId: string | null }[] // the rows that insertEvent returns
    if (rows.length > 0 && typeof type === 'string' && MAY_END_SESSIONS.test(type)) queue?.wake()
    for (const { userId } of rows) for (const id of [userId, ...forget]) if (id) principals.forget(id)
  }
  for (const { at, afterwards } of followed) afterwards(hasChanged(results[at]))
  if (results.some(isToldElsewhere)) queue?.wake()
  if (batch.length > 0) feed?.wake() // not only after recorded steps: statements and triggers write events too
  if (isList(steps)) return undefined
  const resultAt = (at: number) => results[at]
  return Object.fromEntries(
    named.map(({ name, at }) => [name, at === undefined ? undefined : isList(at) ? at.map(resultAt) : resultAt(at)]),
  )
}

/** What must hold for the caller of these steps. A batch has one caller. */
function callerOf(steps: readonly (Step | undefined)[]): SQL | undefined {
  for (const step of steps) {
    const holds = step !== undefined && 'event' in step ? step.event.mayStill?.() : undefined
    if (holds !== undefined) return holds
  }
  return undefined
}

async function send(db: Deps['db'], [first, ...others]: readonly Statement[]): Promise<unknown[]> {
  return first === undefined ? [] : db.batch([first, ...others])
}

/** `Array.isArray`, which does not narrow readonly arrays. */
const isList = <T>(value: T): value is Extract<T, readonly unknown[]> => Array.isArray(value)

/** The rows of `insertEvent` and `noteEvent` say whether a trigger may have written what is sent to webhooks. */
const isToldElsewhere = (result: unknown): boolean =>
  Array.isArray(result) && (result as { toldElsewhere?: number }[])[0]?.toldElsewhere === 1

/** A statement with RETURNING returns its rows. Any other statement returns the number of changed rows. */
const hasChanged = (result: unknown): boolean =>
  Array.isArray(result) ? result.length > 0 : (result as { rowsAffected: number }).rowsAffected > 0
