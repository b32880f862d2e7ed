import type { Cache, CacheCounts, RecordKind } from '../../core/cache/model.ts'
import type { Clock } from '../../deps.ts'
import { createLru } from '../../lib/lru.ts'
import { createRecentMap } from '../../lib/recent-map.ts'
import { createSingleFlight } from './single-flight.ts'

/** Rows that processes share. Nothing here waits long, and nothing throws. */
export interface SharedRows {
  /** `leftMs`: how long it may still be believed. */
  get(key: string): Promise<{ row: unknown; leftMs: number } | undefined>
  /** Does not wait. */
  set(key: string, row: object, leftMs: number): void
  /** Does not wait. */
  remove(key: string): void
}

export interface CacheOptions {
  clock: Clock
  /** 0: rows never expire, because this process makes every write. Otherwise how long a row is believed, from the begin of its read. */
  ttlMs: number
  /** Behind the memory. Absent: each process reads by itself. */
  shared?: SharedRows | undefined
  /** Whether a request may wait for the load of another one. */
  sharesLoads?: boolean
}

export interface CountedCache extends Cache {
  counts(): CacheCounts
}

/** A client or a resource has a few kilobytes. */
const MAX_ROWS = 5_000
const MAX_ABSENT = 5_000
/** How long it is believed that there is no such row. Shorter than the patience of who has just made it elsewhere. */
const ABSENT_MS = 900
/** Ids that were forgotten lately. After more of them, nothing that is shared is believed for a moment. */
const MAX_CHANGED = 2_000

/** Ids of other things, which have no rows here: most commits name a user. */
const IS_NO_ROW = /^(?!cli_|org_)[a-z]{3}_/

/** Of every kind, or it does not compile. Whether Redis may have such rows: they must survive JSON. */
const IS_SHARED: Record<RecordKind, boolean> = { client: true, resource: true, actions: false }
const KINDS = Object.keys(IS_SHARED) as RecordKind[] // its own keys
const keyOf = (kind: RecordKind, id: string): string => `${kind} ${id}`
const isOf = (orgId: string, row: object): boolean => 'orgId' in row && row.orgId === orgId

/**
 * The memory of this process, and behind it rows that the processes share in Redis.
 *
 * A row is believed from the moment at which it was asked for, in whichever process that was. A result whose load overlaps a write of
 * this process is used once and not kept, and after a write this process does not believe what others have shared before it.
 */
export function createCache({ clock, ttlMs, shared, sharesLoads = true }: CacheOptions): CountedCache {
  const rows = createLru<object>(MAX_ROWS, { ttl: ttlMs, ttlResolution: 0, perf: clock })
  /** Until when it is believed that there is no such row. Strangers choose these ids. */
  let absent = createRecentMap<number>(MAX_ABSENT)
  const flights = createSingleFlight(() => clock.now(), sharesLoads)
  /** Until when a shared row of this id may be from before its change. */
  let changed = new Map<string, number>()
  let allChangedUntil = 0
  let forgotten = 0
  const counts: CacheCounts = { memory: 0, redis: 0, shared: 0, missed: 0 }

  /** What others share may be from before the change of this id, or of all. */
  function distrustShared(id?: string): void {
    if (shared === undefined) return
    const until = clock.now() + ttlMs
    if (id !== undefined && changed.size < MAX_CHANGED) changed.set(id, until)
    else {
      changed = new Map()
      allChangedUntil = until
    }
  }

  const mayBeShared = (id: string, now: number) => allChangedUntil <= now && (changed.get(id) ?? 0) <= now

  async function fromOthers(kind: RecordKind, id: string): Promise<object | undefined> {
    const key = keyOf(kind, id)
    if (shared === undefined || !IS_SHARED[kind] || ttlMs === 0 || !mayBeShared(id, clock.now())) return undefined
    const before = forgotten
    const found = await shared.get(key)
    if (found === undefined || before !== forgotten || typeof found.row !== 'object' || found.row === null)
      return undefined
    const leftMs = Math.min(found.leftMs, ttlMs)
    if (leftMs <= 0) return undefined
    rows.set(key, found.row, { start: clock.now() - (ttlMs - leftMs) })
    counts.redis++
    return found.row
  }

  async function fromDatabase<Row>(kind: RecordKind, id: string, load: () => Promise<Row | undefined>) {
    const key = keyOf(kind, id)
    const [before, start] = [forgotten, clock.now()]
    counts.missed++
    const row = await load()
    if (before !== forgotten) return row
    if (row === undefined) absent.set(key, start + ABSENT_MS)
    else {
      rows.set(key, row as object, { start })
      const leftMs = ttlMs - (clock.now() - start)
      if (IS_SHARED[kind] && leftMs > 0 && mayBeShared(id, clock.now())) shared?.set(key, row as object, leftMs)
    }
    return row
  }

  return {
    known<Row>(kind: RecordKind, id: string) {
      const row = rows.get(keyOf(kind, id)) as Row | undefined // as `read` keeps it
      if (row !== undefined) counts.memory++
      return row
    },
    async read<Row>(kind: RecordKind, id: string, load: () => Promise<Row | undefined>) {
      const key = keyOf(kind, id)
      const known = rows.get(key)
      const until = absent.get(key)
      const now = clock.now()
      if (known !== undefined || (until !== undefined && now < until && until - now <= ABSENT_MS)) {
        counts.memory++
        return known as Row | undefined
      }
      const both = async () => ((await fromOthers(kind, id)) as Row | undefined) ?? fromDatabase(kind, id, load)
      return flights.run(key, both, () => counts.shared++)
    },
    forget(id) {
      forgotten++
      flights.forgetAll()
      if (IS_NO_ROW.test(id)) return
      if (id.startsWith('org_')) {
        // An organisation that is deleted takes its clients with it. Few ids are of organisations, and few rows there are.
        for (const [key, row] of rows.entries()) if (isOf(id, row)) rows.delete(key)
        distrustShared()
        return
      }
      distrustShared(id)
      for (const key of KINDS.map((kind) => keyOf(kind, id))) {
        rows.delete(key)
        absent.delete(key)
        if (ttlMs > 0) shared?.remove(key)
      }
    },
    forgetAll() {
      forgotten++
      flights.forgetAll()
      rows.clear()
      absent = createRecentMap(MAX_ABSENT)
      distrustShared()
    },
    counts: () => ({ ...counts }),
  }
}
