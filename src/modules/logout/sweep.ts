import type { Sweep } from '../../core/feature.ts'
import { deleteOldNotices } from './queries.ts'

/** As long as a session can be known to a client, and longer than its job is tried. */
const KEEP_MS = 30 * 86_400_000

export const sweep: Sweep = (db, now, limit) => ({ logoutNotices: deleteOldNotices(db, now - KEEP_MS, limit) })
