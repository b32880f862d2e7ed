import type { Actor, ApiKeyPrincipal, Clock, SessionPrincipal } from '../deps.ts'
import { problem } from '../errors.ts'

export const isSession = (actor: Actor): actor is SessionPrincipal => actor.kind === 'session'
export const isApiKey = (actor: Actor): actor is ApiKeyPrincipal => actor.kind === 'api-key'

const FRESH_MS = 10 * 60_000

/**
 * Whether the sign-in was in the last ten minutes. A time in the future does not count: the clock was set back, so the
 * age is unknown.
 */
export const isRecent = (authenticatedAt: number, clock: Clock): boolean =>
  Math.abs(clock.now() - authenticatedAt) <= FRESH_MS

/**
 * Actions that cannot be undone require a recent proof of identity: mark the route `actor: 'fresh-session'`. Throws
 * `auth.fresh_session_required`. ASVS 7.5.1
 */
export function requireFreshSession(
  { authenticatedAt, hasFactor, amr, anonymous, impersonatorId }: SessionPrincipal,
  clock: Clock,
): void {
  // The administrator did not prove to be the owner, and must not take over the account.
  if (impersonatorId !== null) throw problem('auth.fresh_session_required')
  // An anonymous account without a factor has no credential except the session, so the server cannot ask for one.
  if (anonymous && !hasFactor) return
  // The session may be older than the factor, and may belong to a thief. It has not shown the factor that the owner
  // has.
  const shownAll = !hasFactor || amr.includes('mfa')
  if (!shownAll || !isRecent(authenticatedAt, clock)) throw problem('auth.fresh_session_required')
}
