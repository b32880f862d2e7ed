/**
 * Detects a proxy in front of the server that is not configured. Behind it all clients have one address: they share the
 * limits of that address, and the audit log shows the address of the proxy.
 */
import type { Deps } from '../deps.ts'
import { isInRanges, isPrivateAddress, parseProxyRanges } from '../lib/addresses.ts'
import { oncePer } from '../lib/once-per.ts'
import { configWarnings, type WarningCode, warnings } from '../lib/warnings.ts'
import { operatorOf } from './operator-requests.ts'

const FORWARDED = ['x-forwarded-for', 'forwarded', 'x-real-ip']

/**
 * Code that uses the address of a client calls `look`. `found` has the warnings for `GET /readyz`, until a restart.
 * Each is logged once, with the address of the peer.
 *
 * Only a peer in a private network counts as a proxy. Any client can send X-Forwarded-For, and a stranger must not be
 * able to raise a warning. So a proxy with a public address is not detected.
 */
export const clientPeers = oncePer(({ config, log }: Pick<Deps, 'config' | 'log'>) => {
  const trusted = parseProxyRanges(config.trustedProxies) ?? []
  /** The server speaks no TLS. So a client that requests this origin has come through a proxy. */
  const publicOrigin = config.appUrl.startsWith('https:') ? new URL(config.appUrl).host : undefined
  const found = new Set<WarningCode>(configWarnings(config))

  function note(code: WarningCode, peer?: string): void {
    if (found.has(code)) return
    found.add(code)
    log.warning(warnings[code], { code, ...(peer === undefined ? {} : { peer }) })
  }

  return {
    look(request: Request, peer: string | undefined, unreadable = false): void {
      if (operatorOf(request) !== undefined) return // it came over no network
      const { headers } = request
      const forwards = FORWARDED.some((name) => headers.has(name))
      if (peer === undefined) note('peer.unknown')
      else if (isInRanges(peer, trusted)) {
        if (!headers.has('x-forwarded-for')) note('proxy.silent', peer)
        else if (unreadable) note('proxy.unreadable', peer)
      } else if (isPrivateAddress(peer)) {
        if (forwards) note('proxy.not_trusted', peer)
        else if (headers.get('host') === publicOrigin) note('proxy.silent', peer)
      }
    },
    found: (): { code: WarningCode; message: string }[] =>
      [...found].map((code) => ({ code, message: warnings[code] })),
  }
})
