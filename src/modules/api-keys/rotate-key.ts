import { scopesOfActor } from '../../core/authz/reach.ts'
import { placeAt, refusalAt } from '../../core/authz/require-permission.ts'
import { both, type Cause } from '../../core/events/queries.ts'
import type { Actor } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { iso } from '../../lib/iso-time.ts'
import { reachesOf, requireScopes } from './create-key.ts'
import { overlapOf } from '../../core/rotation/overlap.ts'
import { expiryOf } from './key-terms.ts'
import { assertReached, EVERY_KEY, keysOf, personBehind } from './own-or-reached.ts'
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
  const [key] = await livingKey(deps.db, id, EVERY_KEY, now)
  if (key === undefined) throw problem('apikey.not_found')
  // A key of a person works in each of their organisations.
  const isEverywhere = key.userId === person.id && key.orgId === null
  const scopes = await scopesOfActor(deps, person, isEverywhere ? undefined : [key.orgId])
  assertReached(keysOf(person, 'api-keys:write', scopes, now), key)
  const { id: _, hint: __, createdAt, lastUsedAt: ___, expiresAt: oldExpiry, ...terms } = key
  if (key.userId !== null) {
    if (key.userId !== person.id)
      throw problem('auth.forbidden', { denied: { actor: person, facts: [{ path: 'resource.userId' }], change: null } })
    reachesOf(person, key.scopes, scopes, now)
  } else {
    const place = await placeAt(deps, key.orgId)
    if (place === undefined) throw problem('apikey.not_found')
    const refusal =
      refusalAt(person, 'api-keys:write', place, now) ??
      (key.serviceAccountId === null ? undefined : refusalAt(person, 'service-accounts:write', place, now))
    if (refusal !== undefined) throw refusal
    requireScopes(person, key.scopes, place)
  }
  const lifeMs = oldExpiry === null ? null : Math.max(oldExpiry - createdAt, 60_000)
  const wanted = body.expiresAt ?? (lifeMs === null ? undefined : iso(now + lifeMs))
  const created = await storeKey(
    deps,
    cause,
    { ...terms, createdBy: cause.actorId, expiresAt: expiryOf(key.form, wanted, now), replaces: id },
    both(isReplaceable(id, now), hasRoom(key, now, 1)),
    { id, until },
  )
  if (created === undefined) throw problem('apikey.not_found')
  return created
}
