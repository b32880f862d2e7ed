/** The `request_uri` of a pushed authorization request (RFC 9126 §2.2). */
import { hashToken, isToken } from '../../lib/tokens.ts'

/** RFC 9126 §2.2. */
const PREFIX = 'urn:ietf:params:oauth:request_uri:'
/** How long a request may be used: ASVS 10.4, and §2.2 recommends 5 to 600 seconds. */
export const PUSHED_SECONDS = 60

export const requestUriOf = (token: string): string => `${PREFIX}${token}`

/** Whether this server may have issued it. */
export const isOwnRequestUri = (uri: string): boolean => uri.startsWith(PREFIX)

/** The hash under which the request is stored. Undefined for a text that is no token: it needs no read. */
export async function hashOfRequestUri(uri: string): Promise<string | undefined> {
  const token = uri.slice(PREFIX.length)
  return isToken(token) ? hashToken(token) : undefined
}
