/**
 * Where the browser goes after a flow with a provider fails. A person navigates there, so a problem document would
 * not help them.
 */
import type { Deps } from '../../deps.ts'
import { Problem, problem } from '../../errors.ts'
import { asksForJson, isNavigation } from './accepts.ts'
import { storageProblem } from '../../lib/database-errors.ts'
import { signInAfterProvider } from '../../lib/return-urls.ts'
import { returnUrlOf } from './begin-flow.ts'
import type { Flow } from './flow-cookie.ts'
import { reasonOf } from './provider-failure.ts'

export interface Failure {
  provider: string
  /** The flow that was started in this browser. Undefined if there is none, or if it belongs to another provider. */
  flow: Flow | undefined
  requestId: string
  /** Whether the browser has a session. */
  isSignedIn: () => Promise<boolean>
}

/**
 * Logs why a callback failed, and returns the URL for the browser:
 * - the return URL of the flow, with the error code;
 * - the return URL without a code, if the person is signed in and only opened the callback again;
 * - the sign-in page, if the flow is unknown.
 * Throws for programs, which get the problem document.
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
  return withError(flow?.returnTo ?? signInAfterProvider(appUrl), found)
}

/** Adds the error code to the URL. */
export function withError(returnTo: string, { code }: Problem): string {
  const target = new URL(returnTo)
  target.searchParams.set('error', code)
  return target.href
}

/**
 * Logs why a flow failed. It logs no reached limit, because the limiter logs that once. The provider id comes from
 * the path, so an id that is not configured may be any text and is not logged.
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
