import type { Actor, SessionPrincipal } from '../../deps.ts'
import { type Problem, problem } from '../../errors.ts'
import { requires } from './denied.ts'
import type { Scope } from './scope.ts'

type Factors = Pick<Scope, 'id' | 'mfaRoles'>

/** Throws the problem of `missingRoleFactor`. */
export function assertRoleFactor(actor: Actor, org: Factors): void {
  const missing = missingRoleFactor(actor, org)
  if (missing !== undefined) throw missing
}

/**
 * `mfa.enrolment_required` if a role of the person in this organisation requires a second factor, and the session has shown
 * none. The roles of the instance are judged with the principal (`mfaMissing`). An API key is no session.
 */
export function missingRoleFactor(actor: Actor, org: Factors): Problem | undefined {
  if (org.mfaRoles.size === 0 || !hasSession(actor)) return undefined
  const asks = actor.memberships.get(org.id)?.some((role) => org.mfaRoles.has(role)) === true
  if (!asks || (actor.hasFactor && actor.amr.includes('mfa'))) return undefined
  return problem('mfa.enrolment_required', { denied: { actor, orgId: org.id, ...requires('actor.mfa', true, false) } })
}

const hasSession = (actor: Actor): actor is SessionPrincipal => actor.kind === 'session'
