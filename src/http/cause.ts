/** Who sent a request and from where, for events. */

import { isOperator } from '../core/authz/operator.ts'
import { systemCause } from '../core/events/new-event.ts'
import type { Cause } from '../core/events/queries.ts'
import type { Actor, Deps } from '../deps.ts'
import { problem } from '../errors.ts'
import { isInRanges, parseProxyRanges } from '../lib/addresses.ts'
import { mayStill } from '../modules/sessions/may-still.ts'
import { clientPeers } from './client-peers.ts'
import { clientFinder, peerOf } from './find-client.ts'
import { isClient, isSession, requireFreshSession, requireFreshToken } from './fresh-session.ts'
import { chosenLanguage } from './languages.ts'

/** `cause(actor)` on guarded routes, `cause()` on public ones. Computed only when an event is written. */
export type CauseOf = (actor?: Actor) => Cause

const MAX_USER_AGENT = 256

/** Makes the `cause` of each request. Only TRUSTED_PROXIES may set X-Forwarded-For (ASVS 4.1.3). */
export function createCauseOf(deps: Pick<Deps, 'config' | 'clock' | 'log' | 'peerAddress'>) {
  const peers = clientPeers(deps)
  const trusted = parseProxyRanges(deps.config.trustedProxies) ?? []
  const findClient = clientFinder(deps)
  return (request: Request, requestId: string): CauseOf =>
    (actor) => {
      if (actor !== undefined && isOperator(actor)) return { ...systemCause, requestId }
      const peer = peerOf(deps, request)
      const client = findClient(request, peer)
      peers.look(request, peer, client?.unreadable)
      return {
        by: actor ?? null,
        actorId: actor?.id ?? null,
        orgId: actor?.orgId ?? null,
        actingFor: actor?.actingFor ?? null,
        requestId,
        address: client?.address ?? null,
        ...(client && isInRanges(client.address, trusted) ? { shared: true } : {}),
        locale: chosenLanguage(request),
        ...(actor && { mayStill: () => mayStill(actor, deps.clock.now()) }),
        requireFresh: () => {
          if (actor && isClient(actor)) return requireFreshToken(actor, deps.clock, deps.config.appUrl)
          // No other credential proves that a person signed in recently.
          if (!actor || !isSession(actor)) throw problem('auth.fresh_session_required')
          requireFreshSession(actor, deps.clock)
        },
        userAgent: request.headers.get('user-agent')?.slice(0, MAX_USER_AGENT).replaceAll('\0', '') ?? null,
      }
    }
}
