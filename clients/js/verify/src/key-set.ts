import { importJWK } from 'jose'
import { VerificationError } from './errors.ts'
import { isRecord } from './known-revocations.ts'

export type PublicKey = Awaited<ReturnType<typeof importJWK>>

interface KnownKey {
  key: PublicKey
  /** The one type of JWS that a retired key still verifies. */
  only: string | undefined
}

export interface KeySetOptions {
  url: string
  fetch: (url: string, init: RequestInit) => Promise<Response>
  now: () => number
  /** The keys are read again after this time. */
  maxAgeMs: number
  /** While the server does not answer, known keys are used for this long after they were read. */
  maxStaleMs: number
  /** After an unknown key id, the keys are read again at most this often. So invented ids cause no flood of requests. */
  coolDownMs: number
  timeoutMs: number
}

const MAX_BYTES = 262_144
const MAX_KEYS = 100

/** The keys of the JWKS, by id. All simultaneous callers share one request. */
export function createKeySet(options: KeySetOptions) {
  const { url, now, maxAgeMs, maxStaleMs, coolDownMs, timeoutMs } = options
  let loaded: { at: number; keys: ReadonlyMap<string, KnownKey> } | undefined
  let loading: { since: number; done: Promise<void> } | undefined
  let triedAt = Number.NEGATIVE_INFINITY

  /** A clock that was set back makes no age negative. */
  const ageOf = (at: number): number => Math.abs(now() - at)

  async function load(): Promise<void> {
    const response = await options.fetch(url, {
      headers: { accept: 'application/json' },
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    })
    if (response.status !== 200) throw new Error(`the JWKS answered ${response.status}`)
    const text = await response.text()
    if (text.length > MAX_BYTES) throw new Error('the JWKS is too large')
    loaded = { at: now(), keys: await keysOf(JSON.parse(text)) }
  }

  function reload(): Promise<void> {
    // A worker may cancel a request, whose promise then never settles: it is waited for a limited time.
    if (loading && ageOf(loading.since) <= timeoutMs) return loading.done
    triedAt = now()
    const done = load().finally(() => {
      if (loading?.done === done) loading = undefined
    })
    loading = { since: now(), done }
    return done
  }

  async function refresh(): Promise<void> {
    try {
      await reload()
    } catch (cause) {
      if (loaded === undefined || ageOf(loaded.at) > maxStaleMs) throw new VerificationError('keys.unavailable', cause)
    }
  }

  const find = (kid: string, typ: string): PublicKey | undefined => {
    const known = loaded?.keys.get(kid)
    return known === undefined || (known.only !== undefined && known.only !== typ) ? undefined : known.key
  }

  /** The key with this id for this type of JWS; undefined if there is none. Throws `keys.unavailable`. */
  return async function keyFor(kid: string, typ: string): Promise<PublicKey | undefined> {
    const cooled = ageOf(triedAt) >= coolDownMs
    if (loaded === undefined || (ageOf(loaded.at) >= maxAgeMs && cooled)) {
      if (loaded === undefined && !cooled && loading === undefined) throw new VerificationError('keys.unavailable')
      await refresh()
    } else if (ageOf(loaded.at) > maxStaleMs) throw new VerificationError('keys.unavailable')
    const found = find(kid, typ)
    if (found !== undefined || loaded?.keys.has(kid)) return found
    if (loading !== undefined) await refresh()
    else if (ageOf(triedAt) >= coolDownMs) await refresh()
    return find(kid, typ)
  }
}

/** Ed25519 keys for signatures alone. A key that cannot be read is left out. */
async function keysOf(document: unknown): Promise<ReadonlyMap<string, KnownKey>> {
  const listed: unknown = isRecord(document) ? document.keys : undefined
  if (!Array.isArray(listed)) throw new Error('the JWKS has no keys')
  const keys = new Map<string, KnownKey>()
  for (const jwk of listed.slice(0, MAX_KEYS) as unknown[]) {
    if (!isRecord(jwk) || jwk.kty !== 'OKP' || jwk.crv !== 'Ed25519' || typeof jwk.x !== 'string') continue
    const { kid, x, only } = jwk
    if (typeof kid !== 'string' || (jwk.use !== undefined && jwk.use !== 'sig')) continue
    // A retired key with a mark that this version does not know verifies nothing.
    if (only !== undefined && typeof only !== 'string') continue
    const key = await importJWK({ kty: 'OKP', crv: 'Ed25519', x }, 'EdDSA').catch(() => undefined)
    if (key !== undefined) keys.set(kid, { key, only })
  }
  return keys
}
