import { requires } from '../../core/authz/denied.ts'
import { isSession } from '../../core/authz/question.ts'
import { reachOf } from '../../core/authz/reach.ts'
import type { Scope } from '../../core/authz/scope.ts'
import type { Cause } from '../../core/events/queries.ts'
import type { Actor, SessionPrincipal } from '../../deps.ts'
import { problem } from '../../errors.ts'
import type { KeyReach } from './queries.ts'

/** The keys that this principal may see or change: those of the person, and those that the permission reaches. */
export const keysOf = (
  actor: Actor,
  permission: 'api-keys:read' | 'api-keys:write',
  scopes: ReadonlyMap<string, Scope>,
  now: number,
): KeyReach => ({
  ...reachOf(actor, permission, scopes, now),
  userId: isSession(actor) ? actor.user.id : null,
})

/**
 * The person who makes, replaces or revokes a key. No program may: a stolen key must not make others that outlive it.
 * Nor may an administrator who uses the session of another person. Throws `auth.fresh_session_required`,
 * `auth.forbidden`.
 */
export function personBehind(cause: Cause, actor: Actor): SessionPrincipal {
  cause.requireFresh()
  if (!isSession(actor)) throw problem('auth.fresh_session_required')
  if (actor.impersonatorId !== null)
    throw problem('auth.forbidden', { denied: { actor, ...requires('actor.impersonated', false, true) } })
  return actor
}
