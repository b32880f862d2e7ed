/** What an organisation requires of a member, for the doors that no guard of `/v1/orgs/:id` keeps. */
import type { Actor } from '../../deps.ts'
import type { Problem } from '../../errors.ts'
import { unmetRoleFactor } from './role-factor.ts'
import type { Scope } from './scope.ts'
import { unmetSetting } from './unmet-setting.ts'

/**
 * The first requirement of the organisation or of a role there that this member does not meet, as the problem to throw.
 * Undefined if there is none, and for an actor who is no member. `now` is ms UTC.
 */
export const unmetInOrg = (actor: Actor, scope: Scope, now: number): Problem | undefined =>
  scope.org === null || !actor.memberships.has(scope.id)
    ? undefined
    : (unmetRoleFactor(actor, scope) ?? unmetSetting(scope.org.settings, actor, now))

/** Throws the problem of `unmetInOrg`. */
export function assertMeets(actor: Actor, scope: Scope, now: number): void {
  const unmet = unmetInOrg(actor, scope, now)
  if (unmet !== undefined) throw unmet
}
