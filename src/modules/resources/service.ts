import { isAllowed } from '../../core/authz/authorize.ts'
import { reachOf, scopesOfActor } from '../../core/authz/reach.ts'
import { hidden, placeAt, refusalAt, requirePermission } from '../../core/authz/require-permission.ts'
import { commit, recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import { always, type Cause } from '../../core/events/queries.ts'
import { commitOnce, type IdempotencyKey } from '../../core/idempotency/commit-once.ts'
import { replay } from '../../core/idempotency/replay.ts'
import { type Page, readNewest } from '../../core/paging/pages.ts'
import type { Actor, Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { whereTaken } from '../../lib/database-errors.ts'
import { iso } from '../../lib/iso-time.ts'
import { personBehind } from '../api-keys/own-or-reached.ts'
import {
  deleteResource,
  hasProved,
  insertResource,
  listResources,
  provedDomain,
  type ResourceChanges,
  type ResourceRow,
  resourceById,
  resourceOfKey,
  updateResource,
} from './queries.ts'
import { assertNoFaults, audienceFault, faultsOf } from './resource-terms.ts'
import type { CreateResource, ListResources, Resource, UpdateResource } from './schema.ts'

type ReadDeps = Pick<Deps, 'config' | 'db' | 'principals' | 'clock'>
type WriteDeps = ReadDeps & Pick<Deps, 'random'>

const READ = 'resources:read'
const WRITE = 'resources:write'

/** The resource that the API shows. */
export const toResource = (row: ResourceRow): Resource => ({
  id: row.id,
  audience: row.audience,
  name: row.name,
  orgId: row.orgId,
  scopes: row.scopes,
  authorizationDetailsTypes: row.detailTypes,
  accessTtlSeconds: row.accessTtlSeconds,
  createdAt: iso(row.createdAt),
  updatedAt: iso(row.updatedAt),
})

/** The columns that a change names. */
const columnsOf = ({ name, scopes, authorizationDetailsTypes, accessTtlSeconds }: UpdateResource): ResourceChanges => ({
  ...(name === undefined ? {} : { name }),
  ...(scopes === undefined ? {} : { scopes }),
  ...(authorizationDetailsTypes === undefined ? {} : { detailTypes: authorizationDetailsTypes }),
  ...(accessTtlSeconds === undefined ? {} : { accessTtlSeconds }),
})

/**
 * The row of a new resource. Throws `request.invalid`. For administrators and for the operator.
 */
export function newResource(
  { config, clock, random }: Pick<Deps, 'config' | 'clock' | 'random'>,
  body: CreateResource,
): ResourceRow {
  const { audience, orgId = null, ...terms } = body
  const fault = audienceFault(audience, config.appUrl)
  assertNoFaults([...(fault === undefined ? [] : [{ path: '/audience', message: fault }]), ...faultsOf(terms)])
  const now = clock.now()
  return {
    id: random.id('res'),
    audience,
    orgId,
    scopes: [],
    detailTypes: [],
    accessTtlSeconds: null,
    ...columnsOf(terms),
    name: body.name,
    version: 1,
    createdAt: now,
    updatedAt: now,
  }
}

export const audienceTaken = whereTaken({ 'resources.audience': 'resource.audience_taken' })

/**
 * Makes a resource of an organisation, or of the instance. Two round trips with the one for the principal.
 *
 * An organisation must have proved the domain of the audience. Otherwise a stranger could take the audience of an API before
 * its owner does, and the API would accept tokens with scopes that the stranger made up. Who has the permission in the
 * instance needs no proof. Throws `resource.audience_taken`, `resource.domain_unproved`, `resource.too_many`, `org.not_found`, `auth.forbidden`, `auth.fresh_session_required`,
 * `request.invalid`, `idempotency.key_reused`.
 */
export async function createResource(
  deps: WriteDeps,
  cause: Cause,
  actor: Actor,
  body: CreateResource,
  key?: IdempotencyKey,
): Promise<ResourceRow> {
  const person = personBehind(cause, actor)
  const { db } = deps
  const orgId = body.orgId ?? null
  const { instance } = await requirePermission(deps, person, WRITE, orgId)
  const row = newResource(deps, body)
  const { hostname } = new URL(row.audience)
  const mustProve = orgId !== null && !isAllowed(person, WRITE, instance) ? orgId : undefined
  const created = newEvent(deps, cause, 'resource.created', {
    orgId,
    data: { resourceId: row.id, audience: row.audience },
  })
  const results = await commitOnce(
    deps,
    { key, event: created, subjectId: row.id },
    {
      inserted: recorded(
        insertResource(db, row, mustProve === undefined ? always : hasProved(mustProve, hostname)),
        created,
        [row.audience],
      ),
      proved: mustProve === undefined ? undefined : provedDomain(db, mustProve, hostname),
    },
  ).catch(audienceTaken)
  if (!results) {
    const { resource } = await replay(key, (name) => resourceOfKey(db, name))
    if (!resource) throw problem('resource.not_found')
    return resource
  }
  if (results.inserted.length === 0)
    throw problem(results.proved?.length === 0 ? 'resource.domain_unproved' : 'resource.too_many')
  return row
}

/** One round trip. Throws `org.not_found`, `auth.forbidden`, `request.invalid`. */
export async function pageOfResources(
  deps: ReadDeps,
  actor: Actor,
  { limit, cursor, ...given }: ListResources,
): Promise<Page<ResourceRow>> {
  const orgId = given.orgId ?? null
  await requirePermission(deps, actor, READ, orgId)
  return readNewest({ limit, cursor }, (before, rows) => listResources(deps.db, orgId, before, rows))
}

/** One round trip. Throws `resource.not_found`, also for a resource that the principal may not see. */
export async function readResource(
  deps: ReadDeps,
  actor: Actor,
  id: string,
  permission: typeof READ | typeof WRITE = READ,
): Promise<ResourceRow> {
  const [resource] = await resourceById(deps.db, id)
  const place = resource && (await placeAt(deps, resource.orgId))
  const refusal = place && refusalAt(actor, permission, place, deps.clock.now())
  if (!resource || !place || refusal !== undefined) throw hidden(refusal, 'resource.not_found')
  return resource
}

/**
 * Changes a resource. A scope that is taken away is in no token from then on. Two round trips besides the one for the principal.
 * Throws `resource.not_found`, `resource.changed`, `auth.fresh_session_required`, `request.invalid`.
 */
export async function changeResource(
  deps: WriteDeps,
  cause: Cause,
  actor: Actor,
  id: string,
  change: UpdateResource,
  versions: readonly number[] | undefined,
): Promise<ResourceRow> {
  const person = personBehind(cause, actor)
  const { db, clock } = deps
  assertNoFaults(faultsOf(change))
  const before = await readResource(deps, person, id, WRITE)
  if (versions !== undefined && !versions.includes(before.version)) throw problem('resource.changed')
  const now = clock.now()
  const updated = newEvent(deps, cause, 'resource.updated', {
    orgId: before.orgId,
    data: { resourceId: id, audience: before.audience, fields: Object.keys(change) },
  })
  const { changed, found } = await commit(deps, {
    changed: recorded(updateResource(db, before, columnsOf(change), now), updated, [before.audience]),
    found: resourceById(db, id),
  })
  const [resource] = found
  if (resource === undefined) throw problem('resource.not_found')
  if (changed.length > 0) return resource
  throw problem('resource.changed')
}

/**
 * Deletes a resource. No token for it is issued from then on. Two round trips besides the one for the principal. Throws
 * `resource.not_found`, `auth.fresh_session_required`.
 */
export async function removeResource(deps: WriteDeps, cause: Cause, actor: Actor, id: string): Promise<void> {
  const person = personBehind(cause, actor)
  const { db, clock } = deps
  const { orgId, audience } = await readResource(deps, person, id, WRITE)
  const now = clock.now()
  const reach = reachOf(person, WRITE, await scopesOfActor(deps, person, [orgId]), now)
  const deleted = newEvent(deps, cause, 'resource.deleted', { orgId, data: { resourceId: id, audience } })
  const { rows } = await commit(deps, {
    rows: recorded(deleteResource(db, id, reach), deleted, [audience]),
  })
  if (rows.length === 0) throw problem('resource.not_found')
}
