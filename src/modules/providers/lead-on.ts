/** Where people go when a way to a provider ends in nothing: they navigate, so an answer for programs is no use to them. */
import type { Deps } from '../../deps.ts'
import { Problem, problem } from '../../errors.ts'
import { asksForJson, isNavigation } from './accepts.ts'
import { storageProblem } from '../../lib/database-errors.ts'
import { returnUrlOf } from './begin-flow.ts'
import type { Flow } from './flow-cookie.ts'
import { reasonOf } from './provider-failure.ts'

export interface Failure {
  provider: string
  /** The one that was begun in this browser; undefined when there is none, or it is of another provider. */
  flow: Flow | undefined
  requestId: string
  /** Whether the browser has a session. */
  isSignedIn: () => Promise<boolean>
}

/**
 * Tells the log why a callback failed, and returns where to send the browser: to the URL the flow returns to, with the
 * code; there without one, for somebody who is signed in and has only come back once more; and to the page for signing in
 * where nothing is known of the flow. Throws for programs, which get the problem document.
 */
export async function leadOn(
  deps: Pick<Deps, 'config' | 'log'>,
  request: Request,
  error: unknown,
  failure: Failure,
): Promise<string> {
  const found = error instanceof Problem ? error : (storageProblem(error) ?? problem('server.error', { cause: error }))
  const { provider, flow, requestId, isSignedIn } = failure
  const isRepeat = found.code === 'provider.flow_invalid' && flow?.link === undefined
  const signedIn = isRepeat && !asksForJson(request) && (await isSignedIn())
  if (!signedIn) tell(deps, found, { provider, requestId })
  const { appUrl, returnUrls } = deps.config
  if (found.code === 'request.rate_limited' && !isNavigation(request)) throw found
  if (flow === undefined && asksForJson(request)) throw found
  const state = new URL(request.url, appUrl).searchParams.get('state')
  if (signedIn) return flow?.returnTo ?? returnUrlOf(returnUrls, state) ?? `${appUrl}/`
  return flow === undefined ? `${appUrl}/sign-in#again` : withError(flow.returnTo, found)
}

/** The same URL, with the code of what went wrong. */
export function withError(returnTo: string, { code }: Problem): string {
  const target = new URL(returnTo)
  target.searchParams.set('error', code)
  return target.href
}

/**
 * Why it failed, to the log. A limit that was reached is told by the limiter, once. The id comes from a path: one of no
 * provider may be anything.
 */
export function tell(
  { config, log }: Pick<Deps, 'config' | 'log'>,
  found: Problem,
  { provider, requestId }: Pick<Failure, 'provider' | 'requestId'>,
): void {
  if (found.code === 'request.rate_limited') return
  const isConfigured = config.providers.some(({ id }) => id === provider)
  const fields = {
    provider: isConfigured ? provider : '(not configured)',
    code: found.code,
    reason: reasonOf(found),
    requestId,
  }
  if (found.status === 500) log.error('a sign-in with a provider failed', { ...fields, cause: found.cause })
  else log.warning('a sign-in with a provider failed', fields)
}
