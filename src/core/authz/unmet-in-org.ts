/** What an organisation requires of a member, for the doors that no guard of `/v1/orgs/:id` keeps. */
import type { Actor } from '../../deps.ts'
import { Problem } from '../../errors.ts'
import { assertRoleFactor } from './role-factor.ts'
import type { Scope } from './scope.ts'
import { unmetSetting } from './unmet-setting.ts'

/**
 * The first requirement of the organisation or of a role there that this member does not meet, as the problem to throw.
 * Undefined if there is none, and for somebody who is no member. `now` is ms UTC.
 */
export function unmetInOrg(actor: Actor, scope: Scope, now: number): Problem | undefined {
  if (scope.org === null || !actor.memberships.has(scope.id)) return undefined
  return unmetFactor(actor, scope) ?? unmetSetting(scope.org.settings, actor, now)
}

function unmetFactor(actor: Actor, scope: Scope): Problem | undefined {
  try {
    assertRoleFactor(actor, scope)
    return undefined
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
}

/** Whether the caller is a member of the organisation and meets its requirements. */
export const actsIn = (caller: Actor, org: Scope | undefined, now: number): boolean =>
  org !== undefined && caller.memberships.has(org.id) && unmetInOrg(caller, org, now) === undefined
