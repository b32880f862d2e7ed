import type { Sweep } from '../feature.ts'
import { deleteExpiredKeys } from './queries.ts'

export const sweep: Sweep = (db, now, limit) => ({ idempotencyKeys: deleteExpiredKeys(db, now, limit) })
