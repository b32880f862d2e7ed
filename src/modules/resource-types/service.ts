import { type AttributeType, checkCondition } from '../../core/authz/condition.ts'
import { commit, recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import type { Cause } from '../../core/events/queries.ts'
import { commitOnce, type IdempotencyKey } from '../../core/idempotency/commit-once.ts'
import { replay } from '../../core/idempotency/replay.ts'
import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { whereTaken } from '../../lib/database-errors.ts'
import {
  deleteResourceType,
  insertResourceType,
  MAX_CHECKED,
  onlyTheseRules,
  type ResourceTypeRow,
  resourceTypeByName,
  resourceTypeOfKey,
  rulesOfType,
  updateAttributes,
} from './queries.ts'
import type { CreateResourceType } from './schema.ts'

type WriteDeps = Pick<Deps, 'db' | 'clock' | 'random' | 'principals'>
type Attributes = Readonly<Record<string, AttributeType>>

/** The number of rules that a problem names. */
const MAX_NAMED = 20

/**
 * Declares a type. One round trip. Throws `resource.type_taken`, `resource.type_limit_reached`, `idempotency.key_reused`, and
 * `resource.type_not_found` for a repeat after the deletion.
 */
export async function createResourceType(
  deps: WriteDeps,
  cause: Cause,
  { name, attributes }: CreateResourceType,
  key?: IdempotencyKey,
): Promise<ResourceTypeRow> {
  const { db, clock } = deps
  const now = clock.now()
  const row: ResourceTypeRow = { name, attributes, createdAt: now, updatedAt: now }
  const created = newEvent(deps, cause, 'resource_type.created', { data: { resourceType: name } })
  const results = await commitOnce(
    deps,
    { key, event: created, subjectId: name },
    { inserted: recorded(insertResourceType(db, row), created) },
  ).catch(whereTaken({ 'resource_types.name': 'resource.type_taken' }))
  if (!results) {
    const { type } = await replay(key, (asked) => resourceTypeOfKey(db, asked))
    if (!type) throw problem('resource.type_not_found')
    return type
  }
  if (results.inserted.length === 0) throw problem('resource.type_limit_reached')
  return row
}

/**
 * Replaces the attributes of a type. If an attribute goes away or gets another type, the rules of the type are checked again,
 * and the change happens only while these are all of its rules. Two round trips. Throws `resource.type_not_found`,
 * `resource.type_in_use` with the rules that would be refused, `resource.type_changed`.
 */
export async function updateResourceType(
  deps: WriteDeps,
  cause: Cause,
  name: string,
  attributes: Attributes,
): Promise<ResourceTypeRow> {
  const { db, clock } = deps
  const { found, rules } = await commit(deps, {
    found: resourceTypeByName(db, name),
    rules: rulesOfType(db, name, MAX_CHECKED + 1),
  })
  const [read] = found
  if (!read) throw problem('resource.type_not_found')
  const onlyAdds = Object.entries(read.attributes).every(
    ([key, type]) => Object.hasOwn(attributes, key) && attributes[key] === type,
  )
  if (!onlyAdds) {
    if (rules.length > MAX_CHECKED) throw inUse(rules.map(({ id }) => ({ id, reason: 'uses the type' })))
    const refused = rules.flatMap(({ id, condition }) => {
      const check = checkCondition(condition, attributes)
      return check.ok ? [] : [{ id, reason: check.reasons[0] ?? 'would be refused' }]
    })
    if (refused.length > 0) throw inUse(refused)
  }
  const now = clock.now()
  const updated = newEvent(deps, cause, 'resource_type.updated', { data: { resourceType: name } })
  const condition = onlyAdds ? undefined : onlyTheseRules(name, rules)
  const { changed } = await commit(deps, {
    changed: recorded(updateAttributes(db, read, { ...attributes }, now, condition), updated),
  })
  if (changed.length === 0) throw problem('resource.type_changed')
  return { ...read, attributes: { ...attributes }, updatedAt: now }
}

/** Deletes a type that no rule has. One round trip. Throws `resource.type_not_found`, `resource.type_in_use`, `auth.fresh_session_required`. */
export async function removeResourceType(deps: WriteDeps, cause: Cause, name: string): Promise<void> {
  cause.requireFresh()
  const { db } = deps
  const deleted = newEvent(deps, cause, 'resource_type.deleted', { data: { resourceType: name } })
  const { removed, found, rules } = await commit(deps, {
    removed: recorded(deleteResourceType(db, name), deleted),
    found: resourceTypeByName(db, name),
    rules: rulesOfType(db, name, MAX_NAMED),
  })
  if (removed.length > 0) return
  if (found.length === 0) throw problem('resource.type_not_found')
  throw inUse(rules.map(({ id }) => ({ id, reason: 'uses the type' })))
}

const inUse = (rules: readonly { id: string; reason: string }[]) =>
  problem('resource.type_in_use', {
    errors: rules.slice(0, MAX_NAMED).map(({ id, reason }) => ({ path: '/attributes', message: `${id}: ${reason}` })),
  })
