import type { Database } from '../../db/database.ts'
import type { Clock } from '../deps.ts'
import { type Change, changePoints, pointsOf, SKEW_MS } from '../modules/rate-limits/queries.ts'
import type { OpenWindow, WindowStore } from './limiter.ts'

interface Waiting extends Change {
  settle: PromiseWithResolvers<OpenWindow>
}

/**
 * Points in the database: where processes share a libSQL server and have no Redis. What is taken at once, such as the
 * points of one sign-in, is one statement and so one trip.
 */
export function createLibsqlWindows(db: Database, clock: Clock): WindowStore {
  let waiting: Waiting[] = []

  async function send(): Promise<void> {
    const sent = waiting
    waiting = []
    const now = clock.now()
    try {
      const rows = await changePoints(db, sent, now)
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
      const [row] = await pointsOf(db, key)
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
