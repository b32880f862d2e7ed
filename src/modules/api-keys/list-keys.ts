import { requires } from '../../core/authz/denied.ts'
import { forbidden } from '../../core/authz/forbidden.ts'
import { instanceIn } from '../../core/authz/load-scopes.ts'
import { typeOfActor } from '../../core/authz/question.ts'
import { scopesOfActor } from '../../core/authz/reach.ts'
import { requirePermission } from '../../core/authz/require-permission.ts'
import { type Page, readNewest } from '../../core/paging/pages.ts'
import type { Actor, Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { assertReached, EVERY_KEY, keysOf } from './own-or-reached.ts'
import { type KeyFilter, listKeys as listRows, livingKey } from './queries.ts'
import type { KeyRow, ListApiKeys } from './schema.ts'

const READ = 'api-keys:read'

type ReadDeps = Pick<Deps, 'db' | 'principals' | 'clock'>

/**
 * Keys that work, newest first: the person's own, or those of a filter as far as `api-keys:read` reaches. One round trip.
 * Throws `org.not_found`, `auth.forbidden`, `request.invalid`.
 */
export async function listKeys(
  deps: ReadDeps,
  actor: Actor,
  { limit, cursor, all = false, ...filter }: ListApiKeys,
): Promise<Page<KeyRow>> {
  const now = deps.clock.now()
  const isOwn =
    filter.orgId === undefined && filter.serviceAccountId === undefined && filter.userId === undefined && !all
  // Only the keys of a service account may be those of any organisation.
  const among = filter.orgId === undefined && filter.serviceAccountId !== undefined ? undefined : [filter.orgId ?? null]
  const scopes = await scopesOfActor(deps, actor, among)
  const reach = keysOf(actor, READ, scopes, now)
  if (filter.orgId !== undefined) await requirePermission(deps, actor, READ, filter.orgId)
  if ((all || (filter.userId !== undefined && filter.userId !== reach.userId)) && !reach.everywhere)
    throw forbidden(actor, READ, instanceIn(scopes))
  if (isOwn && reach.userId === null)
    throw problem('auth.forbidden', { denied: { actor, ...requires('actor.type', 'user', typeOfActor(actor)) } })
  const wanted: KeyFilter = isOwn ? { userId: reach.userId ?? '' } : filter
  return readNewest({ limit, cursor }, (before, rows) => listRows(deps.db, wanted, { reach, now, before, limit: rows }))
}

/** A key that works. One round trip. Throws `apikey.not_found`, also for a key that the principal may not see. */
export async function findKey(deps: ReadDeps, actor: Actor, id: string): Promise<KeyRow> {
  const now = deps.clock.now()
  const [key] = await livingKey(deps.db, id, EVERY_KEY, now)
  if (key === undefined) throw problem('apikey.not_found')
  assertReached(keysOf(actor, READ, await scopesOfActor(deps, actor, [key.orgId]), now), key)
  return key
}
