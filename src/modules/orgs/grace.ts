import { DAY_MS } from '../../lib/durations.ts'

/** How long an owner can restore a deleted organisation: 30 days, as documented. */
export const GRACE_MS = 30 * DAY_MS
