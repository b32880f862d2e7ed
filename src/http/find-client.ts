import type { Deps } from '../deps.ts'
import { type Client, clientOf, parseProxyRanges } from '../lib/addresses.ts'

/**
 * The client of a request. Only TRUSTED_PROXIES may set X-Forwarded-For (ASVS 4.1.3). Undefined if the runtime does not
 * tell the peer.
 */
export function clientFinder({ config, peerAddress }: Pick<Deps, 'config' | 'peerAddress'>) {
  const trusted = parseProxyRanges(config.trustedProxies) ?? []
  return (request: Request, peer = peerOf({ peerAddress }, request)): Client | undefined =>
    peer === undefined ? undefined : clientOf(peer, request.headers.get('x-forwarded-for'), trusted)
}

const told = new WeakMap<Request, string | undefined>()

/** The address of the TCP peer, if it is known. */
export const peerOf = ({ peerAddress }: Pick<Deps, 'peerAddress'>, request: Request): string | undefined =>
  told.has(request) ? told.get(request) : peerAddress(request)

/**
 * A request that this server made itself, for a client that sent another one before: runtimes forget the peer of a request that was
 * upgraded. `address` is that of the client, behind any proxy.
 */
export function requestOfClient(address: string | undefined, url: string, headers: Record<string, string>): Request {
  const request = new Request(url, { headers })
  told.set(request, address)
  return request
}
