/** What the operator of the machine does with resources. No permission limits it. */
import { Value } from '@sinclair/typebox/value'
import { commit, recorded } from '../../core/events/commit.ts'
import { newEvent, systemCause } from '../../core/events/new-event.ts'
import { always } from '../../core/events/queries.ts'
import { type Page, readNewest } from '../../core/paging/pages.ts'
import type { Deps } from '../../deps.ts'
import { Problem, problem } from '../../errors.ts'
import { expectation } from '../../lib/expectations.ts'
import { openOrgIds, resourcesByAudiences } from './operate-queries.ts'
import {
  deleteResource,
  insertResource,
  listEveryResource,
  listResources,
  type ResourceRow,
  resourceByAudience,
  resourceById,
  updateResource,
} from './queries.ts'
import { assertNoFaults, faultsOf } from './resource-terms.ts'
import { CreateResource } from './schema.ts'
import { audienceTaken, newResource } from './service.ts'

type OperateDeps = Pick<Deps, 'config' | 'db' | 'principals' | 'clock' | 'random'>

export const MAX_IMPORTED_RESOURCES = 1000

export interface ImportedResource {
  index: number
  status: 'created' | 'updated' | 'exists' | 'refused'
  id?: string
  audience?: string
  errors?: readonly { path: string; message: string }[]
}

/** Newest first. Without an organisation, the resources of the instance and of every organisation. */
export const pageOfEveryResource = (
  { db }: Pick<Deps, 'db'>,
  orgId: string | undefined,
  page: { limit: number; cursor?: string | undefined },
): Promise<Page<ResourceRow>> =>
  readNewest(page, (before, limit) =>
    orgId === undefined ? listEveryResource(db, before, limit) : listResources(db, orgId, before, limit),
  )

/** By its id or its audience. Two round trips. Throws `resource.not_found`. */
export async function removeAnyResource(deps: OperateDeps, idOrAudience: string): Promise<{ id: string }> {
  const { db } = deps
  const [found] = /^res_[0-9a-f]{32}$/.test(idOrAudience)
    ? await resourceById(db, idOrAudience)
    : await resourceByAudience(db, idOrAudience)
  if (found === undefined) throw problem('resource.not_found')
  const { id, orgId, audience } = found
  const deleted = newEvent(deps, systemCause, 'resource.deleted', { orgId, data: { resourceId: id, audience } })
  const everywhere = { everywhere: true, orgIds: [], refusals: new Map() }
  const { rows } = await commit(deps, {
    rows: recorded(deleteResource(db, id, everywhere), deleted, [audience]),
  })
  if (rows.length === 0) throw problem('resource.not_found')
  return { id }
}

/**
 * Makes the resources of these rows, or changes those with their audiences so that they are as the rows say. The same rows can be
 * sent again, and change nothing then. All or nothing: if a row is refused, nothing is written, and neither with `dryRun`.
 */
export async function importResources(
  deps: OperateDeps,
  rows: readonly unknown[],
  { dryRun = false } = {},
): Promise<ImportedResource[]> {
  const { db, clock } = deps
  const given = rows.filter((row): row is CreateResource => Value.Check(CreateResource, row))
  const [known, orgs] = await Promise.all([
    resourcesByAudiences(
      db,
      given.map(({ audience }) => audience),
    ),
    openOrgIds(
      db,
      given.flatMap(({ orgId }) => orgId ?? []),
    ),
  ])
  const created: ResourceRow[] = []
  const changed: { before: ResourceRow; after: ResourceRow }[] = []
  const seen = new Set<string>()
  const items = rows.map((row, index): ImportedResource => {
    if (!Value.Check(CreateResource, row)) {
      const errors = [...Value.Errors(CreateResource, row)].slice(0, 20)
      return {
        index,
        status: 'refused',
        errors: errors.map((error) => ({ path: error.path || '/', message: expectation(error) })),
      }
    }
    const refused = (path: string, message: string): ImportedResource => ({
      index,
      status: 'refused',
      errors: [{ path, message }],
    })
    try {
      assertNoFaults(faultsOf(row))
      const after = newResource(deps, row)
      const before = known.find(({ audience }) => audience === row.audience)
      if (seen.has(row.audience)) return refused('/audience', 'Expected an audience that no earlier row has')
      if (after.orgId !== null && !orgs.some(({ id }) => id === after.orgId))
        return refused('/orgId', 'Expected an organisation that exists')
      if (before !== undefined && before.orgId !== after.orgId)
        return refused('/orgId', 'Expected the organisation of the resource')
      seen.add(row.audience)
      const found = { index, id: before?.id ?? after.id, audience: row.audience }
      if (before === undefined) {
        created.push(after)
        return { ...found, status: 'created' }
      }
      if (JSON.stringify(termsOf(before)) === JSON.stringify(termsOf(after))) return { ...found, status: 'exists' }
      changed.push({ before, after })
      return { ...found, status: 'updated' }
    } catch (error) {
      if (!(error instanceof Problem) || error.options.errors === undefined) throw error
      return { index, status: 'refused', errors: error.options.errors }
    }
  })
  if (dryRun || items.some(({ status }) => status === 'refused')) return items

  const now = clock.now()
  const event = (type: 'resource.created' | 'resource.updated', { id, orgId, audience }: ResourceRow) =>
    newEvent(deps, systemCause, type, { orgId, data: { resourceId: id, audience } })
  const { inserted, updated } = await commit(deps, {
    inserted: created.map((row) =>
      recorded(insertResource(db, row, always), event('resource.created', row), [row.audience]),
    ),
    updated: changed.map(({ before, after }) =>
      recorded(updateResource(db, before, termsOf(after), now), event('resource.updated', before), [before.audience]),
    ),
  }).catch(audienceTaken)
  if (inserted.some((made) => made.length === 0)) throw problem('resource.too_many')
  if (updated.some((made) => made.length === 0)) throw problem('resource.changed')
  return items
}

const termsOf = ({ name, scopes, detailTypes, accessTtlSeconds }: ResourceRow) => ({
  name,
  scopes,
  detailTypes,
  accessTtlSeconds,
})
