import { Problem, problem } from '../../errors.ts'
import { hashToken } from '../../lib/tokens.ts'
import { commit } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import { type Cause, noteEvent } from '../../core/events/queries.ts'
import type { AskDeps } from '../actions/ask-actions.ts'
import type { CompleteSignInDeps, SignedIn } from '../mfa/complete-sign-in.ts'
import type { Flow } from './flow-cookie.ts'
import { linkIdentity } from '../identities/link-identity.ts'
import { type ProviderDeps, providerOf, redeemAnswer } from './provider-client.ts'
import { signInWithIdentity } from '../identities/sign-in-with-identity.ts'
import { usedFlow } from './use-flow.ts'

export type FinishDeps = CompleteSignInDeps & ProviderDeps & AskDeps

/** The data that the browser sends to the callback. */
export interface Answer {
  /** The unchanged query, with its question mark. */
  query: string
  sessionCookie: string | undefined
  deviceToken: string | undefined
}

export type Finished = { done: 'signed-in'; signedIn: SignedIn } | { done: 'linked' }

/**
 * Finishes a flow that `beginFlow` started: a sign-in or a link. The audit log records a failure. Throws the errors
 * of `redeemAnswer`, `signInWithIdentity` and `linkIdentity`, and `provider.flow_invalid` if the answer belongs to
 * the flow of another browser.
 */
export async function finishFlow(deps: FinishDeps, cause: Cause, flow: Flow, answer: Answer): Promise<Finished> {
  try {
    return await finish(deps, cause, flow, answer)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    const failed = newEvent(deps, cause, 'auth.failed', {
      userId: flow.link?.userId ?? null,
      result: 'failure',
      data: { reason: error.code, provider: flow.provider },
    })
    await commit(deps, [noteEvent(deps.db, failed)])
    throw error
  }
}

async function finish(deps: FinishDeps, cause: Cause, flow: Flow, answer: Answer): Promise<Finished> {
  const provider = providerOf(deps, flow.provider)
  // The library checks the state too. This check refuses the answer to another browser's flow before any request to
  // the provider.
  if (new URLSearchParams(answer.query).get('state') !== flow.state) throw problem('provider.flow_invalid')
  const profile = await redeemAnswer(deps, provider, flow, answer.query)
  const proved = { provider, profile, flow: await usedFlow(flow) }
  if (flow.link === undefined) {
    const { deviceToken } = answer
    return { done: 'signed-in', signedIn: await signInWithIdentity(deps, cause, { ...proved, deviceToken }) }
  }
  const { userId, sessionId, byCookie } = flow.link
  const { sessionCookie } = answer
  const cookieHash = byCookie && sessionCookie !== undefined ? await hashToken(sessionCookie) : null
  await linkIdentity(deps, cause, proved, { sessionId, userId, cookieHash, now: deps.clock.now() })
  return { done: 'linked' }
}
