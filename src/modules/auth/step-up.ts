import type { Principal } from '../../deps.ts'
import type { Cause } from '../events/queries.ts'
import type { OpenedSession, OpenSessionDeps } from '../sessions/open-session.ts'
import { unchangedSince } from '../sessions/queries.ts'
import { type Proved, renewSession } from '../sessions/renew-session.ts'
import { type ProvePasswordDeps, provePassword } from './prove-password.ts'

type StepUpDeps = ProvePasswordDeps & OpenSessionDeps

export type StepUpProof = { password: string }

/**
 * Makes a session fresh: whoever holds it proves who they are, and gets another in its place.
 * Throws what its proof throws, and `session.expired`.
 */
export async function stepUp(
  deps: StepUpDeps,
  cause: Cause,
  actor: Principal,
  proof: StepUpProof,
): Promise<OpenedSession> {
  return renewSession(deps, cause, actor, await prove(deps, cause, actor, proof))
}

/** Another kind of proof is another branch here. */
async function prove(deps: StepUpDeps, cause: Cause, { user }: Principal, { password }: StepUpProof): Promise<Proved> {
  const hash = await provePassword(deps, cause, user, password)
  return { by: 'password', condition: unchangedSince(user.id, hash) }
}
