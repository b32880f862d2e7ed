/** Whether a member may act in an organisation with this session, besides what their roles allow. */
import type { Actor } from '../../deps.ts'
import type { Problem } from '../../errors.ts'
import { missingRoleFactor } from './role-factor.ts'
import type { Scope } from './scope.ts'
import { unmetSetting } from './unmet-setting.ts'

/**
 * Why the organisation refuses the session of a member: a role there requires a second factor, or a setting is not met.
 * Undefined for who is no member, and for API keys. Every door to an organisation asks it, after it has found that the
 * principal has the permission. `now` is ms UTC.
 */
export function refusalIn({ id, org, mfaRoles }: Scope, actor: Actor, now: number): Problem | undefined {
  if (org === null || !actor.memberships.has(id)) return undefined
  return missingRoleFactor(actor, { id, mfaRoles }) ?? unmetSetting(org.settings, actor, now)
}

/** Throws the problem of `refusalIn`. */
export function assertAdmitted(scope: Scope, actor: Actor, now: number): void {
  const refusal = refusalIn(scope, actor, now)
  if (refusal !== undefined) throw refusal
}
