import type { Sweep } from '../../core/feature.ts'
import { deleteOldBadges } from './queries.ts'

const KEEP_MS = 30 * 86_400_000

export const sweep: Sweep = (db, now, limit) => ({ badges: deleteOldBadges(db, now - KEEP_MS, limit) })
