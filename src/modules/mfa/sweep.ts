import type { Sweep } from '../../core/feature.ts'
import { deleteExpiredChallenges, deleteExpiredRememberedDevices } from './own-queries.ts'

/** So that whoever asks why a sign-in did not go on can be told. */
const KEEP_EXPIRED_MS = 86_400_000

export const sweep: Sweep = (db, now, limit) => ({
  challenges: deleteExpiredChallenges(db, now - KEEP_EXPIRED_MS, limit),
  rememberedDevices: deleteExpiredRememberedDevices(db, now, limit),
})
