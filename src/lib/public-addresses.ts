/** Which hosts a request to a stranger's URL may reach (OWASP SSRF prevention; security notes, line 37). */
import ipaddr from 'ipaddr.js'

/** The unicast addresses that IANA has given out. All others are no hosts of the internet. */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3')
/** Parts of it that lead to other networks: NAT64, 6to4, Teredo and documentation are ranges of ipaddr.js already. */
const REFUSED = ['64:ff9b::/96', '64:ff9b:1::/48', '2001:db8::/32', '3fff::/20', '5f00::/16'].map((range) =>
  ipaddr.IPv6.parseCIDR(range),
)

/**
 * Whether an address, as a resolver returns it, is one of the public internet. False for loopback, private, link-local, shared
 * (CGNAT), unique-local, translated and reserved addresses, for IPv4 inside IPv6, and for a text that is not an address.
 */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.IPv6.isValid(text) && !ipaddr.IPv4.isValidFourPartDecimal(text)) return false
  const address = ipaddr.parse(text)
  if (address.range() !== 'unicast') return false
  if (!(address instanceof ipaddr.IPv6)) return true
  return address.match(GLOBAL_UNICAST) && !REFUSED.some((range) => address.match(range))
}

/** Names that no public resolver answers. */
const LOCAL_NAMES = /(?:^|\.)(?:localhost|local|internal|intranet|lan|home|corp|private|home\.arpa|onion|invalid)\.?$/

/**
 * Why a URL may not be asked at all, whatever its host resolves to; undefined for one that may. `privateTargets`: development
 * may also ask hosts of this machine and its network, and over http.
 */
export function publicUrlFault(text: string, { privateTargets = false } = {}): string | undefined {
  if (!URL.canParse(text)) return 'it is no URL'
  const { protocol, hostname, username, password } = new URL(text)
  if (username !== '' || password !== '') return 'it has a user'
  if (privateTargets) return protocol === 'https:' || protocol === 'http:' ? undefined : 'it is not https'
  if (protocol !== 'https:') return 'it is not https'
  if (hostname.startsWith('[') || ipaddr.IPv4.isValid(hostname)) return 'its host is an address'
  if (!hostname.includes('.') || LOCAL_NAMES.test(hostname)) return 'its host is no public name'
  return undefined
}

/** Why `Deps.fetchPublic` failed. The message is for the log: it names no address and holds nothing of the answer. */
export class PublicFetchError extends Error {
  override name = 'PublicFetchError'
}

export interface PublicRequest {
  /** By default GET. */
  method?: 'GET' | 'POST'
  headers?: Record<string, string>
  body?: string
  /** Of the body of the answer, counted as it arrives. */
  maxBytes: number
  /** From the resolution of the name until the last byte. */
  timeoutMs: number
}

export interface PublicAnswer {
  status: number
  headers: Headers
  body: Uint8Array<ArrayBuffer>
}

/**
 * A request to an https URL that a stranger may have chosen, such as the keys of a client. It reaches public addresses only,
 * follows no redirect, and ends after `timeoutMs`. Throws `PublicFetchError` for a target that is refused, for an answer of
 * more than `maxBytes`, and for every failure of the network.
 */
export type FetchPublic = (url: string, options: PublicRequest) => Promise<PublicAnswer>
