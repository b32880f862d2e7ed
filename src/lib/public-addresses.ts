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
  if (address.range() !== 'unicast' || isOfTheMachine(address)) return false
  if (!(address instanceof ipaddr.IPv6)) return true
  return address.match(GLOBAL_UNICAST) && !REFUSED.some((range) => address.match(range))
}

/** Where clouds give credentials of a machine to whoever asks: never a target, not even where private ones are allowed. */
const OF_THE_MACHINE = [
  'fd00:ec2::/32', // Amazon
  'fd20:ce::254/128', // Google
  '168.63.129.16/32', // Azure: a public address that leads to the host of the machine
  '100.100.100.200/32', // Alibaba
  '192.0.0.192/32', // Oracle
].map((range) => ipaddr.parseCIDR(range))

const isOfTheMachine = (address: ipaddr.IPv4 | ipaddr.IPv6): boolean =>
  OF_THE_MACHINE.some((range) => range[0].kind() === address.kind() && address.match(range))

/** They carry an IPv4 address that nobody checks, so they could lead to a link-local one. */
const CARRIERS = new Set(['rfc6145', '6to4', 'teredo'])
const NAT64 = ipaddr.IPv6.parseCIDR('64:ff9b::/96')
const LOCAL_NAT64 = ipaddr.IPv6.parseCIDR('64:ff9b:1::/48')

/**
 * Whether an address of a private network may be asked where such targets are allowed. False for link-local addresses, also
 * inside IPv6. A network with IPv6 only reaches IPv4 through NAT64, so the address inside is the one that counts.
 */
export function isPrivateTarget(text: string): boolean {
  if (!ipaddr.IPv6.isValid(text) && !ipaddr.IPv4.isValidFourPartDecimal(text)) return false
  const given = ipaddr.process(text)
  const isTranslated = given instanceof ipaddr.IPv6 && given.match(NAT64)
  const address = isTranslated ? new ipaddr.IPv4(given.toByteArray().slice(12)) : given
  if (address instanceof ipaddr.IPv6 && (CARRIERS.has(address.range()) || address.match(LOCAL_NAT64))) return false
  return !['linkLocal', 'multicast', 'broadcast'].includes(address.range()) && !isOfTheMachine(address)
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
  if (privateTargets) {
    if (protocol !== 'https:' && protocol !== 'http:') return 'it is not https'
    const literal = hostname.replace(/^\[(.*)\]$/, '$1')
    return ipaddr.isValid(literal) && !isPrivateTarget(literal) ? 'its host is an address of no network' : undefined
  }
  if (protocol !== 'https:') return 'it is not https'
  if (hostname.startsWith('[') || ipaddr.IPv4.isValid(hostname)) return 'its host is an address'
  if (!hostname.includes('.') || LOCAL_NAMES.test(hostname)) return 'its host is no public name'
  return undefined
}

/** `refused`: nothing was sent. `late`: no whole answer in time. `unreachable`: no connection, or it was cut. */
export type PublicFetchReason = 'refused' | 'late' | 'unreachable' | 'too-long'

/** Why `Deps.fetchPublic` failed. The message is for the log: it names no address and holds nothing of the answer. */
export class PublicFetchError extends Error {
  override name = 'PublicFetchError'
  readonly reason: PublicFetchReason
  constructor(
    message: string,
    { reason = 'unreachable', cause }: { reason?: PublicFetchReason; cause?: unknown } = {},
  ) {
    super(message, cause === undefined ? undefined : { cause })
    this.reason = reason
  }
}

/** Which hosts a request may reach that an administrator has set up, in place of what the process allows to strangers. */
export interface Reach {
  /** Also hosts of this machine and its network, and over http. */
  privateTargets: boolean
  /** `hooks.example.com`, or `*.example.com` for the names below it. Undefined: every host, where addresses can be checked. */
  hosts: readonly string[] | undefined
}

/** Why a host is not one of `hosts`, for the administrator who gave the URL. */
export function hostFault(text: string, hosts: readonly string[]): string | undefined {
  const host = new URL(text).hostname.replace(/\.$/, '')
  const isListed = hosts.some((listed) => (listed.startsWith('*.') ? host.endsWith(listed.slice(1)) : host === listed))
  return isListed ? undefined : 'its host is not in the list of allowed hosts'
}

/** Why a URL may not be asked with this reach; undefined for one that may. `pinned`: whether addresses can be checked. */
export function reachFault(text: string, { privateTargets, hosts }: Reach, pinned: boolean): string | undefined {
  const fault = publicUrlFault(text, { privateTargets })
  if (fault !== undefined) return fault
  // Without the address, nothing but the name tells whether a host is one of the internet.
  if (hosts === undefined) return pinned ? undefined : 'this platform needs a list of allowed hosts'
  return hostFault(text, hosts)
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
  /** Absent: as the process allows for URLs of strangers (`PRIVATE_TARGETS`). */
  reach?: Reach
  /** `cut`: a body that is too long ends at `maxBytes`, and the rest is not read. By default such an answer is refused. */
  longAnswer?: 'refuse' | 'cut'
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
export interface FetchPublic {
  (url: string, options: PublicRequest): Promise<PublicAnswer>
  /** True where the address of a host cannot be checked and fixed (Workers): a `reach` must list its hosts there. */
  unpinned?: boolean
}
