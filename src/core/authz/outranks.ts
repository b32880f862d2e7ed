/** Whether a person may act in the place of another: never with a right that they lack themselves. */
import type { Actor } from '../../deps.ts'
import { isAllowed } from './authorize.ts'
import { outcomeOf } from './decide.ts'
import type { CompiledRule } from './model.ts'
import { permissionsOfRoles } from './policy-set.ts'
import { questionOf } from './question.ts'
import { INSTANCE, type Scope } from './scope.ts'

type Rights = Pick<Actor, 'roles' | 'memberships'>
type Scopes = ReadonlyMap<string, Scope>

/**
 * True if the actor has more permissions by roles than the user in the instance, and lacks none of them in any
 * organisation. `scopes` has the instance and the organisations of the user.
 */
export function outranks(actor: Rights, user: Rights, scopes: Scopes): boolean {
  const granted = (id: string, roles: readonly string[]): ReadonlySet<string> => {
    const scope = scopes.get(id)
    return scope === undefined ? new Set() : permissionsOfRoles(scope.policies, roles)
  }
  const mine = granted(INSTANCE, actor.roles)
  const theirs = granted(INSTANCE, user.roles)
  if (![...theirs].every((permission) => mine.has(permission)) || theirs.size >= mine.size) return false
  if (actor.roles.includes('admin')) return true // also the permissions of applications
  return [...user.memberships].every(([orgId, roles]) => {
    const here = granted(orgId, actor.memberships.get(orgId) ?? [])
    return [...granted(orgId, roles)].every((permission) => mine.has(permission) || here.has(permission))
  })
}

/**
 * True if a rule gives the actor more in the place of the user than alone: an allow rule that may be true of the user, for
 * a permission that the actor lacks, or a deny rule that is true of the actor alone. What a rule reads of a resource or
 * of a request is unknown here, so such an allow rule counts. A rule that reads nothing of the actor is the same for both.
 *
 * `inPlace`: the principal of the session that is asked for.
 */
export function gainsByRules(actor: Actor, inPlace: Actor, scopes: Scopes): boolean {
  const instance = scopes.get(INSTANCE)
  if (instance === undefined) return true
  if (actor.roles.includes('admin')) return false // who changes the rules themselves
  return [INSTANCE, ...inPlace.memberships.keys()].some((id) => {
    const scope = scopes.get(id)
    const org = scope === undefined || scope.org === null ? undefined : scope
    const outcome = (rule: CompiledRule, of: Actor, permission: string) =>
      outcomeOf(rule, questionOf(of, permission, org?.id ?? null))
    const gains = (rule: CompiledRule, permission: string): boolean =>
      rule.effect === 'allow'
        ? outcome(rule, inPlace, permission) !== false && !isAllowed(actor, permission, instance, org)
        : outcome(rule, actor, permission) !== false && outcome(rule, inPlace, permission) === false
    return scope?.policies.rules
      .filter(({ compiled }) => compiled?.fields.some(({ root }) => root === 'actor'))
      .some((rule) => rule.permissions.some((permission) => gains(rule, permission)))
  })
}
