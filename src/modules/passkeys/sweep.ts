import type { Sweep } from '../../core/feature.ts'
import { forgetAnsweredChallenges } from './queries.ts'

const KEEP_ANSWERED_MS = 86_400_000

export const sweep: Sweep = (db, now, limit) => ({
  passkeyChallenges: forgetAnsweredChallenges(db, now - KEEP_ANSWERED_MS, limit),
})
