import type { Cause } from '../../core/events/queries.ts'
import { rateLimited } from '../../core/limits/rate-limit-headers.ts'
import type { Actor, Deps } from '../../deps.ts'
import type { SignUpAsked, TokenAsked } from './ask-actions.ts'
import { askOne } from './decide.ts'
import { findAction } from './manage-actions.ts'
import type { Trigger } from './queries.ts'

const signUp: SignUpAsked = { email: 'test@example.com', name: 'Test', method: 'password' }

/**
 * Asks a program about a made-up request, also while the action is disabled, and says what it decided. Nothing happens, and no
 * event is written. Throws `action.not_found`, `request.rate_limited`.
 */
export async function testAction(deps: Deps, cause: Cause, { limiterKey, id: userId }: Actor, id: string) {
  const allowance = deps.limiter.takeHere('action-test:account', limiterKey)
  if (!allowance.allowed) throw rateLimited(allowance)
  const action = await findAction(deps, id)
  const { decision, status, tookMs } = await askOne(deps, action, cause, madeUp(deps, action.trigger, userId))
  const told = { tookMs, ...(status === undefined ? {} : { status }) }
  if (decision.outcome === 'failed') return { outcome: 'failed' as const, reason: decision.why, ...told }
  if (decision.outcome === 'deny')
    return { outcome: 'deny' as const, ...(decision.reason === undefined ? {} : { reason: decision.reason }), ...told }
  const { claims, idTokenClaims } = decision
  return { outcome: 'allow' as const, claims, idTokenClaims, ...told }
}

function madeUp({ config }: Pick<Deps, 'config'>, trigger: Trigger, userId: string): SignUpAsked | TokenAsked {
  if (trigger === 'sign_up') return signUp
  const nothing = { sessionId: null, clientId: null, orgId: null, scopes: null }
  return { kind: 'session', userId, ...nothing, audience: config.appUrl, amr: ['pwd'] }
}
