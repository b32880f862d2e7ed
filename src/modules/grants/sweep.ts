import type { Sweep } from '../../core/feature.ts'
import { deleteEndedGrants } from './queries.ts'

/** Grants that have ended are kept for 30 days, for the export and for the investigation of an incident. */
const KEEP_ENDED_MS = 30 * 86_400_000

export const sweep: Sweep = (db, now, limit) => ({ grants: deleteEndedGrants(db, now - KEEP_ENDED_MS, limit) })
