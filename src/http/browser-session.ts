import { accountBudget } from '../core/limits/request-budgets.ts'
import type { Deps, SessionPrincipal } from '../deps.ts'
import { Problem } from '../errors.ts'
import { isSession } from './fresh-session.ts'
import { identifier } from './identify.ts'

type Headers = Record<string, string | number | string[] | undefined>

/**
 * The session of the browser that sends a request; undefined: none. From memory or in one round trip. Only its cookie counts,
 * because a person acts here, and no program with a token. Spends a request of the account. Throws `request.rate_limited`.
 */
export function browserSessions(deps: Deps) {
  const identify = identifier(deps)
  const spend = accountBudget(deps)
  return async ({ headers }: Request, answer: Headers): Promise<SessionPrincipal | undefined> => {
    const cookie = headers.get('cookie')
    if (cookie === null) return undefined
    // A GET: the callers that change something check its origin by themselves.
    const request = new Request(deps.config.appUrl, { headers: { cookie } })
    try {
      const principal = identify.cached(request) ?? (await identify.load(request)).principal
      if (!isSession(principal)) return undefined
      spend?.(principal, answer)
      return principal
    } catch (error) {
      if (error instanceof Problem && error.status === 401) return undefined
      throw error
    }
  }
}
