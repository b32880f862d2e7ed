import type { RoleDefinition } from '../../core/authz/model.ts'
import { assertMayGiveRoles, authorityInInstance } from '../../core/authz/authority.ts'
import { commit, recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import type { Cause } from '../../core/events/queries.ts'
import { instanceRoleDefinitions, orgRoleDefinitions } from '../../core/permissions.ts'
import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { rolesOf } from './custom-role-queries.ts'
import { requirementOf, requirements, setMfaRequired } from './queries.ts'
import type { Role } from './schema.ts'

/** The roles of the instance: the built-in ones, then the others by name. One round trip. */
export async function listRoles(deps: Pick<Deps, 'db' | 'principals'>): Promise<Role[]> {
  const { db } = deps
  const { custom, asked } = await commit(deps, { custom: rolesOf(db, null), asked: requirements(db) })
  const isAsked = (name: string) => asked.some(({ role, mfaRequired }) => role === name && mfaRequired)
  return [
    ...instanceRoleDefinitions.map((role) => toRole(role, isAsked(role.name))),
    ...custom.map((role) => toRole({ ...role, builtIn: false }, isAsked(role.name))),
  ]
}

/** The roles of an organisation, in the same order. One round trip. */
export async function listOrgRoles({ db }: Pick<Deps, 'db'>, orgId: string): Promise<Role[]> {
  const custom = await rolesOf(db, orgId)
  return [
    ...orgRoleDefinitions.map((role) => toRole(role, false)),
    ...custom.map((role) => toRole({ ...role, builtIn: false }, role.mfaRequired)),
  ]
}

/** The role that the API shows. */
export const toRole = ({ name, permissions, inherits, builtIn }: RoleDefinition, mfaRequired: boolean): Role => ({
  name,
  permissions: [...permissions],
  ...(inherits === null ? {} : { inherits }),
  mfaRequired,
  builtIn,
})

/**
 * Requires a second factor from the holders of a built-in role, from their next request on, or removes the requirement. One
 * round trip. Sessions that have shown a second factor continue. Other sessions can only add or use one. A holder of
 * the role without a second factor cannot set the requirement, because it would lock them out. Throws
 * `role.factor_missing`, `role.exceeds_own`, `auth.fresh_session_required`.
 */
export async function requireFactorOf(
  deps: Pick<Deps, 'db' | 'clock' | 'random' | 'principals'>,
  cause: Cause,
  role: RoleDefinition,
  mfaRequired: boolean,
): Promise<Role> {
  cause.requireFresh()
  const { name } = role
  assertMayGiveRoles(await authorityInInstance(deps, cause), [name])
  const { db, clock } = deps
  const updated = newEvent(deps, cause, 'role.updated', { data: { role: name, mfaRequired } })
  const wanted = { mfaRequired, actorId: cause.actorId, now: clock.now() }
  const { stored } = await commit(deps, {
    updated: recorded(setMfaRequired(db, name, wanted), updated),
    stored: requirementOf(db, name),
  })
  if ((stored[0]?.mfaRequired ?? false) !== mfaRequired) throw problem('role.factor_missing')
  // The event names no user: it concerns all who hold the role.
  deps.principals.forgetAll()
  return toRole(role, mfaRequired)
}
