import { reads, requires } from '../core/authz/denied.ts'
import type { Actor, ApiKeyPrincipal, ClientPrincipal, Clock, SessionPrincipal } from '../deps.ts'
import { problem } from '../errors.ts'
import { iso } from '../lib/iso-time.ts'

import { challenge } from './challenge.ts'

export { isClient, isSession } from '../core/authz/question.ts'

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
export function requireFreshSession(actor: SessionPrincipal, clock: Clock): void {
  const { authenticatedAt, hasFactor, amr, anonymous, impersonatorId } = actor
  // The administrator did not prove to be the owner, and must not take over the account.
  if (impersonatorId !== null)
    throw problem('auth.fresh_session_required', {
      denied: { actor, ...reads('actor.impersonatorId', impersonatorId) },
    })
  // An anonymous account without a factor has no credential except the session, so the server cannot ask for one.
  if (anonymous && !hasFactor) return
  // The session may be older than the factor, and may belong to a thief. It has not shown the factor that the owner
  // has.
  const shownAll = !hasFactor || amr.includes('mfa')
  if (shownAll && isRecent(authenticatedAt, clock)) return
  const needed = shownAll
    ? requires('actor.authenticatedAt', iso(clock.now()), iso(authenticatedAt))
    : requires('actor.mfa', true, false)
  throw problem('auth.fresh_session_required', { denied: { actor, ...needed } })
}

/**
 * The same for a client that acts for a person: its token says when and how the person authenticated. Throws
 * `accesstoken.step_up_required`, whose answer says what to ask the person for (RFC 9470 §3), and `auth.fresh_session_required` for a client
 * that acts for itself or with an exchanged token.
 */
export function requireFreshToken(actor: ClientPrincipal, clock: Clock, appUrl: string): void {
  const { authenticatedAt, hasFactor, amr, jkt, actingFor } = actor
  // The person of a token that was exchanged did not sign in for the client that has it now (RFC 8693).
  const isDelegated = actingFor !== null && actingFor.length > 2
  if (authenticatedAt === null || isDelegated) throw problem('auth.fresh_session_required')
  const lacksFactor = hasFactor && !amr.includes('mfa')
  if (!lacksFactor && isRecent(authenticatedAt, clock)) return
  throw problem('accesstoken.step_up_required', {
    headers: {
      'www-authenticate': challenge(appUrl, {
        scheme: jkt === null ? 'Bearer' : 'DPoP',
        error: 'insufficient_user_authentication',
        more: { ...(hasFactor ? { acr_values: 'aal2' } : {}), max_age: String(FRESH_MS / 1000) },
      }),
    },
  })
}
