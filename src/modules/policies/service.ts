import type { SQL } from 'drizzle-orm'
import { assertMayGive, authorityIn, exceeding } from '../../core/authz/authority.ts'
import { isAllowed } from '../../core/authz/authorize.ts'
import { checkCondition } from '../../core/authz/condition.ts'
import { hidden, orgIdOf, orgIdsOf, type Place, placeAt, refusalAt } from '../../core/authz/require-permission.ts'
import { INSTANCE } from '../../core/authz/scope.ts'
import { commit, recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import type { Cause } from '../../core/events/queries.ts'
import { commitOnce, type IdempotencyKey } from '../../core/idempotency/commit-once.ts'
import { replay } from '../../core/idempotency/replay.ts'
import type { Actor, Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { whereTaken } from '../../lib/database-errors.ts'
import { permissionsExist, unknownPermissions } from '../permissions/queries.ts'
import { noSuchPermissions } from '../permissions/service.ts'
import { resourceTypeByName, resourceTypeIf, stillDeclares } from '../resource-types/queries.ts'
import { toResourceType } from '../resource-types/schema.ts'
import {
  deletePolicy,
  insertPolicy,
  type PolicyChanges,
  policyOfKey,
  type PolicyRow,
  policyById,
  updatePolicy,
} from './queries.ts'
import type { CreatePolicy, UpdatePolicy } from './schema.ts'

type WriteDeps = Pick<Deps, 'db' | 'clock' | 'random' | 'principals'>

/**
 * No deny rule can name these. With them an administrator can always read, change and delete the rules and roles, so no rule
 * locks everybody out.
 */
const UNDENIABLE: readonly string[] = ['policies:read', 'policies:write', 'roles:read', 'roles:write']

const taken = whereTaken({ 'policies.name': 'policy.name_taken', 'policies.org_id': 'policy.name_taken' })

/**
 * Makes a rule. One round trip, and one more with a resource type. Throws `policy.condition_refused`, `policy.name_taken`,
 * `policy.limit_reached`, `resource.type_changed`, `role.exceeds_own` if the caller lacks one of the permissions,
 * `request.invalid` for a permission or a resource type that does not exist, `auth.fresh_session_required`,
 * `idempotency.key_reused`, and `policy.not_found` for a repeat after the deletion.
 */
export async function createPolicy(
  deps: WriteDeps,
  cause: Cause,
  place: Place,
  { resourceType: ofType, ...rule }: Omit<CreatePolicy, 'orgId'>,
  key?: IdempotencyKey,
): Promise<PolicyRow> {
  cause.requireFresh()
  const { name, effect, permissions, condition } = rule
  const resourceType = ofType ?? null
  assertMayGive(authorityIn(cause, place), permissions)
  assertDeniable(effect, permissions)
  const declared = await checkedCondition(deps, condition, resourceType)
  const { db, clock, random } = deps
  const orgId = orgIdOf(place)
  const now = clock.now()
  const times = { version: 1, createdAt: now, updatedAt: now }
  const row: PolicyRow = { id: random.id('pol'), orgId, name, effect, permissions, resourceType, condition, ...times }
  const created = newEvent(deps, cause, 'policy.created', {
    ...(orgId === null ? {} : { orgId }),
    data: { policy: row.id, effect, permissions, resourceType },
  })
  const results = await commitOnce(
    deps,
    { key, event: created, subjectId: row.id },
    {
      inserted: recorded(
        insertPolicy(db, row, [permissionsExist(permissions, orgId), declared]),
        created,
        orgIdsOf(orgId),
      ),
      unknown: unknownPermissions(db, permissions, orgId),
      type: declared && resourceTypeIf(db, declared),
    },
  ).catch(taken)
  if (!results) {
    const { policy } = await replay(key, (asked) => policyOfKey(db, asked))
    if (!policy) throw problem('policy.not_found')
    return policy
  }
  const { inserted, unknown, type } = results
  if (inserted.length === 0) {
    if (unknown.length > 0) throw noSuchPermissions(unknown)
    throw problem(type?.length === 0 ? 'resource.type_changed' : 'policy.limit_reached')
  }
  if (orgId === null) deps.principals.forget(INSTANCE)
  return row
}

/**
 * Changes a rule. It is checked as a whole again. Throws the errors of `createPolicy`, `policy.not_found`, and
 * `policy.changed` if no version in `versions` (If-Match) is the current one, or if it was changed at the same time.
 */
export async function changePolicy(
  deps: WriteDeps,
  cause: Cause,
  { place, policy }: FoundPolicy,
  changes: UpdatePolicy,
  versions?: readonly number[],
): Promise<PolicyRow> {
  cause.requireFresh()
  if (versions !== undefined && !versions.includes(policy.version)) throw problem('policy.changed')
  const authority = authorityIn(cause, place)
  assertMayGive(authority, [...policy.permissions, ...(changes.permissions ?? [])])
  const columns: PolicyChanges = changes
  const changed: PolicyRow = { ...policy, ...columns }
  assertDeniable(changed.effect, changed.permissions)
  const declared = await checkedCondition(deps, changed.condition, changed.resourceType)
  const { db, clock } = deps
  const now = clock.now()
  const orgId = orgIdOf(place)
  const updated = newEvent(deps, cause, 'policy.updated', {
    ...(orgId === null ? {} : { orgId }),
    data: { policy: policy.id, fields: Object.keys(changes).sort() },
  })
  const only = [changes.permissions && permissionsExist(changes.permissions, orgId), declared]
  const { written, unknown, found } = await commit(deps, {
    written: recorded(updatePolicy(db, policy, columns, now, { authority, only }), updated, orgIdsOf(orgId)),
    unknown: changes.permissions && unknownPermissions(db, changes.permissions, orgId),
    found: policyById(db, policy.id),
  }).catch(taken)
  const [row] = found
  if (!row) throw problem('policy.not_found')
  if (written.length === 0) {
    if (unknown !== undefined && unknown.length > 0) throw noSuchPermissions(unknown)
    throw problem(row.version === policy.version ? 'resource.type_changed' : 'policy.changed')
  }
  if (orgId === null) deps.principals.forget(INSTANCE)
  return row
}

/** Deletes a rule. Throws `policy.not_found`, `role.exceeds_own`, `auth.fresh_session_required`. */
export async function removePolicy(deps: WriteDeps, cause: Cause, { place, policy }: FoundPolicy): Promise<void> {
  cause.requireFresh()
  const authority = authorityIn(cause, place)
  assertMayGive(authority, policy.permissions)
  const orgId = orgIdOf(place)
  const deleted = newEvent(deps, cause, 'policy.deleted', {
    ...(orgId === null ? {} : { orgId }),
    data: { policy: policy.id },
  })
  const { removed, found } = await commit(deps, {
    removed: recorded(deletePolicy(deps.db, policy.id, authority), deleted, orgIdsOf(orgId)),
    found: policyById(deps.db, policy.id),
  })
  if (removed.length === 0) {
    const [row] = found
    throw row ? exceeding(authority, row) : problem('policy.not_found')
  }
  if (orgId === null) deps.principals.forget(INSTANCE)
}

export interface FoundPolicy {
  policy: PolicyRow
  place: Place
}

/**
 * A rule, for a caller with this permission where the rule is. Throws `auth.forbidden` if the caller may only read it, and
 * `policy.not_found` if it does not exist or the caller may not know of it. One round trip, and one more if a scope is not in
 * memory.
 */
export async function findPolicy(
  deps: Pick<Deps, 'db' | 'principals' | 'clock'>,
  actor: Actor,
  permission: 'policies:read' | 'policies:write',
  id: string,
): Promise<FoundPolicy> {
  const [policy] = await policyById(deps.db, id)
  if (!policy) throw problem('policy.not_found')
  const { orgId } = policy
  const place = await placeAt(deps, orgId)
  const refusal = place && refusalAt(actor, permission, place, deps.clock.now())
  if (place !== undefined && refusal === undefined) return { policy, place }
  const mayRead = place !== undefined && isAllowed(actor, 'policies:read', place.instance, place.org)
  throw refusal?.code === 'auth.forbidden' && mayRead ? refusal : hidden(refusal, 'policy.not_found')
}

/** Throws `request.invalid` for a deny rule that could lock everybody out. */
function assertDeniable(effect: 'allow' | 'deny', permissions: readonly string[]): void {
  if (effect !== 'deny') return
  const errors = permissions.flatMap((name, at) =>
    UNDENIABLE.includes(name)
      ? [
          {
            path: `/permissions/${at}`,
            message: 'Expected a permission that a deny rule can name: it could lock out everybody',
          },
        ]
      : [],
  )
  if (errors.length > 0) throw problem('request.invalid', { errors })
}

/**
 * Throws `policy.condition_refused`, and `request.invalid` for an unknown resource type. Returns the condition for the
 * statement: the attributes are those that were read.
 */
async function checkedCondition(
  { db }: Pick<Deps, 'db'>,
  condition: string,
  resourceType: string | null,
): Promise<SQL | undefined> {
  const [type] = resourceType === null ? [] : await resourceTypeByName(db, resourceType)
  if (resourceType !== null && type === undefined)
    throw problem('request.invalid', {
      errors: [{ path: '/resourceType', message: 'Expected a type that GET /v1/resource-types lists' }],
    })
  const check = checkCondition(condition, type && toResourceType(type).attributes)
  if (!check.ok)
    throw problem('policy.condition_refused', {
      errors: check.reasons.slice(0, MAX_REASONS).map((message) => ({ path: '/condition', message })),
    })
  return type && stillDeclares(type)
}
const MAX_REASONS = 10
