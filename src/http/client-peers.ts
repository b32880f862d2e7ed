/**
 * Notices a proxy in front of us that is not configured: behind it everybody has one address, so that limits of addresses
 * would hold for all people together, and the audit log name the proxy.
 */
import type { Deps } from '../deps.ts'
import { isInRanges, isPrivateAddress, parseProxyRanges } from '../lib/addresses.ts'
import { oncePer } from '../lib/once-per.ts'
import { configWarnings, type WarningCode, warnings } from '../lib/warnings.ts'

const FORWARDED = ['x-forwarded-for', 'forwarded', 'x-real-ip']

/**
 * `look` is called wherever an address begins to matter; `found` is what `GET /readyz` shows, until a restart. Logged once
 * each, with the address of the peer.
 *
 * Only a peer of our own networks is taken for a proxy. Anybody can send X-Forwarded-For, and a stranger must not be able
 * to raise an alarm; the price is that a proxy with a public address goes unnoticed.
 */
export const clientPeers = oncePer(({ config, log }: Pick<Deps, 'config' | 'log'>) => {
  const trusted = parseProxyRanges(config.trustedProxies) ?? []
  /** We speak no TLS: whoever asks for this origin has come through something that does. */
  const publicOrigin = config.appUrl.startsWith('https:') ? new URL(config.appUrl).host : undefined
  const found = new Set<WarningCode>(configWarnings(config))

  function note(code: WarningCode, peer?: string): void {
    if (found.has(code)) return
    found.add(code)
    log.warning(warnings[code], { code, ...(peer === undefined ? {} : { peer }) })
  }

  return {
    look({ headers }: Request, peer: string | undefined, unreadable = false): void {
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
