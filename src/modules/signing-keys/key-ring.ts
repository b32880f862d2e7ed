import { primitives } from '#primitives'
import { ConfigError } from '../../config.ts'
import type { Deps, KeyRing, PublicJwk } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { AES_GCM_NONCE_BYTES, decrypt, encrypt } from '../../lib/crypto.ts'
import { storageProblem } from '../../lib/database-errors.ts'
import type { Ed25519PrivateJwk, Sign, Verify } from '../../lib/primitives/primitives.ts'
import { keysFor } from '../../lib/secret-keys.ts'
import { commit, recorded } from '../../core/events/commit.ts'
import { systemEvent } from '../../core/events/new-event.ts'
import {
  insertFirstKey,
  insertNextKey,
  publishedKeys,
  retireOtherKeys,
  type SigningKeyRow,
  waitingKey,
} from './queries.ts'

/** Verifiers may cache our JWKS for this long (`Cache-Control` of /.well-known/jwks.json). */
export const JWKS_MAX_AGE_SECONDS = 300
/**
 * A new key is published this long before it signs. This is twice the cache time, so verifiers know each kid before
 * it is used.
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

/** A new key is encrypted with the current secret. Earlier keys open with the previous secret until they retire. */
const signingKeys = keysFor('signing-keys')

interface LoadedKey {
  row: SigningKeyRow
  publicJwk: PublicJwk
  verify: Verify
  sign: Sign
}

type KeyRingDeps = Pick<Deps, 'config' | 'db' | 'clock' | 'random' | 'principals'>

/** A rotation ends no session: the old key verifies until the last token that it signed has expired. */
export function createKeyRing(deps: KeyRingDeps): KeyRing {
  const { config, db, clock, random } = deps
  const wrappingKeys = () => signingKeys(config)
  let loaded: { at: number; keys: LoadedKey[] } | undefined
  let loading: { since: number; keys: Promise<LoadedKey[]> } | undefined

  /** All simultaneous callers share one load. */
  const reload = (): Promise<LoadedKey[]> => {
    const since = clock.now()
    // On workers, a cancelled request never settles its promises. So a caller waits for the pending load only for a
    // limited time.
    if (loading && Math.abs(since - loading.since) < ABANDONED_MS) return loading.keys
    const keys = load().finally(() => {
      if (loading?.keys === keys) loading = undefined
    })
    loading = { since, keys }
    return keys
  }

  async function load(): Promise<LoadedKey[]> {
    const at = clock.now()
    let rows = await publishedKeys(db, at)
    if (rows.length === 0) {
      await commit(deps, [insertFirstKey(db, await newKey(at))])
      rows = await publishedKeys(db, at)
    }
    const keys = await Promise.all(rows.map(open))
    loaded = { at, keys }
    return keys
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

  async function newKey(activeAt: number): Promise<SigningKeyRow> {
    const id = random.id('key')
    const { kty, crv, x, d } = await primitives.generateEd25519()
    const nonce = random.bytes(AES_GCM_NONCE_BYTES)
    const privateJwk = JSON.stringify({ crv, d, x, kty })
    const publicJwk: PublicJwk = { crv, x, kty, kid: id, alg: 'EdDSA', use: 'sig' }
    return {
      id,
      publicJwk: JSON.stringify(publicJwk),
      encryptedPrivateJwk: await encrypt((await wrappingKeys())[0].key, nonce, privateJwk, id),
      createdAt: clock.now(),
      activeAt,
      neededUntil: null,
      retiresAt: null,
    }
  }

  async function open(row: SigningKeyRow): Promise<LoadedKey> {
    let privateJwk: string | undefined
    for (const { key } of await wrappingKeys()) privateJwk ??= await decrypt(key, row.encryptedPrivateJwk, row.id)
    if (privateJwk === undefined)
      throw problem('server.error', {
        cause: new ConfigError(
          'APP_SECRET',
          `cannot decrypt signing key ${row.id}: APP_SECRET is not the one this database was made with. Set that secret again. If you changed the secret on purpose, set the old one as APP_SECRET_PREVIOUS`,
        ),
      })
    const publicJwk = JSON.parse(row.publicJwk) as PublicJwk // our own column, written by newKey
    return {
      row,
      publicJwk,
      verify: await primitives.ed25519Verifier(publicJwk),
      sign: await primitives.ed25519Signer(JSON.parse(privateJwk) as Ed25519PrivateJwk), // authenticated by AES-GCM above
    }
  }

  const isPublished = ({ row }: LoadedKey): boolean => row.retiresAt === null || row.retiresAt > clock.now()

  return {
    async signing() {
      const keys = await current()
      // If the clock was set back, no key may be active yet. Then the oldest key signs, because every verifier knows
      // it.
      const key = keys.findLast(({ row }) => row.activeAt <= clock.now()) ?? keys[0]
      if (!key) throw problem('server.error', { cause: new Error('the key ring is empty') })
      return { id: key.row.id, sign: key.sign }
    },

    async verification(id) {
      const find = (keys: LoadedKey[]) => keys.find((key) => key.row.id === id && isPublished(key))?.verify
      return find(await current()) ?? find(await current(RELOAD_FOR_UNKNOWN_MS))
    },

    async jwks() {
      return { keys: (await current()).filter(isPublished).map(({ publicJwk }) => publicJwk) }
    },

    async rotate() {
      const now = clock.now()
      const key = await newKey(now + PUBLISH_AHEAD_MS)
      const retiresAt = key.activeAt + config.accessTtlSeconds * 1000 + RETIRE_MARGIN_MS
      const event = systemEvent(deps, 'key.rotated', { keyId: key.id })
      await commit(deps, [recorded(insertNextKey(db, key), event), retireOtherKeys(db, key.id, retiresAt, event)])
      await reload()
      const [next] = await waitingKey(db, now)
      return { id: next?.id ?? key.id, activeAt: next?.activeAt ?? key.activeAt }
    },
  }
}
