/** What is known of the integrity of the audit log, and the request to verify it. */
import { commit } from '../../core/events/commit.ts'
import { both, type Cause, fewerEventsSince, listEvents } from '../../core/events/queries.ts'
import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { iso } from '../../lib/iso-time.ts'
import { listJobs, nonePending } from '../jobs/queries.ts'
import { queueJob } from '../jobs/queue-job.ts'
import type { AuditVerification } from './schema.ts'
import { hashOf } from './seal-events.ts'
import { lastLink, waitingForSeal } from './seal-queries.ts'
import type { VerifiedData } from './verify-audit.ts'
import { HOUR_MS } from '../../lib/durations.ts'

/** As `feature.ts` declares it. */
const KIND = 'verify-audit'
const OVERDUE_MS = HOUR_MS
/** Of all administrators together. */
const MOST_IN_AN_HOUR = 4

type ReadDeps = Pick<Deps, 'db' | 'clock'>

const reads = ({ db, clock }: ReadDeps) => ({
  sealed: lastLink(db),
  unsealed: waitingForSeal(db, clock.now() - OVERDUE_MS),
  verified: listEvents(db, { type: 'audit.verified' }, 1),
  pending: listJobs(db, { kind: KIND, state: 'pending' }, 1),
})

type Read = { [Name in keyof ReturnType<typeof reads>]: Awaited<ReturnType<typeof reads>[Name]> }

/** One round trip: four reads in one batch, which only `commit` sends. */
export const readVerification = async (deps: ReadDeps & Pick<Deps, 'principals'>): Promise<AuditVerification> =>
  describe(await commit(deps, reads(deps)))

/**
 * Queues a verification, unless one waits or runs. One round trip. Throws `request.rate_limited`: each reads the whole log, and
 * adds an event to it.
 */
export async function requestVerification(
  deps: Pick<Deps, 'config' | 'db' | 'clock' | 'random' | 'queue' | 'principals'>,
  cause: Cause,
): Promise<AuditVerification> {
  const job = { kind: KIND, userId: null, payload: { actorId: cause.actorId } }
  const mayBegin = both(
    nonePending(KIND),
    fewerEventsSince(deps.clock.now() - HOUR_MS, 'audit.verified', MOST_IN_AN_HOUR),
  )
  const read = await commit(deps, { queued: await queueJob(deps, job, mayBegin), ...reads(deps) }, { cause })
  if (read.pending.length === 0) throw problem('request.rate_limited', { retryAfterSeconds: HOUR_MS / 1000 })
  return describe(read)
}

async function describe({ sealed, unsealed, verified, pending }: Read): Promise<AuditVerification> {
  const link = sealed[0]?.link
  const [job] = pending
  const [event] = verified
  return {
    sealed:
      link === undefined
        ? null
        : { position: link.position, at: iso(link.sealedAt), head: `${link.position}:${await hashOf(link)}` },
    waiting: unsealed[0]?.waiting ?? 0,
    overdue: unsealed[0]?.overdue ?? 0,
    running: job === undefined ? null : { since: iso(job.createdAt), jobId: job.id },
    last: event === undefined ? null : { at: iso(event.at), ...(event.data as unknown as VerifiedData) }, // written by verify-audit.ts
  }
}
