import type { Sweep } from '../feature.ts'
import { deleteExpiredRateLimits } from './queries.ts'

export const sweep: Sweep = (db, _now, limit) => ({ rateLimits: deleteExpiredRateLimits(db, limit) })
