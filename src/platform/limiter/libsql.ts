import type { SQL } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { type Change, changePoints, databaseNow, pointsOf, SKEW_MS } from '../../core/limits/queries.ts'
import type { Clock } from '../../deps.ts'
import { type Resolvers, withResolvers } from '../../lib/with-resolvers.ts'
import type { OpenWindow, WindowStore } from './limiter.ts'

/**
 * The time limit of the store. After it the points are counted in memory. A sign-in from an unknown network makes four round
 * trips one after the other, two of them here. Its answer must come within 3 s in every state of the database (`db/remote.ts`).
 */
const ANSWER_MS = 700
/** After a failure the store is not used for this long, so the next requests do not wait for it too. */
const REST_MS = 1_000

interface Waiting extends Change {
  settle: Resolvers<OpenWindow>
}

/**
 * Points in the database, for processes that share a libSQL server and have no Redis. Points that are taken together, such
 * as those of one sign-in, are one statement and one round trip. Windows use the clock of the database (`databaseNow`).
 * `clock` only measures the pause after a failure.
 *
 * An answer that is not a window is an error and adds no point.
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
    const late = withResolvers<never>()
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
      // A key that was changed twice has two rows. Each caller gets one of them, and no row may be lost.
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
    const settle = withResolvers<OpenWindow>()
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
    throw new Error('the answer of the database is not a window')
  return { points: Math.max(0, row.points), endsInMs: row.endsInMs }
}
