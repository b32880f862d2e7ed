/** The id and secret of a client in `Authorization: Basic`. RFC 6749 §2.3.1, RFC 7617 */

const BASIC = /^Basic +([A-Za-z0-9+/]+={0,2}) *$/i
const MAX_LENGTH = 8192
const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * Both parts are encoded as `application/x-www-form-urlencoded` before they are joined, so a secret may have a colon. Undefined for
 * any other header.
 */
export function basicCredentials(header: string): { id: string; secret: string } | undefined {
  const encoded = header.length <= MAX_LENGTH ? BASIC.exec(header)?.[1] : undefined
  if (encoded === undefined) return undefined
  try {
    const joined = utf8.decode(Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0)))
    const colon = joined.indexOf(':')
    if (colon < 1) return undefined
    return { id: formDecoded(joined.slice(0, colon)), secret: formDecoded(joined.slice(colon + 1)) }
  } catch {
    return undefined
  }
}

/** Throws URIError for a broken percent sign. */
const formDecoded = (text: string): string => decodeURIComponent(text.replaceAll('+', ' '))
