/** The security headers of every answer, and of answers that a browser shows or follows. */

import type { Config } from '../config.ts'

const FRAME_ANCESTORS = "frame-ancestors 'none'"

const TWO_YEARS = 'max-age=63072000; includeSubDomains'

/** The headers of every answer of a server, unless its route sets other values. */
export const securityHeaders = ({ appUrl }: Pick<Config, 'appUrl'>): Record<string, string> =>
  appUrl.startsWith('https:') ? { ...SECURITY_HEADERS, 'strict-transport-security': TWO_YEARS } : SECURITY_HEADERS

/**
 * On every answer.
 *
 * A browser shows data in no page, so its policy is `frame-ancestors 'none'` alone. OWASP ASVS 5.0.0 asks for that
 * directive on every response (3.4.6) and calls `X-Frame-Options` obsolete. The OWASP REST Security Cheat Sheet asks
 * for it on API responses. It calls the rest of the policy and `Referrer-Policy` useful for HTML only:
 * `documentHeaders` adds these.
 */
export const SECURITY_HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': FRAME_ANCESTORS,
  'x-content-type-options': 'nosniff',
}

/** The policy of a document that loads nothing: a redirect, or an image that is opened on its own. */
const NOTHING = `default-src 'none'; ${FRAME_ANCESTORS}`

/**
 * On every answer that a browser shows as a document (HTML, SVG), and on redirects, where a browser applies the Referrer-Policy
 * to the next request (Fetch, "HTTP-redirect fetch"). ASVS 3.4.3, 3.4.5
 */
export const documentHeaders = (policy = NOTHING) => ({
  'content-security-policy': policy,
  'referrer-policy': 'no-referrer',
})
