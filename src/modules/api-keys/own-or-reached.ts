import { requires } from '../../core/authz/denied.ts'
import { isSession } from '../../core/authz/question.ts'
import { assertNotRefused, reaches, reachOf } from '../../core/authz/reach.ts'
import type { Scope } from '../../core/authz/scope.ts'
import type { Cause } from '../../core/events/queries.ts'
import type { Actor } from '../../deps.ts'
import { problem } from '../../errors.ts'
import type { KeyReach } from './queries.ts'
import type { KeyRow } from './schema.ts'

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
 * The person who makes, replaces or revokes a key, or the operator of the machine. No program may: a stolen key must not make others that
 * outlive it. Nor may an administrator who uses the session of another person. Throws `auth.fresh_session_required`,
 * `auth.forbidden`.
 */
export function personBehind(cause: Cause, actor: Actor): Actor {
  cause.requireFresh()
  if (cause.by === 'operator') return actor
  if (!isSession(actor)) throw problem('auth.fresh_session_required')
  if (actor.impersonatorId !== null)
    throw problem('auth.forbidden', { denied: { actor, ...requires('actor.impersonated', false, true) } })
  return actor
}

/**
 * Throws `apikey.not_found` unless the key is the person's own or is reached, and the errors of `unmetInOrg` for the key of
 * an organisation that asks more of the session. `reach` is about the organisation of the key.
 */
export function assertReached(reach: KeyReach, { userId, orgId }: Pick<KeyRow, 'userId' | 'orgId'>): void {
  if (userId !== null && userId === reach.userId) return
  assertNotRefused(reach, orgId)
  if (!reaches(reach, orgId)) throw problem('apikey.not_found')
}

/** Every key, for a read that decides afterwards by what it found. */
export const EVERY_KEY: KeyReach = { everywhere: true, orgIds: [], refusals: new Map(), userId: null }
