import { reachOf } from '../../core/authz/reach.ts'
import type { Reach, Scope } from '../../core/authz/scope.ts'
import type { Cause } from '../../core/events/queries.ts'
import type { Actor, SessionPrincipal } from '../../deps.ts'
import { problem } from '../../errors.ts'
import type { KeyReach } from './queries.ts'

/** The kind is on the principal; the guard is in `http`, which this file cannot import. */
const isPerson = (actor: Actor): actor is SessionPrincipal => actor.kind === 'session'

/** The keys that this principal may see or change: those of the person, and those that the permission reaches. */
export const keysOf = (actor: Actor, permission: 'api-keys:read' | 'api-keys:write', scopes: Scopes): KeyReach => ({
  ...reachOf(actor, permission, scopes, actor.circumstances),
  userId: isPerson(actor) ? actor.user.id : null,
})
type Scopes = ReadonlyMap<string, Scope>

/**
 * The person who makes, replaces or revokes a key. No program may: a stolen key must not make others that outlive it.
 * Nor may an administrator who uses the session of another person. Throws `auth.fresh_session_required`,
 * `auth.forbidden`.
 */
export function personBehind(cause: Cause, actor: Actor): SessionPrincipal {
  cause.requireFresh()
  if (!isPerson(actor)) throw problem('auth.fresh_session_required')
  if (actor.impersonatorId !== null) throw problem('auth.forbidden')
  return actor
}

/** Throws `org.not_found`, or `auth.forbidden` for a member, unless the permission reaches the organisation. */
export function requireReach({ everywhere, orgIds }: Reach, actor: Actor, orgId: string): void {
  if (everywhere || orgIds.includes(orgId)) return
  throw problem(actor.memberships.has(orgId) ? 'auth.forbidden' : 'org.not_found')
}
