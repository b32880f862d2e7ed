import type { Deps } from '../../deps.ts'
import type { Problem } from '../../errors.ts'
import type { Answered } from '../../lib/answered.ts'
import type { Locale } from '../../lib/languages.ts'
import { OAuthError } from '../../lib/oauth-error.ts'
import { isNavigation } from '../providers/accepts.ts'
import { cardAnswer } from './card.tsx'
import { errorPage } from './error-view.tsx'
import { Unanswerable } from './recipient.ts'

interface Failed {
  request: Request
  requestId: string
  locale: Locale
  problem: Problem
}

/**
 * The page for a person at an endpoint of OAuth. `message` is that of the log, which says why the request was not answered.
 * Undefined for an error that is no matter of the request, unless a person has to wait.
 */
export const pagesOfErrors =
  (deps: Pick<Deps, 'config' | 'log'>, message: string) =>
  (error: unknown, failed: Failed): Answered | undefined => {
    const { config, log } = deps
    const { requestId, locale } = failed
    const known = error instanceof OAuthError ? new Unanswerable('request', error.message) : error
    if (!(known instanceof Unanswerable)) return pageOfWait(deps, failed)
    const { page, status, back, signInUrl, message: reason } = known
    log.info(message, { requestId, reason, ...(known.cause ? { cause: known.cause } : {}) })
    return cardAnswer(errorPage(locale, config, { page, requestId, back, signInUrl }), [], status)
  }

/** For a limit, a server that is busy, or a form of another site. A program gets the problem document. */
function pageOfWait(
  { config, log }: Pick<Deps, 'config' | 'log'>,
  { request, requestId, locale, problem }: Failed,
): Answered | undefined {
  const { status, code, options } = problem
  if (!isNavigation(request)) return undefined
  if (code === 'request.origin_refused')
    return cardAnswer(errorPage(locale, config, { page: 'origin', requestId }), [], status)
  if (status !== 429 && status !== 503) return undefined
  if (status === 503) log.warning('request refused', { requestId, code, cause: problem.cause })
  const { retryAfterSeconds, headers } = options
  const shown = cardAnswer(errorPage(locale, config, { page: 'later', requestId }), [], status)
  const waits = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }
  return { ...shown, headers: { ...shown.headers, ...headers, ...waits } }
}
