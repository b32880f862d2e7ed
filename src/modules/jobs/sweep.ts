import type { Sweep } from '../../core/feature.ts'
import { deleteOldJobs } from './queries.ts'

const DAY_MS = 86_400_000
const KEEP_DONE_MS = 7 * DAY_MS
/** Time to notice the failure, to repair its cause, and to retry the jobs. */
const KEEP_DEAD_MS = 90 * DAY_MS

export const sweep: Sweep = (db, now, limit) => ({
  done: deleteOldJobs(db, 'done', now - KEEP_DONE_MS, limit),
  discarded: deleteOldJobs(db, 'discarded', now - KEEP_DONE_MS, limit),
  dead: deleteOldJobs(db, 'dead', now - KEEP_DEAD_MS, limit),
})
