import type { Sweep } from '../../core/feature.ts'
import { deleteEnded } from './queries.ts'

const KEEP_MS = 30 * 86_400_000

export const sweep: Sweep = (db, now, limit) => ({ bulkActions: deleteEnded(db, now - KEEP_MS, limit) })
