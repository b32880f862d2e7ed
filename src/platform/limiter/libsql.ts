import type { SQL } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import type { Clock } from '../../deps.ts'
import { type Change, changePoints, databaseNow, pointsOf, SKEW_MS } from '../../core/limits/queries.ts'
import type { OpenWindow, WindowStore } from './limiter.ts'

/**
 * Then the points are counted in memory. A sign-in from afar takes four trips in turn, two of them here, and answers within
 * three seconds whatever the database does (`db/remote.ts`).
 */
const ANSWER_MS = 700
/** After a failure it is left alone this long: the next request must not wait for it as well. */
const REST_MS = 1_000

interface Waiting extends Change {
  settle: PromiseWithResolvers<OpenWindow>
}

/**
 * Points in the database: where processes share a libSQL server and have no Redis. What is taken at once, such as the
 * points of one sign-in, is one statement and so one trip. Windows go by the clock of the database (`databaseNow`); `clock`
 * says only how long a database that failed is left alone.
 *
 * An answer that is no window is a failure like any other: never one more point.
 */
export function createLibsqlWindows(
  db: Database,
  clock: Clock,
  answerMs = ANSWER_MS,
  now: () => SQL = () => databaseNow,
): WindowStore {
  let waiting: Waiting[] = []
  let failedAt = Number.NEGATIVE_INFINITY

  async function ask<T>(question: () => PromiseLike<T>): Promise<T> {
    if (Math.abs(clock.now() - failedAt) < REST_MS) throw new Error('the database failed a moment ago')
    const signal = AbortSignal.timeout(answerMs)
    const late = Promise.withResolvers<never>()
    signal.addEventListener('abort', () => late.reject(new Error(`no answer within ${answerMs} ms`)))
    try {
      return await Promise.race([question(), late.promise])
    } catch (error) {
      failedAt = clock.now()
      throw error
    }
  }

  async function send(): Promise<void> {
    const sent = waiting
    waiting = []
    try {
      const rows = await ask(() => changePoints(db, sent, now()))
      // A key that was changed twice has two rows: any of them is the one that is asked for, as long as none is lost.
      for (const { key, settle } of sent) {
        const index = rows.findIndex((row) => row.key === key)
        const [row] = index === -1 ? [] : rows.splice(index, 1)
        settle.resolve(windowOf(row))
      }
    } catch (error) {
      for (const { settle } of sent) settle.reject(error)
    }
  }

  function change(key: string, points: number, windowMs: number): Promise<OpenWindow> {
    const settle = Promise.withResolvers<OpenWindow>()
    waiting.push({ key, points, windowMs, settle })
    if (waiting.length === 1) queueMicrotask(send)
    return settle.promise
  }

  return {
    take: (key, windowMs) => change(key, 1, windowMs),
    giveBack: (key, windowMs, limit) => change(key, -limit, windowMs),
    async read(key, windowMs) {
      const [row] = await ask(() => pointsOf(db, key, now()))
      const found = row && windowOf(row)
      const open = found && found.points > 0 && found.endsInMs > 0 && found.endsInMs <= windowMs + SKEW_MS
      return open ? found : undefined
    },
    async remove(key, windowMs) {
      await change(key, 0, windowMs)
    },
  }
}

function windowOf(row: { points: number; endsInMs: number } | undefined): OpenWindow {
  if (row === undefined || !Number.isSafeInteger(row.points) || !Number.isSafeInteger(row.endsInMs))
    throw new Error('the database answered something else than a window')
  return { points: Math.max(0, row.points), endsInMs: row.endsInMs }
}
