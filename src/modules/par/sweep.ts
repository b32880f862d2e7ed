import type { Sweep } from '../../core/feature.ts'
import { deleteExpiredPushed } from './queries.ts'

/** A request that was not used. It counts for a minute; an hour more bears a clock that is a little ahead. */
const KEEP_MS = 3_600_000

export const sweep: Sweep = (db, now, limit) => ({ pushedRequests: deleteExpiredPushed(db, now - KEEP_MS, limit) })
