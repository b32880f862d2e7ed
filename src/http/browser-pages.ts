/** Routes that a browser opens: they answer with pages and redirects, and a refusal is a page for people. */
import type { AddressBudget } from '../core/limits/budgets.ts'
import { limitAddressHere } from '../core/limits/request-budgets.ts'
import type { Deps } from '../deps.ts'
import type { Problem } from '../errors.ts'
import type { Answered } from '../lib/answered.ts'
import type { Locale } from '../lib/languages.ts'
import { toResponse } from './answered.ts'
import { browserSessions } from './browser-session.ts'
import type { CauseOf } from './cause.ts'
import { languageCookie, languageOf, withLanguageLinks } from './languages.ts'
import { problemOf } from './problems.ts'

/** What a handler of these routes takes from its context. */
export interface Visit {
  request: Request
  requestId: string
  cause: CauseOf
  set: { headers: Record<string, string | number | string[] | undefined> }
}

export interface Failed {
  request: Request
  requestId: string
  locale: Locale
  /** What a program is answered. */
  problem: Problem
}

/** The page for an error. Undefined: a person gets the problem document, as a program does. */
export type PageOfError = (error: unknown, failed: Failed) => Answered | undefined

export function browserPages(deps: Deps, budget: AddressBudget, pageOf: PageOfError) {
  const sessionOf = browserSessions(deps)
  /** Keeps the language that was asked for. */
  const inLanguage = (request: Request, answered: Answered): Answered => {
    const cookie = languageCookie(request, deps.config.appUrl)
    return cookie === undefined ? answered : { ...answered, cookies: [...(answered.cookies ?? []), cookie] }
  }

  return {
    /** The person in this browser, if there is one. */
    async visitor({ request, requestId, cause, set }: Visit) {
      const session = await sessionOf(request, set.headers)
      return { cause: cause(session), requestId, session, locale: languageOf(request) }
    },

    /** Takes a point of the network and runs the handler. */
    async answer({ request, requestId, cause }: Visit, handler: () => Promise<Answered>): Promise<Response> {
      try {
        limitAddressHere(deps, budget, cause())
        const answered = await handler()
        const linked = 'to' in answered ? answered : { ...answered, html: withLanguageLinks(answered.html, request) }
        return toResponse(inLanguage(request, linked))
      } catch (error) {
        const page = pageOf(error, { request, requestId, locale: languageOf(request), problem: problemOf(error) })
        if (page === undefined) throw error
        // Its links to other languages have no parameters: they may be text of a stranger.
        return toResponse(inLanguage(request, page))
      }
    },
  }
}
