import { LRUCache } from 'lru-cache'
import type { Scope } from '../core/authz/scope.ts'
import type { Clock, Principal, PrincipalCache, RecordKind } from '../deps.ts'

/** The lifetime of entries with a remote database. Together with the read, a revocation elsewhere is seen within a second. */
export const REMOTE_PRINCIPAL_TTL_MS = 900

export interface PrincipalCacheOptions {
  maxEntries: number
  /** 0: entries never expire, because this process makes every write. Otherwise the maximum delay of a revocation elsewhere. */
  ttlMs: number
  clock: Clock
}

/** A client or a resource has a few kilobytes. */
const MAX_RECORDS = 5_000
/** The size of an entry without metadata, roughly. */
const BYTES_PER_ENTRY = 1024

const metadataLength = (principal: Principal): number =>
  principal.kind === 'session' ? JSON.stringify(principal.user.publicMetadata).length : 0

/** All of them, or it does not compile: one that is not forgotten with its id is stale for ever. */
const EVERY_KIND: Record<RecordKind, true> = { client: true, resource: true, actions: true }
const RECORD_KINDS = Object.keys(EVERY_KIND) as RecordKind[] // its own keys
const recordKey = (kind: RecordKind, id: string): string => `${kind} ${id}`

const isOf = (orgId: string) => (row: object) => 'orgId' in row && row.orgId === orgId

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
 * write. For the same reason requests never share a load: a request that begins after a write must not get an older result.
 */
export function createPrincipalCache({ maxEntries, ttlMs, clock }: PrincipalCacheOptions): PrincipalCache {
  const keysOf = new Map<string, Set<string>>()
  const limits = {
    max: maxEntries,
    ttl: ttlMs,
    // Checked on every read. By default the library keeps the time for a turn of the event loop, which delays revocation.
    ttlResolution: 0,
    perf: clock,
  }
  const entries = new LRUCache<string, Principal>({
    ...limits,
    // Metadata is up to 8 KB for each user. So that it cannot fill the memory, it counts as entries.
    maxSize: maxEntries,
    sizeCalculation: (principal) => 1 + Math.floor(metadataLength(principal) / BYTES_PER_ENTRY),
    dispose(principal, key) {
      for (const id of dependenciesOf(principal)) {
        const keys = keysOf.get(id)
        keys?.delete(key)
        if (keys?.size === 0) keysOf.delete(id)
      }
    },
  })
  const scopes = new LRUCache<string, Scope>(limits)
  /** By kind and id. */
  const records = new LRUCache<string, object>({ ...limits, max: MAX_RECORDS })
  const forgetRecordsOf = (orgId: string): void => {
    for (const [key, row] of records.entries()) if (isOf(orgId)(row)) records.delete(key)
  }
  let forgotten = 0

  function keep(key: string, principal: Principal, start: number): void {
    entries.set(key, principal, { start })
    for (const id of dependenciesOf(principal)) {
      const keys = keysOf.get(id)
      if (keys) keys.add(key)
      else keysOf.set(id, new Set([key]))
    }
  }

  return {
    get: (key) => entries.get(key),
    scope: (id) => scopes.get(id),
    async load(key, load) {
      const [before, start] = [forgotten, clock.now()]
      const loaded = await load()
      if (before === forgotten) {
        if (loaded.principal) keep(key, loaded.principal, start)
        for (const scope of loaded.scopes) scopes.set(scope.id, scope, { start })
      }
      return loaded
    },
    async loadScopes(load) {
      const [before, start] = [forgotten, clock.now()]
      const loaded = await load()
      if (before === forgotten) for (const scope of loaded) scopes.set(scope.id, scope, { start })
      return loaded
    },
    record: <Row>(kind: RecordKind, id: string) => records.get(recordKey(kind, id)) as Row | undefined, // as `loadRecord` keeps it
    async loadRecord<Row>(kind: RecordKind, id: string, load: () => Promise<Row | undefined>) {
      const [before, start] = [forgotten, clock.now()]
      const row = await load()
      if (before === forgotten && row !== undefined) records.set(recordKey(kind, id), row as object, { start })
      return row
    },
    forget(id) {
      forgotten++
      scopes.delete(id)
      for (const kind of RECORD_KINDS) records.delete(recordKey(kind, id))
      // An organisation that is deleted takes its clients with it. Few ids are of organisations, and few records there are.
      if (id.startsWith('org_')) forgetRecordsOf(id)
      for (const key of [...(keysOf.get(id) ?? [])]) entries.delete(key)
    },
    forgetAll() {
      forgotten++
      scopes.clear()
      records.clear()
      entries.clear()
    },
  }
}
