import type { Actor, Clock, SessionPrincipal } from '../deps.ts'
import { problem } from '../errors.ts'

export const isSession = (actor: Actor): actor is SessionPrincipal => actor.kind === 'session'

const FRESH_MS = 10 * 60_000

/** Of the last ten minutes. One from the future is not: the clock was set back, and nobody knows how old it is. */
export const isRecent = (authenticatedAt: number, clock: Clock): boolean =>
  Math.abs(clock.now() - authenticatedAt) <= FRESH_MS

/**
 * What cannot be undone asks for a recent proof of identity: mark its route `actor: 'fresh-session'`. Throws
 * `auth.fresh_session_required`. ASVS 7.5.1
 */
export function requireFreshSession(
  { authenticatedAt, hasFactor, amr, anonymous }: SessionPrincipal,
  clock: Clock,
): void {
  // Nothing but the session says who they are: there is nothing to ask for anew.
  if (anonymous && !hasFactor) return
  // A session from before the factor was added, such as a thief's: it has proved less than its owner can.
  const shownAll = !hasFactor || amr.includes('mfa')
  if (!shownAll || !isRecent(authenticatedAt, clock)) throw problem('auth.fresh_session_required')
}
