/** Who asked and from where, for events. */
import type { Deps, Principal } from '../deps.ts'
import { clientAddress, parseProxyRanges } from '../lib/addresses.ts'
import type { Cause } from '../modules/events/queries.ts'

interface RequestFacts {
  request: Request
  requestId: string
  actor?: Principal
}

const MAX_USER_AGENT = 256

export function createCause({ config, peerAddress }: Pick<Deps, 'config' | 'peerAddress'>) {
  const trusted = parseProxyRanges(config.trustedProxies) ?? []
  return ({ request, requestId, actor }: RequestFacts): Cause => {
    const peer = peerAddress(request)
    return {
      actorId: actor?.user.id ?? null,
      requestId,
      address: peer === undefined ? null : clientAddress(peer, request.headers.get('x-forwarded-for'), trusted),
      userAgent: request.headers.get('user-agent')?.slice(0, MAX_USER_AGENT).replaceAll('\0', '') ?? null,
    }
  }
}
