import type { Scope } from '../core/authz/scope.ts'
import type { Cache, CacheCounts } from '../core/cache/model.ts'
import type { Clock, Loaded, Principal, PrincipalCache } from '../deps.ts'
import { createLru } from '../lib/lru.ts'
import { createCache } from './cache/cache.ts'
import { createSingleFlight } from './cache/single-flight.ts'

/** The lifetime of entries with a remote database. Together with the read, a revocation elsewhere is seen within a second. */
export const REMOTE_PRINCIPAL_TTL_MS = 900

export interface PrincipalCacheOptions {
  maxEntries: number
  /** 0: entries never expire, because this process makes every write. Otherwise the maximum delay of a revocation elsewhere. */
  ttlMs: number
  clock: Clock
  /** The rows of clients and resources. By default in the memory of this process alone. */
  cache?: Cache
  /** Whether a request may wait for the load of another one. */
  sharesLoads?: boolean
  /** Tells other processes what was forgotten here, so that they need not wait until their entries have expired. */
  tell?: ((id: string | undefined) => void) | undefined
}

export interface CountedPrincipals extends PrincipalCache {
  counts(): Omit<CacheCounts, 'redis'>
  /** Another process has forgotten this id; undefined: everything. */
  hear(id: string | undefined): void
}

/** The size of an entry without metadata, roughly. */
const BYTES_PER_ENTRY = 1024

const metadataLength = (principal: Principal): number =>
  principal.kind === 'session' ? JSON.stringify(principal.user.publicMetadata).length : 0

/** What an entry depends on: a change of any of these makes the cache forget it. */
export const dependenciesOf = (principal: Principal): readonly string[] => {
  const { id, orgId, actingFor, memberships } = principal
  return [
    id,
    ...(principal.kind === 'client' ? [principal.grantId, principal.familyId].filter((part) => part !== null) : []),
    ...(actingFor ?? []).map((actor) => actor.id),
    // A role of the user may get a right there that the administrator lacks.
    ...(principal.kind === 'session' && principal.impersonatorId !== null ? memberships.keys() : []),
    // An API key that is limited to an organisation ends with it, and no session acts for one that was deleted.
    ...(orgId !== null ? [orgId] : []),
  ]
}

/**
 * A cache that is never stale within one process.
 *
 * The lifetime of an entry begins with its read, not with the answer: an answer that was long on its way says what was true then.
 *
 * The result of a load that overlaps a write is used once and not kept, because the load may have read the rows before the
 * write. Requests share a load until something is written: a request that begins after a write must not get an older result.
 */
export function createPrincipalCache({
  maxEntries,
  ttlMs,
  clock,
  sharesLoads = true,
  cache = createCache({ clock, ttlMs, sharesLoads }),
  tell,
}: PrincipalCacheOptions): CountedPrincipals {
  const keysOf = new Map<string, Set<string>>()
  const expiry = {
    ttl: ttlMs,
    // Checked on every read. By default the library keeps the time for a turn of the event loop, which delays revocation.
    ttlResolution: 0,
    perf: clock,
  }
  const entries = createLru<Principal>(maxEntries, {
    ...expiry,
    // Metadata is up to 8 KB for each user. So that it cannot fill the memory, it counts as entries.
    sizeCalculation: (principal) => 1 + Math.floor(metadataLength(principal) / BYTES_PER_ENTRY),
    dispose(principal, key) {
      for (const id of dependenciesOf(principal)) {
        const keys = keysOf.get(id)
        keys?.delete(key)
        if (keys?.size === 0) keysOf.delete(id)
      }
    },
  })
  const scopes = createLru<Scope>(maxEntries, expiry)
  const flights = createSingleFlight(() => clock.now(), sharesLoads)
  const counts = { memory: 0, shared: 0, missed: 0 }
  let forgotten = 0

  function keep(key: string, principal: Principal, start: number): void {
    entries.set(key, principal, { start })
    for (const id of dependenciesOf(principal)) {
      const keys = keysOf.get(id)
      if (keys) keys.add(key)
      else keysOf.set(id, new Set([key]))
    }
  }

  async function loadOne(key: string, load: () => Promise<Loaded>): Promise<Loaded> {
    const [before, start] = [forgotten, clock.now()]
    counts.missed++
    const loaded = await load()
    if (before === forgotten) {
      if (loaded.principal) keep(key, loaded.principal, start)
      for (const scope of loaded.scopes) scopes.set(scope.id, scope, { start })
    }
    return loaded
  }

  function hear(id: string | undefined): void {
    forgotten++
    flights.forgetAll()
    if (id === undefined) {
      scopes.clear()
      entries.clear()
      cache.forgetAll()
      return
    }
    scopes.delete(id)
    cache.forget(id)
    for (const key of [...(keysOf.get(id) ?? [])]) entries.delete(key)
  }

  return {
    get(key) {
      const principal = entries.get(key)
      if (principal !== undefined) counts.memory++
      return principal
    },
    scope: (id) => scopes.get(id),
    load: (key, load, wanted = '') =>
      flights.run(
        `${key} ${wanted}`,
        () => loadOne(key, load),
        () => counts.shared++,
      ),
    async loadScopes(load) {
      const [before, start] = [forgotten, clock.now()]
      const loaded = await load()
      if (before === forgotten) for (const scope of loaded) scopes.set(scope.id, scope, { start })
      return loaded
    },
    record: (kind, id) => cache.known(kind, id),
    loadRecord: (kind, id, load) => cache.read(kind, id, load),
    forget(id) {
      hear(id)
      tell?.(id)
    },
    forgetAll() {
      hear(undefined)
      tell?.(undefined)
    },
    hear,
    counts: () => ({ ...counts }),
  }
}
