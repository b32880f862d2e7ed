import type { Actor } from '../../deps.ts'
import { type Problem, problem } from '../../errors.ts'
import { isAllowed } from './authorize.ts'
import { forbidden } from './forbidden.ts'
import { unmetRoleFactor } from './role-factor.ts'
import type { Scope } from './scope.ts'
import { unmetSetting } from './unmet-setting.ts'

/**
 * Why this principal does not get through a door with this permission in an organisation; undefined if it does. Guards and
 * handlers ask here. In this order: `mfa.enrolment_required`, `auth.forbidden`, the error of the first setting of the
 * organisation that a member does not meet. `org.not_found` for those who have nothing to do with it, and if it was deleted.
 * `now` is ms UTC.
 */
export function refusalInOrg(
  actor: Actor,
  permission: string,
  instance: Scope,
  scope: Scope,
  now: number,
): Problem | undefined {
  const { org } = scope
  if (org === null || (org.deletedAt !== null && permission !== RESTORE)) return problem('org.not_found')
  const isMember = actor.memberships.has(scope.id)
  const unmet = unmetRoleFactor(actor, scope)
  if (unmet !== undefined) return unmet
  if (!isAllowed(actor, permission, instance, scope))
    return isMember ? forbidden(actor, permission, instance, scope) : problem('org.not_found')
  // An administrator of the instance who is no member follows the rules of the instance.
  return isMember ? unmetSetting(org.settings, actor, now) : undefined
}

/** The one permission in an organisation that was deleted. */
const RESTORE = 'orgs:restore'
