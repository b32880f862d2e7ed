import type { Problem } from '../../errors.ts'
import type { Answered } from '../../lib/answered.ts'
import type { Locale } from '../../lib/languages.ts'
import { isNavigation } from '../providers/accepts.ts'
import { cardAnswer, type CardConfig } from './card.tsx'
import { errorPage } from './error-view.tsx'

/**
 * The page for a person who has to wait, because of a limit or because the server is busy. Undefined for every other problem,
 * and for a program, which gets the problem document.
 */
export function laterAnswer(
  { status, options }: Problem,
  request: Request,
  { locale, config, requestId }: { locale: Locale; config: CardConfig; requestId: string },
): Answered | undefined {
  if (!isNavigation(request) || (status !== 429 && status !== 503)) return undefined
  const { retryAfterSeconds, headers } = options
  const shown = cardAnswer(errorPage(locale, config, { page: 'later', requestId }), [], status)
  const waits = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }
  return { ...shown, headers: { ...shown.headers, ...headers, ...waits } }
}
