import type { Database } from '../../db/database.ts'
import type { Clock } from '../deps.ts'
import { forgetPoints, giveBackPoints, pointsTaken, takePoints } from '../modules/rate-limits/queries.ts'
import type { OpenWindow, WindowStore } from './limiter.ts'

/** Points in the database, one statement each: where processes share a libSQL server and have no Redis. */
export function createLibsqlWindows(db: Database, clock: Clock): WindowStore {
  const openAt = (now: number, [row]: { points: number; expiresAt: number }[]): OpenWindow | undefined =>
    row && { points: row.points, endsInMs: row.expiresAt - now }

  return {
    async add(key, points, windowMs) {
      const now = clock.now()
      const rows =
        points < 0
          ? await giveBackPoints(db, key, -points, now, windowMs)
          : await takePoints(db, key, points, now, windowMs)
      return openAt(now, rows) ?? { points: 0, endsInMs: windowMs }
    },
    async read(key, windowMs) {
      const now = clock.now()
      return openAt(now, await pointsTaken(db, key, now, windowMs))
    },
    async remove(key) {
      await forgetPoints(db, key)
    },
  }
}
