import type { Actor } from '../../deps.ts'
import { type Problem, problem } from '../../errors.ts'
import { decisionOf } from './authorize.ts'
import type { Denied } from './denied.ts'
import type { Scope } from './scope.ts'

/** `auth.forbidden` after `isAllowed` said no, with the decision that `POST /v1/authz/explain` shows. */
export const forbidden = (actor: Actor, permission: string, instance: Scope, org?: Scope, detail?: string): Problem =>
  problem('auth.forbidden', {
    ...(detail === undefined ? {} : { detail }),
    denied: lacking(actor, permission, instance, org),
  })

/** A refusal because the actor lacks a permission. */
export function lacking(actor: Actor, permission: string, instance: Scope, org?: Scope): Denied {
  const orgId = org?.id ?? null
  const asked = decisionOf(actor, permission, instance, org)
  // An allow rule gives it in some cases. So the refusal asks for more than the permission: see `authorityOf`.
  return asked.decision.allowed ? { actor, orgId } : { actor, orgId, asked }
}
