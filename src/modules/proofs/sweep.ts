import type { Sweep } from '../../core/feature.ts'
import { deleteExpiredProofs } from './queries.ts'

/** So that whoever asks why a link did not work can be told. */
const KEEP_EXPIRED_MS = 86_400_000

export const sweep: Sweep = (db, now, limit) => ({
  linksAndCodes: deleteExpiredProofs(db, now - KEEP_EXPIRED_MS, limit),
})
