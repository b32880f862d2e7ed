/** How much this server is used, by day. */
import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { failures } from '../../http/responses.ts'
import { DAY_MS, dayOf, MINUTE_MS } from '../../lib/durations.ts'
import { iso } from '../../lib/iso-time.ts'
import { idleLimits } from '../../lib/session-limits.ts'
import { readDays, type Totals } from './queries.ts'
import { ReadStats, Stats } from './schema.ts'

/** Totals that took longer than this are said again for a minute. So a database of millions of sessions is not counted for each glance. */
const LONG_MS = 100

export const adminRoutes = (deps: Deps) => {
  const idleMs = idleLimits(deps.config)
  let kept: { until: number; totals: Totals } | undefined
  return new Elysia({ name: 'stats', prefix: '/v1/stats', normalize: false }).use(access(deps)).get(
    '/',
    async ({ query: { days } }) => {
      const now = deps.clock.now()
      const asked = Array.from({ length: days }, (_, index) => dayOf(now) - (days - 1 - index) * DAY_MS)
      const known = kept !== undefined && now < kept.until ? kept.totals : undefined
      const rows = await readDays(deps.staleReads, asked, now, idleMs, known)
      const { users = 0, organisations = 0, sessions = 0 } = rows[0] ?? {}
      const isLong = known === undefined && deps.clock.now() - now > LONG_MS
      if (isLong) kept = { until: now + MINUTE_MS, totals: { users, organisations, sessions } }
      return {
        at: iso(now),
        totals: { users, organisations, sessions },
        days: rows.map(({ day, signIns, signInFailures, signUps, activeSessions }) => ({
          date: iso(day).slice(0, 'YYYY-MM-DD'.length),
          signIns,
          signInFailures,
          signUps,
          activeSessions,
        })),
      }
    },
    {
      requires: 'stats:read',
      query: ReadStats,
      response: { 200: Stats, ...failures('request.invalid') },
      detail: {
        tags: ['Statistics'],
        operationId: 'readStats',
        summary: 'Read how much the server is used, by day',
        description:
          'A job counts each day once, when it is over. Today is counted with each request. Events that are deleted later for their age stay counted.',
      },
    },
  )
}
