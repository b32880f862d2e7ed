import { reaches, reachOf, scopesOfActor } from '../../core/authz/reach.ts'
import { both, type Cause } from '../../core/events/queries.ts'
import type { Actor } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { iso } from '../../lib/iso-time.ts'
import { sessionLives } from '../sessions/queries.ts'
import { requireScopes } from './create-key.ts'
import { expiryOf, overlapOf } from './key-terms.ts'
import { keysOf, personBehind } from './own-or-reached.ts'
import { hasRoom, isReplaceable, livingKey } from './queries.ts'
import type { CreatedApiKey, RotateApiKey } from './schema.ts'
import { type KeyDeps, storeKey } from './store-key.ts'

/**
 * Replaces a key by one with the same owner, scopes, networks and limit. The old key works until `overlapUntil`. Two
 * round trips besides the one for the principal. Of two rotations at once, one is refused.
 *
 * The answer holds a secret. So only the owner replaces the key of a person, and nobody gets a key with a permission
 * that they do not have. Throws `apikey.not_found`, `apikey.already_rotated`, `apikey.scope_refused`,
 * `auth.fresh_session_required`, `auth.forbidden`, `request.invalid`.
 */
export async function rotateKey(
  deps: KeyDeps,
  cause: Cause,
  actor: Actor,
  id: string,
  body: RotateApiKey,
): Promise<CreatedApiKey> {
  const person = personBehind(cause, actor)
  const now = deps.clock.now()
  const until = overlapOf(body.overlapUntil, now)
  const scopes = await scopesOfActor(deps, person)
  const [key] = await livingKey(deps.db, id, keysOf(person, 'api-keys:write', scopes), now)
  if (key === undefined) throw problem('apikey.not_found')
  const { id: _, hint: __, createdAt, lastUsedAt: ___, expiresAt: oldExpiry, ...terms } = key
  if (key.userId !== null) {
    if (key.userId !== person.user.id) throw problem('auth.forbidden')
  } else {
    if (
      key.serviceAccountId !== null &&
      !reaches(reachOf(person, 'service-accounts:write', scopes, person.circumstances), key.orgId)
    )
      throw problem('auth.forbidden')
    requireScopes(key.scopes, (scope) => reaches(reachOf(person, scope, scopes), key.orgId))
  }
  const lifeMs = oldExpiry === null ? null : Math.max(oldExpiry - createdAt, 60_000)
  const wanted = body.expiresAt ?? (lifeMs === null ? undefined : iso(now + lifeMs))
  const created = await storeKey(
    deps,
    cause,
    { ...terms, createdBy: person.id, expiresAt: expiryOf(key.form, wanted, now), replaces: id },
    both(both(isReplaceable(id, now), hasRoom(key, now, 1)), sessionLives(person.sessionId, now)),
    { id, until },
  )
  if (created === undefined) throw problem('apikey.not_found')
  return created
}
