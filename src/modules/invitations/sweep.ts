import type { Sweep } from '../../core/feature.ts'
import { DAY_MS } from '../../lib/durations.ts'
import { deleteOldInvitations } from './queries.ts'

/** Also of accepted and revoked ones: the address of a person who never came must not stay. */
const KEEP_EXPIRED_MS = 30 * DAY_MS

export const sweep: Sweep = (db, now, limit) => ({
  invitations: deleteOldInvitations(db, now - KEEP_EXPIRED_MS, limit),
})
