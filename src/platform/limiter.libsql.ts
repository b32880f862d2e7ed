import type { Database } from '../../db/database.ts'
import type { Clock } from '../deps.ts'
import { type Change, changePoints, pointsOf, SKEW_MS } from '../modules/rate-limits/queries.ts'
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
 * points of one sign-in, is one statement and so one trip.
 */
export function createLibsqlWindows(db: Database, clock: Clock, answerMs = ANSWER_MS): WindowStore {
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
    const now = clock.now()
    try {
      const rows = await ask(() => changePoints(db, sent, now))
      for (const { key, windowMs, settle } of sent) {
        const index = rows.findIndex((row) => row.key === key)
        const [row] = index === -1 ? [] : rows.splice(index, 1)
        settle.resolve(row ? windowOf(row, now) : { points: 0, endsInMs: windowMs })
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
      const now = clock.now()
      const [row] = await ask(() => pointsOf(db, key))
      const found = row && windowOf(row, now)
      const open = found && found.points > 0 && found.endsInMs > 0 && found.endsInMs <= windowMs + SKEW_MS
      return open ? found : undefined
    },
    async remove(key, windowMs) {
      await change(key, 0, windowMs)
    },
  }
}

const windowOf = ({ points, expiresAt }: { points: number; expiresAt: number }, now: number): OpenWindow => ({
  points: Math.max(0, points),
  endsInMs: expiresAt - now,
})
