/** Protection against CSRF, for requests with a credential that the browser sends automatically. */
import type { Config } from '../config.ts'
import { requires } from '../core/authz/denied.ts'
import { type Problem, problem } from '../errors.ts'
import type { SessionKind } from '../lib/session-limits.ts'

/**
 * A request with a cookie and an unsafe method must come from our own origin or from one of CORS_ORIGINS. Browsers send
 * Origin with every POST, PATCH and DELETE, and pages cannot forge it. If Origin is present, it alone decides.
 * Sec-Fetch-Site is read only if Origin is absent. A request with neither is refused (ASVS 3.5.1). Throws
 * `request.origin_refused`.
 */
export function requireAllowedOrigin(request: Request, { appUrl, corsOrigins }: Config): void {
  if (request.method === 'GET' || request.method === 'HEAD') return
  const origin = request.headers.get('origin')
  const isAllowed =
    origin === null
      ? request.headers.get('sec-fetch-site') === 'same-origin'
      : origin === appUrl || corsOrigins.includes(origin)
  if (!isAllowed) throw refused(appUrl, origin)
}

/**
 * For WebSockets and other streams. A handshake is a GET, and browsers let a page of any site send it with the cookie of its
 * visitor, and read what comes. A page cannot read another stream without CORS, but would hold a connection of its visitor open. So
 * the origin of a page must be allowed, whatever the credential. `byCookie`: the cookie is the credential of a handshake; then
 * there must be an origin, which every browser sends. A picture or a form of another site has no origin, and names its site in
 * Sec-Fetch-Site. Throws `request.origin_refused`. ASVS 4.4.2
 */
export function requireSocketOrigin(
  request: Request,
  { appUrl, corsOrigins }: Config,
  { byCookie }: { byCookie: boolean },
): void {
  const origin = request.headers.get('origin')
  const isOwn = ['same-origin', 'none', null].includes(request.headers.get('sec-fetch-site'))
  const isAllowed = origin === null ? !byCookie && isOwn : origin === appUrl || corsOrigins.includes(origin)
  if (!isAllowed) throw refused(appUrl, origin)
}

function refused(appUrl: string, origin: string | null): Problem {
  // The header is of any length.
  const needed = requires('context.origin', appUrl, origin?.slice(0, MAX_ORIGIN))
  return problem('request.origin_refused', { denied: needed })
}

const MAX_ORIGIN = 300

/**
 * The kind of session that a sign-in or sign-up requests. A page of another origin must not sign a visitor in to an
 * account of the attacker (login CSRF). So a cookie requires an allowed origin. Throws `request.origin_refused`.
 */
export function requestedSessionKind(request: Request, config: Config, useCookie = false): SessionKind {
  if (!useCookie) return 'token'
  requireAllowedOrigin(request, config)
  return 'cookie'
}
