import type { Sweep } from '../../core/feature.ts'
import { deleteExpiredProofs } from './queries.ts'

/** Expired proofs are kept for a day, so that an operator can find out why a link did not work. */
const KEEP_EXPIRED_MS = 86_400_000

export const sweep: Sweep = (db, now, limit) => ({
  linksAndCodes: deleteExpiredProofs(db, now - KEEP_EXPIRED_MS, limit),
})
