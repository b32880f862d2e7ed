import { LRUCache } from 'lru-cache'
import type { Clock, Principal, PrincipalCache } from '../deps.ts'

/** Beside a remote database: with the read itself, a revocation elsewhere is seen within a second. */
export const REMOTE_PRINCIPAL_TTL_MS = 900

export interface PrincipalCacheOptions {
  maxEntries: number
  /** 0: for ever, when this process makes every write. Otherwise the longest a revocation elsewhere may go unseen. */
  ttlMs: number
  clock: Clock
}

/**
 * A cache that is never stale within one process.
 *
 * A load that overlaps a write is answered but not kept: it may have read before the write and would be stored after
 * it. Loads are never shared between requests for the same reason: a request that begins after a write must not get
 * an answer that was read before it.
 */
export function createPrincipalCache({ maxEntries, ttlMs, clock }: PrincipalCacheOptions): PrincipalCache {
  const keysByUser = new Map<string, Set<string>>()
  const entries = new LRUCache<string, Principal>({
    max: maxEntries,
    ttl: ttlMs,
    // Looked at on every read: by default the time is kept for a turn of the event loop, and revocation waits for it.
    ttlResolution: 0,
    perf: clock,
    dispose(principal, key) {
      const keys = keysByUser.get(principal.user.id)
      keys?.delete(key)
      if (keys?.size === 0) keysByUser.delete(principal.user.id)
    },
  })
  let forgotten = 0

  return {
    get: (key) => entries.get(key),
    async load(key, load) {
      const before = forgotten
      const principal = await load()
      if (principal && before === forgotten) {
        entries.set(key, principal)
        const keys = keysByUser.get(principal.user.id)
        if (keys) keys.add(key)
        else keysByUser.set(principal.user.id, new Set([key]))
      }
      return principal
    },
    forgetUser(userId) {
      forgotten++
      for (const key of [...(keysByUser.get(userId) ?? [])]) entries.delete(key)
    },
    forgetAll() {
      forgotten++
      entries.clear()
    },
  }
}
