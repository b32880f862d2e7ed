/** IP addresses: whose X-Forwarded-For the server trusts, and the address of the client. */
import ipaddr from 'ipaddr.js'
import { createRecentMap, ownCopy } from './recent-map.ts'

export type ProxyRange = [ipaddr.IPv4 | ipaddr.IPv6, number]

/** Parses addresses and CIDR ranges. Returns undefined if one of the texts is neither. */
export function parseProxyRanges(texts: readonly string[]): ProxyRange[] | undefined {
  const ranges: ProxyRange[] = []
  for (const text of texts) {
    if (isRange(text)) ranges.push(ipaddr.parseCIDR(text))
    else if (isAddress(text)) {
      const address = ipaddr.parse(text)
      ranges.push([address, address.kind() === 'ipv4' ? 32 : 128])
    } else return undefined
  }
  return ranges
}

export interface Client {
  /** `unknown` if the peer has no address. */
  address: string
  /** Whether a trusted proxy sent an item that is not an address. `address` is then the address of the proxy. */
  unreadable: boolean
}

/**
 * The address of the client. It is the peer. If the peer is a trusted proxy, it is the right-most address of
 * X-Forwarded-For that no trusted proxy added. The header of any other peer is ignored (ASVS 4.1.3). Several header
 * lines are one list (RFC 9110 §5.3), and empty items are skipped (§5.6.1).
 *
 * The client may have invented the items to the left of an unreadable one, so they are not read.
 */
export function clientOf(peer: string, forwardedFor: string | null, trusted: readonly ProxyRange[]): Client {
  const list = trusted.length === 0 ? '' : (forwardedFor ?? '')
  let address = canonicalAddress(peer)
  // A position in the list. The list may be as long as a header, so it is not copied for each item.
  let end = list.length
  let isProxy = address !== undefined && end > 0 && isInRanges(address, trusted)
  while (isProxy && end > 0) {
    const comma = list.lastIndexOf(',', end - 1)
    const item = list.slice(comma + 1, end).trim()
    end = comma
    if (item === '') continue
    const previous = forwardedAddress(item)
    if (previous === undefined) return { address: address ?? 'unknown', unreadable: true }
    address = previous
    isProxy = isInRanges(address, trusted)
  }
  return { address: address ?? 'unknown', unreadable: false }
}

/**
 * The address in one item of X-Forwarded-For, in every spelling that proxies use: alone, with a port, IPv6 in brackets,
 * in quotes (RFC 7239 §6), with a zone. Undefined for `unknown`, an obfuscated name, and any other text.
 */
export function forwardedAddress(item: string): string | undefined {
  const text = item
    .trim()
    .replace(/^"(.*)"$/, '$1')
    .trim()
  const bracketed = /^\[([^[\]]*)\](?::\w{0,64})?$/.exec(text)?.[1]?.trim()
  if (bracketed !== undefined) return bracketed.includes(':') ? withoutZone(bracketed) : undefined
  // A port after an IPv6 address without brackets can be recognised only if all eight groups are written, or if the
  // address holds an IPv4 address.
  const withPort = /^([^:]+|::ffff:\d+\.[\d.]+|(?:[\da-f]{1,4}:){7}[\da-f]{1,4}):\d{1,5}$/i.exec(text)?.[1]
  return withoutZone(withPort ?? text)
}

/** The zone names a link of the proxy, and says nothing about the client (RFC 4007 §11). */
const withoutZone = (text: string): string | undefined =>
  canonicalAddress(text.includes(':') ? text.replace(/%[^%]*$/, '') : text)

/** The values that are derived from an address. */
interface Facts {
  parsed: ipaddr.IPv4 | ipaddr.IPv6
  canonical: string
  network: string
  site: string | undefined
  host: string
  isPrivate: boolean
}

/** A request needs these facts some ten times, and most addresses send more than one request. */
const known = createRecentMap<Facts | 'no address'>(10_000)
/** Longer texts are not remembered, because a header may be long. Without its zone, every address is shorter. */
const LONGEST_KNOWN = 64

function factsOf(text: string): Facts | undefined {
  const found = known.get(text)
  if (found !== undefined) return found === 'no address' ? undefined : found
  const facts = isAddress(text) ? readFacts(text) : undefined
  if (text.length <= LONGEST_KNOWN) known.set(ownCopy(text), facts ?? 'no address')
  return facts
}

function readFacts(text: string): Facts {
  const parsed = ipaddr.process(text)
  const counted = countedAs(parsed)
  const isV4 = counted.kind() === 'ipv4'
  const network = prefix(counted, isV4 ? 24 : 64)
  return {
    parsed,
    canonical: parsed.toString(),
    network,
    site: isV4 ? undefined : prefix(counted, 48),
    host: isV4 ? counted.toString() : network,
    isPrivate: PRIVATE.includes(parsed.range()),
  }
}

/** Keeps the first bits, in whole bytes, and sets the rest to zero. */
const prefix = (address: ipaddr.IPv4 | ipaddr.IPv6, bits: number): string => {
  const kept = address.toByteArray().map((byte, index) => (index < bits / 8 ? byte : 0))
  return `${ipaddr.fromByteArray(kept).toString()}/${bits}`
}

/** One spelling for each address. IPv4 in IPv6 becomes IPv4. Undefined for a text that is not an address. */
export const canonicalAddress = (text: string): string | undefined => factsOf(text)?.canonical

/** The addresses that translators write for an IPv4 client (RFC 6052 §2.1, RFC 7915). */
const TRANSLATED = ['64:ff9b::/96', '::ffff:0:0:0/96'].map((range) => ipaddr.IPv6.parseCIDR(range))

/**
 * Used only to count: otherwise the whole of IPv4 behind a translator would be one /64. It does not make a proxy
 * trusted.
 */
function countedAs(address: ipaddr.IPv4 | ipaddr.IPv6): ipaddr.IPv4 | ipaddr.IPv6 {
  const translated = address instanceof ipaddr.IPv6 && TRANSLATED.some((range) => address.match(range))
  return translated ? ipaddr.fromByteArray(address.toByteArray().slice(-4)) : address
}

/**
 * The network of an address: `198.51.100.0/24`, `2001:db8::/64`, or `unknown` for a text that is not an address.
 * Accepts every spelling and returns one, so the result can be a key.
 *
 * A household or a rented machine gets a /64. Its owner can use 2^64 addresses, and has no neighbours in it. Providers
 * move a customer within a /24, and it is the smallest network that is announced on the internet. A person stays in one
 * for months. A change of address within it gives an attacker no new points.
 */
export const networkOf = (address: string | null): string =>
  (address === null ? undefined : factsOf(address)?.network) ?? 'unknown'

/**
 * The IPv6 /48 of an address; undefined for IPv4 and for a text that is not an address. Accepts every spelling and
 * returns one. A /48 is the largest network that a customer gets without a reason (RFC 6177).
 */
export const siteOf = (address: string | null): string | undefined =>
  address === null ? undefined : factsOf(address)?.site

/**
 * The smallest unit that belongs to one customer: one IPv4 address, or one IPv6 /64. For budgets that a neighbour must
 * not be able to spend. `unknown` for a text that is not an address.
 */
export const hostOf = (address: string | null): string =>
  (address === null ? undefined : factsOf(address)?.host) ?? 'unknown'

/** ipaddr.js also accepts `1` and `0x7f.1` as addresses. Only IPv4 with four decimal parts counts here. */
const isAddress = (text: string): boolean => ipaddr.IPv6.isValid(text) || ipaddr.IPv4.isValidFourPartDecimal(text)

/** ipaddr.js would read `10/8` as 0.0.0.10/8, which trusts none of the intended proxies. */
const isRange = (text: string): boolean => ipaddr.IPv6.isValidCIDR(text) || ipaddr.IPv4.isValidCIDRFourPartDecimal(text)

/** False for a text that is not an address. */
export function isInRanges(address: string, ranges: readonly ProxyRange[]): boolean {
  if (ranges.length === 0) return false
  const parsed = factsOf(address)?.parsed
  if (parsed === undefined) return false
  return ranges.some(([range, bits]) => range.kind() === parsed.kind() && parsed.match(range, bits))
}

const PRIVATE = ['private', 'loopback', 'linkLocal', 'uniqueLocal', 'carrierGradeNat']

/** An address of this machine or of a private network, which no client on the internet has (RFC 1918, 4193, 6598). */
export const isPrivateAddress = (address: string): boolean => factsOf(address)?.isPrivate ?? false

/**
 * Whether a range is larger than any network of proxies. With 0.0.0.0/0 every client would be a proxy and could choose
 * its own address. The largest ranges in use are 10.0.0.0/8 and fc00::/7.
 */
export const isTooWide = ([address, bits]: ProxyRange): boolean => bits < (address.kind() === 'ipv4' ? 8 : 7)
