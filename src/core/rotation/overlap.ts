import { problem } from '../../errors.ts'
import { DAY_MS } from '../../lib/durations.ts'

const MAX_OVERLAP_MS = 30 * DAY_MS

/** Until when a replaced key or secret works beside the new one, in ms UTC. Throws `request.invalid`. */
export function overlapOf(text: string | undefined, now: number): number {
  if (text === undefined) return now + DAY_MS
  const at = Date.parse(text)
  if (!(at <= now + MAX_OVERLAP_MS))
    throw problem('request.invalid', {
      errors: [{ path: '/overlapUntil', message: 'Expected a time at most 30 days ahead' }],
    })
  return Math.max(at, now)
}
