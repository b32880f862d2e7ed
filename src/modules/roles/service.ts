import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { builtInRoles, permissionsOf } from '../../core/permissions.ts'
import { commit, recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import type { Cause } from '../../core/events/queries.ts'
import { requirementOf, requirements, setMfaRequired } from './queries.ts'
import type { Role } from './schema.ts'

/** Every role with its permissions and its requirements. One round trip. */
export async function listRoles({ db }: Pick<Deps, 'db'>): Promise<Role[]> {
  const rows = await requirements(db)
  return builtInRoles.map((name) =>
    describeRole(
      name,
      rows.some(({ role, mfaRequired }) => role === name && mfaRequired),
    ),
  )
}

/**
 * Requires a second factor from the holders of a role, from their next request on, or removes the requirement. One
 * round trip. Sessions that have shown a second factor continue. Other sessions can only add or use one. A holder of
 * the role without a second factor cannot set the requirement, because it would lock them out. Throws
 * `role.not_found`, `role.factor_missing`, `auth.fresh_session_required`.
 */
export async function updateRole(
  deps: Pick<Deps, 'db' | 'clock' | 'random' | 'principals'>,
  cause: Cause,
  name: string,
  { mfaRequired }: { mfaRequired: boolean },
): Promise<Role> {
  cause.requireFresh()
  if (!builtInRoles.some((known) => known === name)) throw problem('role.not_found')
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
  return describeRole(name, mfaRequired)
}

const describeRole = (name: string, mfaRequired: boolean): Role => ({
  name,
  permissions: [...permissionsOf([name])],
  mfaRequired,
})
