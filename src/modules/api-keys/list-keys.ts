import { scopesOfActor } from '../../core/authz/reach.ts'
import type { Scope } from '../../core/authz/scope.ts'
import { type Page, readNewest } from '../../core/paging/pages.ts'
import type { Actor, Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { keysOf, requireReach } from './own-or-reached.ts'
import { type KeyFilter, listKeys as listRows, livingKey } from './queries.ts'
import type { KeyRow, ListApiKeys } from './schema.ts'

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
  const isOwn =
    filter.orgId === undefined && filter.serviceAccountId === undefined && filter.userId === undefined && !all
  // The own keys need no permission, so no organisation is read.
  const reach = keysOf(actor, 'api-keys:read', isOwn ? noScopes : await scopesOfActor(deps, actor))
  if (filter.orgId !== undefined) requireReach(reach, actor, filter.orgId)
  if ((all || (filter.userId !== undefined && filter.userId !== reach.userId)) && !reach.everywhere)
    throw problem('auth.forbidden')
  if (isOwn && reach.userId === null) throw problem('auth.forbidden')
  const wanted: KeyFilter = isOwn ? { userId: reach.userId ?? '' } : filter
  const now = deps.clock.now()
  return readNewest({ limit, cursor }, (before, rows) => listRows(deps.db, wanted, { reach, now, before, limit: rows }))
}

const noScopes: ReadonlyMap<string, Scope> = new Map()

/** A key that works. One round trip. Throws `apikey.not_found`, also for a key that the principal may not see. */
export async function findKey(deps: ReadDeps, actor: Actor, id: string): Promise<KeyRow> {
  const reach = keysOf(actor, 'api-keys:read', await scopesOfActor(deps, actor))
  const [key] = await livingKey(deps.db, id, reach, deps.clock.now())
  if (key === undefined) throw problem('apikey.not_found')
  return key
}
