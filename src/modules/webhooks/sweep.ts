import { commit } from '../../core/events/commit.ts'
import type { BatchOfWork } from '../../core/feature.ts'
import { queueJob } from '../jobs/queue-job.ts'
import { firstDeliveryIdAt } from './delivery-queries.ts'
import { everyPattern } from './event-filter.ts'
import { renewPatterns } from './queries.ts'
import { deleteOldDeliveries, nextDue, noneQueuedBefore, releaseStranded, resumeStranded } from './send-queries.ts'

const DAY_MS = 86_400_000
/** Bodies can hold ids of people, so the log is short. */
const KEEP_MS = 14 * DAY_MS
/** No attempt is later: the longest wait and its chance, or a `Retry-After` of a day. */
const HORIZON_MS = 2 * DAY_MS

/** Deletes old deliveries, releases what waits for nothing, resumes what paused for too long, and queues a job if something is due and none is queued. */
export const sweep: BatchOfWork = async (deps, now, limit) => {
  const { db } = deps
  const [next] = await nextDue(db)
  const isDue = next !== undefined && next.at !== null && next.at <= now
  const job = { kind: 'send-webhooks', userId: null, payload: {} }
  const { deleted, released, resumed, renewed } = await commit(deps, {
    deleted: deleteOldDeliveries(db, firstDeliveryIdAt(now - KEEP_MS), limit),
    released: releaseStranded(db, { now, horizon: now + HORIZON_MS, limit }),
    resumed: resumeStranded(db, { now, horizon: now + HORIZON_MS, limit }),
    renewed: renewPatterns(db, everyPattern('org'), limit),
    job: isDue ? await queueJob(deps, job, noneQueuedBefore(now)) : undefined,
  })
  return {
    webhookDeliveries: deleted.rowsAffected,
    releasedDeliveries: released.rowsAffected,
    resumedWebhooks: resumed.rowsAffected,
    webhookPatterns: renewed.rowsAffected,
  }
}
