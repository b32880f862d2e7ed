/**
 * Which redirect URIs a client may have, and which of a request match them. Every source of clients asks this file for every
 * URI: administrators, the operator's import, registrations (RFC 7591) and metadata documents. RFC 9700 §4.1, RFC 8252 §7
 */

export interface RedirectPolicy {
  /** An administrator of the instance or the operator vouches for the URI, so its own scheme needs no dot. */
  trusted?: boolean
}

export const MAX_REDIRECT_URI = 2000

/** RFC 3986 §2: unreserved, reserved and percent-encoded characters, without `*`, which people take for a wildcard. */
const CHARACTERS = /^(?:[A-Za-z0-9\-._~:/?#[\]@!$&'()+,;=]|%[0-9A-Fa-f]{2})+$/
const SCHEME = /^[a-z][a-z0-9+.-]*(?=:)/
/** Schemes that browsers handle themselves, or that open something else than the app of the client. */
const REFUSED_SCHEMES = new Set([
  'about',
  'blob',
  'chrome',
  'content',
  'data',
  'file',
  'filesystem',
  'ftp',
  'intent',
  'jar',
  'javascript',
  'mailto',
  'sms',
  'tel',
  'urn',
  'vbscript',
  'view-source',
  'ws',
  'wss',
])
/** The answer adds these to the query. If the URI had one too, the client would have to choose (RFC 6749 §3.1, RFC 9207 §2.4). */
const ANSWER = new Set(['code', 'error', 'error_description', 'error_uri', 'iss', 'response', 'state'])
/** RFC 8252 §7.3: the host, the port, and the rest. The app takes any free port when it starts. */
const LOOPBACK = /^http:\/\/(127\.0\.0\.1|\[::1\]|localhost)(?::([1-9]\d{0,4}))?([/?][^#]*)?$/

/**
 * What is wrong with a redirect URI, as a sentence without a subject; undefined for one that a client may have. The URI is
 * kept and compared as it is written, so only the spelling that browsers use is accepted.
 */
export function redirectUriFault(uri: string, { trusted = false }: RedirectPolicy = {}): string | undefined {
  if (uri.length > MAX_REDIRECT_URI) return `must have at most ${MAX_REDIRECT_URI} characters`
  if (uri.includes('*')) return 'must not have a wildcard'
  if (uri.includes('#')) return 'must not have a fragment'
  if (!CHARACTERS.test(uri)) return 'must have only the characters of RFC 3986'
  const scheme = SCHEME.exec(uri)?.[0]
  if (scheme === undefined) return 'must be absolute and begin with a scheme in lower case'
  if (REFUSED_SCHEMES.has(scheme)) return 'must have another scheme'
  if (!URL.canParse(uri)) return 'must be a URL'
  const url = new URL(uri)
  if (/^[^/?]*\/\/[^/?]*@/.test(uri) || url.username !== '' || url.password !== '') return 'must not have a user'
  if ([...url.searchParams.keys()].some((name) => ANSWER.has(name)))
    return 'must not have a parameter of the answer in its query, such as code or state'
  if (scheme === 'http' && !LOOPBACK.test(uri)) return 'must be https, or http on 127.0.0.1, [::1] or localhost'
  if (scheme === 'https' || scheme === 'http')
    return url.href === uri || url.href === `${uri}/` ? undefined : 'must be written in the form that browsers use'
  if (!trusted && !scheme.includes('.'))
    return 'must have a scheme of its own with a dot, such as com.example.app:/callback'
  if (uri.length === scheme.length + 1) return 'must have a path or a host'
  return url.href === uri ? undefined : 'must be written in the form that browsers use'
}

/**
 * Whether a request may use this redirect URI: it is one of the registered ones, character by character. Loopback URIs over http
 * match with any port. OAuth 2.1 §2.3.1, RFC 8252 §7.3
 */
export function matchesRedirectUri(registered: readonly string[], given: string): boolean {
  if (registered.includes(given)) return true
  const asked = LOOPBACK.exec(given)
  if (asked === null || Number(asked[2] ?? 80) > 65_535) return false
  return registered.some((uri) => {
    const known = LOOPBACK.exec(uri)
    return known !== null && known[1] === asked[1] && (known[3] ?? '') === (asked[3] ?? '')
  })
}

/** The host that gets the answer; null: an app on the device of the person. */
export function hostOf(redirectUri: string): string | null {
  const { protocol, host } = new URL(redirectUri)
  return protocol === 'https:' ? host : null
}
