import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { builtInRoles, permissionsOf } from '../../core/permissions.ts'
import { commit, recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import type { Cause } from '../../core/events/queries.ts'
import { requirementOf, requirements, setMfaRequired } from './queries.ts'
import type { Role } from './schema.ts'

/** Every role there is, what it allows, and what it asks of its holders. One round trip. */
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
 * Asks the holders of a role for a second factor, from their next request on, or no longer; one round trip. Sessions that
 * have shown one go on; the others can add or show one and nothing else. A holder of the role who has no second factor
 * cannot ask it for one: they would lock themselves out.
 * Throws `role.not_found`, `role.factor_missing`, `auth.fresh_session_required`.
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
