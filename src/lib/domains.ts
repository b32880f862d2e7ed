/**
 * Domain names in the form of the DNS. The URL parser of the platform converts them, because it has the tables of UTS
 * 46. No bundle carries these tables.
 */

/**
 * ASCII letters, digits and hyphens, and all characters beyond ASCII. Characters with another meaning in a URL are
 * excluded.
 */
const LABEL = /^(?:[a-zA-Z0-9-]|[^\p{ASCII}\s])+$/u
const MAX_LABEL = 63
const MAX_DOMAIN = 253

/**
 * Added to the end of a domain before parsing. With a label that is not ASCII, no parser uses its fast path for ASCII,
 * where some do not check Punycode. And no parser reads a domain of digits as an IPv4 address.
 */
const ANCHOR = { typed: '.\u00e9', read: '.xn--9ca' }

/**
 * UTS 46 ToASCII: non-transitional (ß stays ß), with CheckBidi and CheckJoiners, without CheckHyphens, as in browsers.
 * The result has at least two labels, each with 1 to 63 letters, digits and hyphens, and at most 253 characters (RFC
 * 1035 §2.3.4). The last label is not a number. Undefined for any other text, also for a trailing dot. The function is
 * idempotent.
 */
export function domainToAscii(domain: string): string | undefined {
  const labels = domain.split('.')
  if (labels.length < 2 || !labels.every((label) => LABEL.test(label))) return undefined
  const ascii = needsTables(domain) ? toAscii(domain) : domain.toLowerCase()
  return ascii !== undefined && isHost(ascii) ? ascii : undefined
}

const needsTables = (domain: string): boolean => /[^\p{ASCII}]|[xX][nN]--/u.test(domain)

function toAscii(domain: string): string | undefined {
  try {
    // Tables before Unicode 15.1 map a capital ß to ss, newer ones to ß.
    const { hostname } = new URL(`http://${domain.replaceAll('\u1e9e', 'ß')}${ANCHOR.typed}`)
    return hostname.endsWith(ANCHOR.read) ? hostname.slice(0, -ANCHOR.read.length) : undefined
  } catch {
    return undefined
  }
}

function isHost(ascii: string): boolean {
  const labels = ascii.split('.')
  return (
    ascii.length <= MAX_DOMAIN &&
    labels.length >= 2 &&
    // Punycode of ASCII alone ends in a hyphen. It would be a second spelling of another domain.
    labels.every((label) => label.length <= MAX_LABEL && /^[a-z0-9-]+$/.test(label) && !/^xn--.*-$/.test(label)) &&
    !/^(?:[0-9]+|0x[0-9a-f]*)$/.test(labels.at(-1) ?? '')
  )
}
