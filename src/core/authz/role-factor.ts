import type { Actor, ClientPrincipal, SessionPrincipal } from '../../deps.ts'
import { type Problem, problem } from '../../errors.ts'
import { requires } from './denied.ts'
import { isClient, isSession } from './question.ts'
import type { Scope } from './scope.ts'

/**
 * `mfa.enrolment_required` if a role of the person in this organisation requires a second factor, and the session has
 * shown none. The same for the sign-in of a person whose client asks. The roles of the instance are judged with the principal
 * (`mfaMissing`). An API key is no session.
 */
export function unmetRoleFactor(actor: Actor, org: Pick<Scope, 'id' | 'mfaRoles'>): Problem | undefined {
  if (org.mfaRoles.size === 0 || !showsFactors(actor)) return undefined
  const asks = actor.memberships.get(org.id)?.some((role) => org.mfaRoles.has(role)) === true
  if (!asks || (actor.hasFactor && actor.amr.includes('mfa'))) return undefined
  return problem('mfa.enrolment_required', { denied: { actor, orgId: org.id, ...requires('actor.mfa', true, false) } })
}

const showsFactors = (actor: Actor): actor is SessionPrincipal | ClientPrincipal =>
  isSession(actor) || (isClient(actor) && actor.authenticatedAt !== null)
