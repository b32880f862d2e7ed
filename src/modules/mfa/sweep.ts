import type { Sweep } from '../../core/feature.ts'
import { deleteExpiredChallenges, deleteExpiredRememberedDevices } from './own-queries.ts'

/** Kept for a day, so that an operator can find out why a sign-in did not continue. */
const KEEP_EXPIRED_MS = 86_400_000

export const sweep: Sweep = (db, now, limit) => ({
  challenges: deleteExpiredChallenges(db, now - KEEP_EXPIRED_MS, limit),
  rememberedDevices: deleteExpiredRememberedDevices(db, now, limit),
})
