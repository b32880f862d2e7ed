import type { Deps } from '../deps.ts'
import { type Client, clientOf, parseProxyRanges } from '../lib/addresses.ts'

/**
 * The client of a request. Only TRUSTED_PROXIES may set X-Forwarded-For (ASVS 4.1.3). Undefined if the runtime does not
 * tell the peer.
 */
export function clientFinder({ config, peerAddress }: Pick<Deps, 'config' | 'peerAddress'>) {
  const trusted = parseProxyRanges(config.trustedProxies) ?? []
  return (request: Request, peer = peerAddress(request)): Client | undefined =>
    peer === undefined ? undefined : clientOf(peer, request.headers.get('x-forwarded-for'), trusted)
}
