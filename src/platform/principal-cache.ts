import { LRUCache } from 'lru-cache'
import type { Clock, Principal, PrincipalCache } from '../deps.ts'

/** The lifetime of entries with a remote database. Together with the read, a revocation elsewhere is seen within a second. */
export const REMOTE_PRINCIPAL_TTL_MS = 900

export interface PrincipalCacheOptions {
  maxEntries: number
  /** 0: entries never expire, because this process makes every write. Otherwise the maximum delay of a revocation elsewhere. */
  ttlMs: number
  clock: Clock
}

/**
 * A cache that is never stale within one process.
 *
 * The result of a load that overlaps a write is used once and not kept, because the load may have read the rows before the
 * write. For the same reason requests never share a load: a request that begins after a write must not get an older result.
 */
export function createPrincipalCache({ maxEntries, ttlMs, clock }: PrincipalCacheOptions): PrincipalCache {
  const keysByUser = new Map<string, Set<string>>()
  const entries = new LRUCache<string, Principal>({
    max: maxEntries,
    ttl: ttlMs,
    // Checked on every read. By default the library keeps the time for a turn of the event loop, which delays revocation.
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
