/** Roles that administrators make: of the instance, or of an organisation. */
import { assertMayGive, assertMayGiveRoles, type Authority, authorityIn } from '../../core/authz/authority.ts'
import { builtInRolesOf } from '../../core/authz/authority-queries.ts'
import { orgIdOf, orgIdsOf, type Place } from '../../core/authz/require-permission.ts'
import { MAX_ROLES } from '../../core/authz/scope-queries.ts'
import { commit, recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import { type Cause, happened } from '../../core/events/queries.ts'
import { commitOnce, type IdempotencyKey } from '../../core/idempotency/commit-once.ts'
import { replay } from '../../core/idempotency/replay.ts'
import { builtInOrgRoles, builtInRoles, instanceRoleDefinitions } from '../../core/permissions.ts'
import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { whereTaken } from '../../lib/database-errors.ts'
import { permissionsExist, unknownPermissions } from '../permissions/queries.ts'
import { noSuchPermissions } from '../permissions/service.ts'
import { touchHolders } from '../users/queries.ts'
import {
  type CustomRole,
  deleteRole,
  insertRole,
  roleByName,
  roleFacts,
  roleOfKey,
  updateRole,
} from './custom-role-queries.ts'
import {
  forgetRequirement,
  keepAsMembers,
  keepAsUsers,
  takeFromInvitations,
  takeFromKeys,
  takeFromMembers,
  takeFromServiceAccounts,
  takeFromUsers,
} from './holder-queries.ts'
import { locksNobodyOut, locksNobodyOutOfOrg, requirementOf, setRequirement } from './queries.ts'
import type { CreateRole, Role, UpdateRole } from './schema.ts'
import { requireFactorOf, toRole } from './service.ts'

type WriteDeps = Pick<Deps, 'db' | 'clock' | 'random' | 'principals'>

/** Names that no role can take, so that a name means the same in every scope. */
const reserved: readonly string[] = [...builtInRoles, ...builtInOrgRoles]

/**
 * Makes a role. One round trip. Throws `role.name_taken`, `role.limit_reached`, `role.inheritance_refused`,
 * `role.exceeds_own` if the role would have a permission that the caller lacks, `request.invalid` for a permission that does not
 * exist there, and `auth.fresh_session_required`.
 */
export async function createRole(
  deps: WriteDeps,
  cause: Cause,
  place: Place,
  { name, permissions = [], inherits, mfaRequired = false }: CreateRole,
  key?: IdempotencyKey,
): Promise<Role> {
  cause.requireFresh()
  if (reserved.includes(name)) throw problem('role.name_taken')
  const authority = authorityIn(cause, place)
  assertMayGive(authority, permissions)
  if (inherits !== undefined) assertMayGiveRoles(authority, [inherits])
  const { db, clock, random } = deps
  const orgId = orgIdOf(place)
  const now = clock.now()
  const role: CustomRole = {
    id: random.id('rol'),
    orgId,
    name,
    permissions,
    inherits: inherits ?? null,
    // `role_requirements` has the requirements of the roles of the instance.
    mfaRequired: orgId !== null && mfaRequired,
    createdAt: now,
    updatedAt: now,
  }
  const created = newEvent(deps, cause, 'role.created', {
    ...(orgId === null ? {} : { orgId }),
    data: { role: name, permissions, inherits: role.inherits, mfaRequired },
  })
  const results = await commitOnce(
    deps,
    { key, event: created, subjectId: role.id },
    {
      inserted: recorded(insertRole(db, role, permissionsExist(permissions, orgId)), created, orgIdsOf(orgId)),
      required: orgId === null && mfaRequired ? setRequirement(db, name, { mfaRequired, now }, created) : undefined,
      facts: roleFacts(db, orgId, name, inherits),
      unknown: unknownPermissions(db, permissions, orgId),
    },
  ).catch(whereTaken({ 'custom_roles.name': 'role.name_taken', 'custom_roles.org_id': 'role.name_taken' }))
  if (!results) return replayedRole(db, key)
  const { inserted, facts, unknown } = results
  if (inserted.length === 0) {
    if (unknown.length > 0) throw noSuchPermissions(unknown)
    if (facts[0]?.isBase === false) throw problem('role.inheritance_refused')
    throw problem('role.limit_reached', { detail: `There are ${facts[0]?.total ?? MAX_ROLES}.` })
  }
  if (orgId === null) deps.principals.forgetAll()
  return toRole({ ...role, builtIn: false }, mfaRequired)
}

/** The role of the first request with this key, in its current state. Throws `role.not_found` if it was deleted. */
async function replayedRole(db: Deps['db'], key: IdempotencyKey | undefined): Promise<Role> {
  const { role, required } = await replay(key, (asked) => roleOfKey(db, asked))
  if (!role) throw problem('role.not_found')
  return toRole({ ...role, builtIn: false }, role.orgId === null ? required === true : role.mfaRequired)
}

/**
 * Changes a role, with effect on the next request of its holders. One round trip. Throws the errors of `createRole`,
 * `role.not_found`, `role.built_in`, and `role.factor_missing` if the caller holds the role, has no second factor, and would
 * require one.
 */
export async function changeRole(
  deps: WriteDeps,
  cause: Cause,
  place: Place,
  name: string,
  changes: UpdateRole,
): Promise<Role> {
  cause.requireFresh()
  const orgId = orgIdOf(place)
  const { permissions, inherits, mfaRequired } = changes
  const builtIn = orgId === null ? instanceRoleDefinitions.find((role) => role.name === name) : undefined
  if (builtIn && mfaRequired !== undefined && permissions === undefined && inherits === undefined)
    return requireFactorOf(deps, cause, builtIn, mfaRequired)
  if (builtInRolesOf(orgId).includes(name)) throw problem('role.built_in')
  const authority = authorityIn(cause, place)
  assertMayGive(authority, permissions ?? [])
  if (typeof inherits === 'string') assertMayGiveRoles(authority, [inherits])

  const { db, clock } = deps
  const now = clock.now()
  const { actorId } = cause
  const staysIn = orgId === null ? locksNobodyOut(actorId, name) : locksNobodyOutOfOrg(actorId, orgId, name)
  const columns = {
    ...(permissions === undefined ? {} : { permissions }),
    ...(inherits === undefined ? {} : { inherits }),
    ...(mfaRequired === undefined || orgId === null ? {} : { mfaRequired }),
  }
  const updated = newEvent(deps, cause, 'role.updated', {
    ...(orgId === null ? {} : { orgId }),
    data: { role: name, ...changes },
  })
  const conditions = {
    authority,
    only: [permissions && permissionsExist(permissions, orgId), mfaRequired === true ? staysIn : undefined],
  }
  const { changed, required, found, facts, unknown } = await commit(deps, {
    changed: recorded(updateRole(db, { orgId, name }, columns, now, conditions), updated, orgIdsOf(orgId)),
    set:
      mfaRequired === undefined || orgId !== null ? undefined : setRequirement(db, name, { mfaRequired, now }, updated),
    required: orgId === null ? requirementOf(db, name) : undefined,
    found: roleByName(db, orgId, name),
    facts: roleFacts(db, orgId, name, inherits),
    unknown: permissions && unknownPermissions(db, permissions, orgId),
  })
  const [role] = found
  if (!role) throw problem('role.not_found')
  if (changed.length === 0) {
    assertWithin(authority, role)
    if (unknown !== undefined && unknown.length > 0) throw noSuchPermissions(unknown)
    const refused = facts[0]?.isBase === false || facts[0]?.inherited === true || inherits === name
    if (typeof inherits === 'string' && refused) throw problem('role.inheritance_refused')
    throw problem('role.factor_missing')
  }
  if (orgId === null) deps.principals.forgetAll()
  return toRole({ ...role, builtIn: false }, orgId === null ? required?.[0]?.mfaRequired === true : role.mfaRequired)
}

/**
 * Deletes a role. Its holders, service accounts, API keys and open invitations lose it in the same batch. Whoever has no other role
 * gets `user`, or `member` in the organisation. One round trip. Throws `role.not_found`, `role.built_in`, `role.inherited`,
 * `role.exceeds_own`, `auth.fresh_session_required`.
 */
export async function removeRole(deps: WriteDeps, cause: Cause, place: Place, name: string): Promise<void> {
  cause.requireFresh()
  const orgId = orgIdOf(place)
  if (builtInRolesOf(orgId).includes(name)) throw problem('role.built_in')
  const authority = authorityIn(cause, place)
  const { db, clock, principals } = deps
  const deleted = newEvent(deps, cause, 'role.deleted', { ...(orgId === null ? {} : { orgId }), data: { role: name } })
  const gone = { role: name, event: deleted }
  const { removed, members, accounts, found } = await commit(deps, {
    removed: recorded(deleteRole(db, orgId, name, authority), deleted, orgIdsOf(orgId)),
    versions: orgId === null ? touchHolders(db, name, clock.now(), happened(deleted)) : undefined,
    kept: orgId === null ? keepAsUsers(db, gone) : keepAsMembers(db, orgId, gone),
    users: orgId === null ? takeFromUsers(db, gone) : undefined,
    requirement: orgId === null ? forgetRequirement(db, gone) : undefined,
    members: orgId === null ? undefined : takeFromMembers(db, orgId, gone),
    invited: orgId === null ? undefined : takeFromInvitations(db, orgId, gone),
    accounts: takeFromServiceAccounts(db, orgId, gone),
    keys: orgId === null ? undefined : takeFromKeys(db, orgId, gone),
    found: roleByName(db, orgId, name),
  })
  if (removed.length === 0) {
    const [role] = found
    if (!role) throw problem('role.not_found')
    assertWithin(authority, role)
    throw problem('role.inherited')
  }
  if (orgId === null) principals.forgetAll()
  else for (const { id } of [...(members ?? []), ...accounts]) principals.forget(id)
}

/** Throws `role.exceeds_own` if the role has a permission that the caller lacks. */
function assertWithin(authority: Authority, { permissions, inherits }: CustomRole): void {
  assertMayGive(authority, permissions)
  if (inherits !== null) assertMayGiveRoles(authority, [inherits])
}
