/** CSRF defence for requests that a browser authenticates by itself. */
import type { Config } from '../config.ts'
import { problem } from '../errors.ts'

/**
 * A cookie with an unsafe method must come from our own origin or one of CORS_ORIGINS. Browsers send Origin with every
 * POST, PATCH and DELETE and pages cannot forge it; a request without any such sign is refused (ASVS 3.5.1).
 * Throws `request.origin_refused`.
 */
export function requireAllowedOrigin(request: Request, { appUrl, corsOrigins }: Config): void {
  if (request.method === 'GET' || request.method === 'HEAD') return
  const origin = request.headers.get('origin')
  if (origin !== null && (origin === appUrl || corsOrigins.includes(origin))) return
  if (request.headers.get('sec-fetch-site') === 'same-origin') return
  throw problem('request.origin_refused')
}
