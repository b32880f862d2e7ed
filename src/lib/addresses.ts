/** IP addresses: whose X-Forwarded-For is believed, and what the client's address is. */
import ipaddr from 'ipaddr.js'
import { createRecentMap, ownCopy } from './recent-map.ts'

export type ProxyRange = [ipaddr.IPv4 | ipaddr.IPv6, number]

/** Parses addresses and CIDR ranges. Returns undefined when any of them is neither. */
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
  /** `unknown` where the peer has none. */
  address: string
  /** A trusted proxy has named something that is no address: `address` is that of the proxy. */
  unreadable: boolean
}

/**
 * Who asks: the peer, or, while the peer is a trusted proxy, the right-most address of X-Forwarded-For that no trusted
 * proxy added. A header from anyone else is ignored (ASVS 4.1.3). Several header lines are one list (RFC 9110 §5.3), and
 * empty items of it are none (§5.6.1).
 *
 * What stands left of an item that cannot be read may be the invention of the client, so it is not asked.
 */
export function clientOf(peer: string, forwardedFor: string | null, trusted: readonly ProxyRange[]): Client {
  const list = trusted.length === 0 ? '' : (forwardedFor ?? '')
  let address = canonicalAddress(peer)
  // By its place in the list, of which no copy is made for each item: it may be as long as a header.
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
 * The address in one item of X-Forwarded-For, in every spelling proxies use: alone, with its port, IPv6 in brackets, in
 * quotes (RFC 7239 §6), with the zone of its link. Undefined for `unknown`, an obfuscated name, and anything else.
 */
export function forwardedAddress(item: string): string | undefined {
  const text = item
    .trim()
    .replace(/^"(.*)"$/, '$1')
    .trim()
  const bracketed = /^\[([^[\]]*)\](?::\w{0,64})?$/.exec(text)?.[1]?.trim()
  if (bracketed !== undefined) return bracketed.includes(':') ? withoutZone(bracketed) : undefined
  // A port after an IPv6 address without brackets can be told from it only where all eight groups are written, or IPv4
  // stands in it.
  const withPort = /^([^:]+|::ffff:\d+\.[\d.]+|(?:[\da-f]{1,4}:){7}[\da-f]{1,4}):\d{1,5}$/i.exec(text)?.[1]
  return withoutZone(withPort ?? text)
}

/** A zone says which link of the proxy it was, and nothing of the client (RFC 4007 §11). */
const withoutZone = (text: string): string | undefined =>
  canonicalAddress(text.includes(':') ? text.replace(/%[^%]*$/, '') : text)

/** What is asked of an address. */
interface Facts {
  parsed: ipaddr.IPv4 | ipaddr.IPv6
  canonical: string
  network: string
  site: string | undefined
  host: string
  isPrivate: boolean
}

/** A request asks for these facts some ten times, and most addresses send more than one request. */
const known = createRecentMap<Facts | 'no address'>(10_000)
/** What is longer is not remembered: a header may be. No address is, but for the zone it may name. */
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

/** The first bits, whole bytes of them, with zeros behind. */
const prefix = (address: ipaddr.IPv4 | ipaddr.IPv6, bits: number): string => {
  const kept = address.toByteArray().map((byte, index) => (index < bits / 8 ? byte : 0))
  return `${ipaddr.fromByteArray(kept).toString()}/${bits}`
}

/** One spelling for each address; IPv4 in IPv6 becomes IPv4. Undefined when it is no address. */
export const canonicalAddress = (text: string): string | undefined => factsOf(text)?.canonical

/** What translators write for a client of IPv4 (RFC 6052 §2.1, RFC 7915). */
const TRANSLATED = ['64:ff9b::/96', '::ffff:0:0:0/96'].map((range) => ipaddr.IPv6.parseCIDR(range))

/** For counting: behind a translator the whole of IPv4 would be one /64 otherwise. No proxy is trusted by it. */
function countedAs(address: ipaddr.IPv4 | ipaddr.IPv6): ipaddr.IPv4 | ipaddr.IPv6 {
  const translated = address instanceof ipaddr.IPv6 && TRANSLATED.some((range) => address.match(range))
  return translated ? ipaddr.fromByteArray(address.toByteArray().slice(-4)) : address
}

/**
 * The network an address is in: `198.51.100.0/24`, `2001:db8::/64`, or `unknown` for what is no address. Takes and gives
 * one spelling, so that it can be a key.
 *
 * A /64 is what one household or one rented machine is given: its owner has 2^64 addresses to change to, and no
 * neighbours in it. A /24 is what providers move a customer about in and the least that is announced on the internet: a
 * person stays in it for months, and who changes addresses within it gains nothing.
 */
export const networkOf = (address: string | null): string =>
  (address === null ? undefined : factsOf(address)?.network) ?? 'unknown'

/**
 * The IPv6 /48 an address is in; undefined for IPv4 and for what is no address. Takes and gives one spelling. It is the most
 * a customer is given without being asked what for (RFC 6177).
 */
export const siteOf = (address: string | null): string | undefined =>
  address === null ? undefined : factsOf(address)?.site

/**
 * Whoever has this address, and nobody else, as far as can be told: one IPv4 address, one IPv6 /64. For what must not be
 * spent by a neighbour.
 */
export const hostOf = (address: string | null): string =>
  (address === null ? undefined : factsOf(address)?.host) ?? 'unknown'

/** ipaddr.js alone takes `1` and `0x7f.1` for addresses: only four-part IPv4 counts here. */
const isAddress = (text: string): boolean => ipaddr.IPv6.isValid(text) || ipaddr.IPv4.isValidFourPartDecimal(text)

/** `10/8` would be 0.0.0.10/8 to ipaddr.js alone, and trust nobody it was meant for. */
const isRange = (text: string): boolean => ipaddr.IPv6.isValidCIDR(text) || ipaddr.IPv4.isValidCIDRFourPartDecimal(text)

/** False for what is no address. */
export function isInRanges(address: string, ranges: readonly ProxyRange[]): boolean {
  if (ranges.length === 0) return false
  const parsed = factsOf(address)?.parsed
  if (parsed === undefined) return false
  return ranges.some(([range, bits]) => range.kind() === parsed.kind() && parsed.match(range, bits))
}

const PRIVATE = ['private', 'loopback', 'linkLocal', 'uniqueLocal', 'carrierGradeNat']

/** Of this machine or a network of its owner, where no client on the internet has an address (RFC 1918, 4193, 6598). */
export const isPrivateAddress = (address: string): boolean => factsOf(address)?.isPrivate ?? false

/**
 * Whether a range holds more than any network of proxies: with 0.0.0.0/0 everybody would be one, and could choose the
 * address they are known by. The widest that are in use are 10.0.0.0/8 and fc00::/7.
 */
export const isTooWide = ([address, bits]: ProxyRange): boolean => bits < (address.kind() === 'ipv4' ? 8 : 7)
