import type { Measure } from '../../core/metrics/model.ts'
import { hubOf } from '../../core/rooms/hub.ts'
import type { Deps } from '../../deps.ts'
import { jobCounts, MOST_JOBS } from './queries.ts'

const gauge = (name: string, help: string, value: number | undefined): Measure => ({
  name,
  kind: 'gauge',
  help,
  values: value === undefined ? [] : [{ value }],
})

/** The numbers of this process, and those of the jobs in the database, which every process shows. One round trip. */
export async function measure(deps: Deps): Promise<Measure[]> {
  const { longReads, clock, log, revocations, streams } = deps
  const [jobs] = await jobCounts(longReads).catch((cause: unknown) => {
    log.warning('the jobs cannot be counted', { cause })
    return []
  })
  const overdueMs = jobs && (jobs.dueAt === null ? 0 : Math.max(0, clock.now() - jobs.dueAt))
  // A hub that was never asked for has no connections. Where requests share nothing, there is none to count.
  const hub = streams.shared ? hubOf(deps) : undefined
  return [
    gauge('threeger_up', '1 while the process serves requests.', 1),
    gauge('threeger_database_up', '1 if the database answered this question.', jobs === undefined ? 0 : 1),
    gauge('threeger_jobs_pending', `Jobs that wait or run, at most ${MOST_JOBS}.`, jobs?.pending),
    gauge('threeger_jobs_dead', `Jobs that were given up, at most ${MOST_JOBS}.`, jobs?.dead),
    gauge(
      'threeger_jobs_overdue_seconds',
      'For how long the job that has waited longest has been due.',
      overdueMs === undefined ? undefined : overdueMs / 1000,
    ),
    gauge('threeger_streams_open', 'Open event streams and WebSockets of this process.', hub?.connections),
    {
      name: 'threeger_stream_events_total',
      kind: 'counter',
      help: 'Events that this process has told its streams.',
      values: hub === undefined ? [] : [{ value: hub.told }],
    },
    gauge('threeger_revocation_followers', 'Resource servers that follow the revocations here.', revocations.followers),
    ...deps.measured(),
  ]
}
