import { assertNotRefused, reaches, reachOf } from '../../core/authz/reach.ts'
import type { Reach, Scope } from '../../core/authz/scope.ts'
import type { Cause } from '../../core/events/queries.ts'
import type { Actor, SessionPrincipal } from '../../deps.ts'
import { problem } from '../../errors.ts'
import type { KeyReach } from './queries.ts'
import type { KeyRow } from './schema.ts'

/** The kind is on the principal; the guard is in `http`, which this file cannot import. */
const isPerson = (actor: Actor): actor is SessionPrincipal => actor.kind === 'session'

/** The keys that this principal may see or change: those of the person, and those that the permission reaches. */
export const keysOf = (
  actor: Actor,
  permission: 'api-keys:read' | 'api-keys:write',
  scopes: Scopes,
  now: number,
): KeyReach => ({
  ...reachOf(actor, permission, scopes, now),
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

/**
 * Throws `apikey.not_found` unless the key is the person's own or is reached, and the errors of `refusalIn` for the key of an
 * organisation that refuses the session. `reach` is about the organisation of the key.
 */
export function assertReached(reach: KeyReach, { userId, orgId }: Pick<KeyRow, 'userId' | 'orgId'>): void {
  if (userId !== null && userId === reach.userId) return
  assertNotRefused(reach, orgId)
  if (!reaches(reach, orgId)) throw problem('apikey.not_found')
}

/** Every key, for a read that decides afterwards by what it found. */
export const EVERY_KEY: KeyReach = { everywhere: true, orgIds: [], refusals: new Map(), userId: null }

/**
 * Throws `org.not_found`, or `auth.forbidden` for a member, unless the permission reaches the organisation, and the errors of
 * `refusalIn`.
 */
export function requireReach(reach: Reach, actor: Actor, orgId: string): void {
  assertNotRefused(reach, orgId)
  const { everywhere, orgIds } = reach
  if (everywhere || orgIds.includes(orgId)) return
  throw problem(actor.memberships.has(orgId) ? 'auth.forbidden' : 'org.not_found')
}
