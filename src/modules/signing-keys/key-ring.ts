import { commit, recorded } from '../../core/events/commit.ts'
import { newEvent, systemCause } from '../../core/events/new-event.ts'
import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { storageProblem } from '../../lib/database-errors.ts'
import type { KeyRing, PublicJwk } from '../../lib/key-ring.ts'
import type { SigningAlg, Verify } from '../../lib/primitives/primitives.ts'
import { type LoadedKey, newKey, openKey, verifierOfRow } from './key-material.ts'
import {
  activateNextKey,
  insertFirstKey,
  insertNextKey,
  insertReplacement,
  type PublishedRow,
  publishedKeys,
  retireOtherKeys,
  revokeKey,
  unrevokedKey,
} from './queries.ts'

/** Each has its own current key, and rotates by itself. */
export const SIGNING_ALGS = ['EdDSA', 'RS256', 'ES256'] as const satisfies readonly SigningAlg[]

/** Verifiers may cache our JWKS for this long (`Cache-Control` of /.well-known/jwks.json). */
export const JWKS_MAX_AGE_SECONDS = 300
/** A shared cache keeps it for less: verifiers read from it, and a key that was revoked must leave. */
export const JWKS_SHARED_SECONDS = 60
/** It may give the old one for so long more, while it reads the new one. */
export const JWKS_STALE_SECONDS = 60
/**
 * A new key is published this long before it signs. This is more than all caches together, and `RELOAD_AFTER_MS`, so verifiers
 * know each kid before it is used.
 */
const PUBLISH_AHEAD_MS = 2 * JWKS_MAX_AGE_SECONDS * 1000
/** Another process may have rotated the keys, so they are loaded again after this time. */
const RELOAD_AFTER_MS = 60_000
/**
 * After an unknown key id, the keys are loaded again at most this often, so that invented ids cannot flood the
 * database.
 */
const RELOAD_FOR_UNKNOWN_MS = 5_000
const RETIRE_MARGIN_MS = 60_000
/** Longer than a load can take: two round trips of 1.5 s and the generation of one key. */
const ABANDONED_MS = 5_000

type KeyRingDeps = Pick<Deps, 'config' | 'db' | 'clock' | 'random' | 'principals'>

/** A rotation ends no session: the old key verifies until the last token that it signed has expired. */
export function createKeyRing(deps: KeyRingDeps): KeyRing {
  const { config, db, clock } = deps
  let loaded: { at: number; keys: LoadedKey[]; hasClients: boolean } | undefined
  let loading: { since: number; keys: Promise<LoadedKey[]> } | undefined
  /** First keys that are being made. */
  const making = new Map<SigningAlg, { since: number; done: Promise<void> }>()
  /** When the first keys could not be made, so that not every reader of the JWKS tries it. */
  let failedAt = Number.NEGATIVE_INFINITY
  let loads = 0
  /** The load whose result is kept. A load that began earlier and ends later knows less. */
  let newest = 0
  let heardOf: number | null = null
  /** What this process revoked. No answer of before, however late, brings such a key back. */
  const revokedHere = new Set<string>()

  /** A worker that cancels a request never settles its promises. So callers wait for pending work only for a limited time. */
  const isPending = (work: { since: number } | undefined): boolean =>
    work !== undefined && Math.abs(clock.now() - work.since) < ABANDONED_MS

  /** All simultaneous callers share one load. */
  const reload = (): Promise<LoadedKey[]> => (loading && isPending(loading) ? loading.keys : reloadAfterWrite())

  /** Does not share a load that began earlier, because it may have read the rows before the write. */
  function reloadAfterWrite(): Promise<LoadedKey[]> {
    const keys = load(++loads).finally(() => {
      if (loading?.keys === keys) loading = undefined
    })
    loading = { since: clock.now(), keys }
    return keys
  }

  async function load(number: number): Promise<LoadedKey[]> {
    const at = clock.now()
    return keep(number, at, await publishedKeys(db, at))
  }

  /**
   * The rows that a change has read after its write, so that it needs no further read. `number` was taken before it was sent. If
   * another load or change began since, its answer may be late: another one may have revoked a key meanwhile. Then they are read again.
   */
  function keepAfterWrite(number: number, at: number, rows: PublishedRow[]): Promise<LoadedKey[]> {
    if (number !== loads) return reloadAfterWrite()
    loading = undefined
    return keep(number, at, rows)
  }

  async function keep(number: number, at: number, rows: PublishedRow[]): Promise<LoadedKey[]> {
    const opened = await Promise.all(rows.map((row) => openKey(deps, row)))
    const keys = opened.filter(({ row }) => !revokedHere.has(row.id))
    if (number > newest) {
      newest = number
      loaded = { at, keys, hasClients: rows.some((row) => row.hasClients === 1) }
    }
    return loaded?.keys ?? keys
  }

  async function current(maxAgeMs = RELOAD_AFTER_MS): Promise<LoadedKey[]> {
    const age = loaded === undefined ? Number.POSITIVE_INFINITY : Math.abs(clock.now() - loaded.at)
    if (loaded !== undefined && age < maxAgeMs) return loaded.keys
    try {
      return await reload()
    } catch (error) {
      // While the database is unavailable, the cached keys stay in use. A new key signs only after it was published
      // for this long, so no key is missing here.
      if (loaded === undefined || age > PUBLISH_AHEAD_MS || storageProblem(error) === undefined) throw error
      return loaded.keys
    }
  }

  const isInUse = ({ row }: LoadedKey): boolean => row.retiresAt === null || row.retiresAt > clock.now()
  /** Whether a signed API key that has not expired may have been signed with it. */
  const isNeeded = ({ row }: LoadedKey): boolean => row.neededUntil !== null && row.neededUntil > clock.now()
  const signersOf = (keys: LoadedKey[], alg: SigningAlg) => keys.filter((key) => key.row.alg === alg && isInUse(key))

  const isWhole = (keys: LoadedKey[]): boolean => SIGNING_ALGS.every((alg) => signersOf(keys, alg).length > 0)

  /** The keys in use. Makes the first key of each of these algorithms that has none. */
  async function withFirst(algs: readonly SigningAlg[]): Promise<LoadedKey[]> {
    const keys = await current()
    const missing = algs.filter((alg) => signersOf(keys, alg).length === 0)
    if (missing.length === 0) return keys
    await Promise.all(missing.map(makeFirst))
    return current()
  }

  /** All simultaneous callers wait for the same key. Of two processes, one stores it. */
  function makeFirst(alg: SigningAlg): Promise<void> {
    const pending = making.get(alg)
    if (pending && isPending(pending)) return pending.done
    const make = async () => {
      await commit(deps, [insertFirstKey(db, await newKey(deps, alg, clock.now()))])
      await reloadAfterWrite()
    }
    const work = { since: clock.now(), done: make() }
    const forget = () => making.get(alg) === work && making.delete(alg)
    work.done = work.done.finally(forget)
    making.set(alg, work)
    return work.done
  }

  const verifierIn = (keys: LoadedKey[], id: string, alg: SigningAlg, counts: (key: LoadedKey) => boolean) =>
    keys.find((key) => key.row.id === id && key.row.alg === alg && counts(key))?.verify

  return {
    async signing(alg = 'EdDSA') {
      const keys = signersOf(await withFirst([alg]), alg)
      // If the clock was set back, no key may be active yet. Then the oldest key signs, because every verifier knows
      // it.
      const key = keys.findLast(({ row }) => row.activeAt <= clock.now()) ?? keys[0]
      if (!key?.sign) throw problem('server.error', { cause: new Error('the key ring is empty') })
      return { id: key.row.id, alg, sign: key.sign }
    },

    async verification(id, use = 'access-token', alg = 'EdDSA') {
      // After its retirement a key verifies no access token: its last one has expired.
      const counts = (key: LoadedKey) => isInUse(key) || (use === 'api-key' && isNeeded(key))
      const known =
        verifierIn(await current(), id, alg, counts) ??
        verifierIn(await current(RELOAD_FOR_UNKNOWN_MS), id, alg, counts)
      return known ?? (use === 'id-token' ? retired(id, alg) : undefined)
    },

    knows: (id) => loaded?.keys.some((key) => key.row.id === id && (isInUse(key) || isNeeded(key))) ?? false,

    async heard(revokedAt) {
      if (revokedAt === null || revokedAt === heardOf) return
      await reloadAfterWrite()
      heardOf = revokedAt
    },

    async jwks() {
      const keys = (await published()).flatMap((key): PublicJwk[] => {
        if (isInUse(key)) return [key.publicJwk]
        return isNeeded(key) ? [{ ...key.publicJwk, only: 'api-key+jwt' }] : []
      })
      return { keys }
    },

    async rotate(alg = 'EdDSA', by) {
      const now = clock.now()
      if (signersOf(await current(), alg).length === 0) {
        await makeFirst(alg)
        const [first] = signersOf(await current(), alg)
        if (first !== undefined) return { id: first.row.id, activeAt: first.row.activeAt }
      }
      const key = await newKey(deps, alg, now + PUBLISH_AHEAD_MS)
      const times = { tokenMs: config.accessTtlSeconds * 1000, marginMs: RETIRE_MARGIN_MS }
      const event = newEvent(deps, { ...systemCause, ...by }, 'key.rotated', { data: { keyId: key.id, alg } })
      const number = ++loads
      const { published } = await commit(deps, {
        added: recorded(insertNextKey(db, key), event),
        retired: retireOtherKeys(db, key, times, event),
        published: publishedKeys(db, now),
      })
      await keepAfterWrite(number, now, published)
      const next = published.find((row) => row.alg === alg && row.activeAt > now)
      return { id: next?.id ?? key.id, activeAt: next?.activeAt ?? key.activeAt }
    },

    async revoke(id, by) {
      const isIt = ({ row }: LoadedKey) => row.id === id
      const revoked = ((await current()).find(isIt) ?? (await current(0)).find(isIt))?.row
      if (revoked === undefined) throw problem('key.not_found')
      const { alg } = revoked
      const now = clock.now()
      const replacement = await newKey(deps, alg, now)
      const event = newEvent(deps, { ...systemCause, ...by }, 'key.revoked', { data: { keyId: id, alg } })
      const number = ++loads
      const { done, published } = await commit(deps, {
        done: recorded(revokeKey(db, revoked, now), event),
        next: activateNextKey(db, alg, now, event),
        replaced: insertReplacement(db, replacement, event),
        published: publishedKeys(db, now),
      })
      if (done.length === 0) throw problem('key.not_found')
      heardOf = now
      // First in memory: also if a key of the answer cannot be opened, this process accepts nothing more that the key signed.
      revokedHere.add(id)
      if (loaded) loaded = { ...loaded, keys: loaded.keys.filter(({ row }) => row.id !== id) }
      deps.principals.forgetAll()
      await keepAfterWrite(number, now, published)
      return { id, alg, successor: (await this.signing(alg)).id }
    },
  }

  /**
   * The published keys. Once there are OAuth clients, they include a key of every algorithm. So a client that reads the keys
   * before its first ID token has the key of that token. While these keys cannot be made, the others.
   */
  async function published(): Promise<LoadedKey[]> {
    // A first key signs at once. So while one is missing, another process may have made it a moment ago.
    if (loaded !== undefined && !isWhole(loaded.keys)) await current(0)
    const keys = await withFirst(['EdDSA'])
    if (!loaded?.hasClients || Math.abs(clock.now() - failedAt) < RELOAD_FOR_UNKNOWN_MS) return keys
    try {
      return await withFirst(SIGNING_ALGS)
    } catch (error) {
      if (storageProblem(error) === undefined) throw error
      failedAt = clock.now()
      return keys
    }
  }

  /** Of a key that retired in the last 30 days: an ID token is a hint long after it has expired. */
  async function retired(id: string, alg: SigningAlg): Promise<Verify | undefined> {
    const [row] = await unrevokedKey(db, id)
    return row?.alg === alg ? verifierOfRow(row) : undefined
  }
}
