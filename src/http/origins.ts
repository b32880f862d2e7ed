/** CSRF defence for requests that a browser authenticates by itself. */
import type { Config } from '../config.ts'
import { problem } from '../errors.ts'
import type { SessionKind } from '../lib/session-limits.ts'

/**
 * A cookie with an unsafe method must come from our own origin or one of CORS_ORIGINS. Browsers send Origin with every
 * POST, PATCH and DELETE and pages cannot forge it. Where it is present it decides, whatever Sec-Fetch-Site says: that
 * one is asked only in its absence. A request with neither is refused (ASVS 3.5.1).
 * Throws `request.origin_refused`.
 */
export function requireAllowedOrigin(request: Request, { appUrl, corsOrigins }: Config): void {
  if (request.method === 'GET' || request.method === 'HEAD') return
  const origin = request.headers.get('origin')
  const isAllowed =
    origin === null
      ? request.headers.get('sec-fetch-site') === 'same-origin'
      : origin === appUrl || corsOrigins.includes(origin)
  if (!isAllowed) throw problem('request.origin_refused')
}

/**
 * The kind of session that a sign-in or sign-up asks for. A page elsewhere must not sign a visitor in to an account of its
 * choice (login CSRF), so a cookie needs an allowed origin. Throws `request.origin_refused`.
 */
export function requestedSessionKind(request: Request, config: Config, useCookie = false): SessionKind {
  if (!useCookie) return 'token'
  requireAllowedOrigin(request, config)
  return 'cookie'
}
