import type { Actor, SessionPrincipal } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { requires } from './denied.ts'
import type { Scope } from './scope.ts'

/**
 * Throws `mfa.enrolment_required` if a role of the person in this organisation requires a second factor, and the session has
 * shown none. The roles of the instance are judged with the principal (`mfaMissing`). An API key is no session.
 */
export function assertRoleFactor(actor: Actor, org: Scope): void {
  if (org.mfaRoles.size === 0 || !hasSession(actor)) return
  const asks = actor.memberships.get(org.id)?.some((role) => org.mfaRoles.has(role)) === true
  if (asks && !(actor.hasFactor && actor.amr.includes('mfa')))
    throw problem('mfa.enrolment_required', { denied: { actor, orgId: org.id, ...requires('actor.mfa', true, false) } })
}

const hasSession = (actor: Actor): actor is SessionPrincipal => actor.kind === 'session'
