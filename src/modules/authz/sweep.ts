import { deleteExpiredDecisions } from '../../core/authz/decision-queries.ts'
import type { Sweep } from '../../core/feature.ts'

export const sweep: Sweep = (db, now, limit) => ({ decisions: deleteExpiredDecisions(db, now, limit) })
