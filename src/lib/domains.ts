/** Domain names as the DNS knows them, by the URL parser of the platform: it has the tables of UTS 46, and no bundle carries them. */

/** Letters, digits and hyphens of ASCII, and anything beyond it: what a URL reads as something else is not here. */
const LABEL = /^(?:[a-zA-Z0-9-]|[^\p{ASCII}\s])+$/u
const MAX_LABEL = 63
const MAX_DOMAIN = 253

/**
 * Put behind a domain while it is read. With a label that is not ASCII no parser takes its short way, on which some do not
 * look into Punycode; and none takes a domain of digits for an IPv4 address.
 */
const ANCHOR = { typed: '.\u00e9', read: '.xn--9ca' }

/**
 * UTS 46 ToASCII: non-transitional (ß stays ß), with CheckBidi and CheckJoiners, without CheckHyphens, as browsers do it;
 * then at least two labels, each of 1 to 63 letters, digits and hyphens, 253 characters in all (RFC 1035 §2.3.4), and a last
 * one that is no number. Undefined for what is none, a trailing dot included. Its result is its own result.
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
    // Tables before Unicode 15.1 make ss of a capital ß, newer ones ß.
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
    // Punycode of nothing but ASCII ends in a hyphen: that is another domain, written twice.
    labels.every((label) => label.length <= MAX_LABEL && /^[a-z0-9-]+$/.test(label) && !/^xn--.*-$/.test(label)) &&
    !/^(?:[0-9]+|0x[0-9a-f]*)$/.test(labels.at(-1) ?? '')
  )
}
