/** The public keys with which a client signs its assertions: registered, or at its `jwks_uri`. RFC 7591 §2 */
import { primitives } from '#primitives'
import type { Deps } from '../../deps.ts'
import { fromUtf8 } from '../../lib/encoding.ts'
import { oncePer } from '../../lib/once-per.ts'
import type { Verify, VerifyAlg } from '../../lib/primitives/primitives.ts'
import { publicKeyOf } from '../../lib/primitives/public-keys.ts'
import type { Client } from './client-model.ts'
import { createFetched } from './fetched.ts'

type KeyDeps = Pick<Deps, 'clock' | 'fetchPublic'>
type Jwk = Record<string, unknown>

const MAX_KEYS = 20
/** A client rotates one key, or two. OpenID Connect Core §10.1 wants a `kid` where there are more. */
const MAX_TRIED = 4
const MAX_BYTES = 65_536
const TIMEOUT_MS = 5_000
/** A key that its client withdrew is trusted no longer than this. */
const KEPT_MS = 600_000
/** An unknown key id asks again, but no more often than this. So nobody makes this server flood a host. */
const ASK_AGAIN_MS = 60_000

const fetchedBy = oncePer((_fetchPublic: Deps['fetchPublic']) => createFetched<readonly Jwk[]>(500))

/**
 * The keys of the client that may have signed this: with the key id of the header, or those of the algorithm if it has none, four
 * at most. Throws an error that says why there are none.
 */
export async function verifiersOf(
  deps: KeyDeps,
  { jwks, jwksUri }: Pick<Client, 'jwks' | 'jwksUri'>,
  { kid, alg }: { kid: unknown; alg: VerifyAlg },
): Promise<Verify[]> {
  const keys = jwks?.keys ?? (jwksUri === null ? [] : await keysAt(deps, jwksUri, kid))
  const named = keys.slice(0, MAX_KEYS).filter((key) => kid === undefined || key.kid === kid)
  if (named.length === 0) throw new Error('the client has no key with the kid of the assertion')
  const fit = named.filter((key) => isFor(key, alg)).slice(0, MAX_TRIED)
  const made = await Promise.allSettled(fit.map(async (key) => primitives.jwkVerifier(key, alg)))
  const verifiers = made.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  if (verifiers.length === 0) throw new Error('the key of the client cannot verify the algorithm of the assertion')
  return verifiers
}

function isFor(key: Jwk, alg: VerifyAlg): boolean {
  try {
    publicKeyOf(key, alg)
    return true
  } catch {
    return false
  }
}

async function keysAt({ clock, fetchPublic }: KeyDeps, uri: string, kid: unknown): Promise<readonly Jwk[]> {
  const fetched = fetchedBy(fetchPublic)
  const now = clock.now()
  const known = fetched.known(uri, now)
  if (known !== undefined && (known.ageMs < ASK_AGAIN_MS || known.value.some((key) => key.kid === kid)))
    return known.value
  return fetched.ask(uri, now, async () => {
    const { status, body } = await fetchPublic(uri, {
      headers: { accept: 'application/jwk-set+json, application/json' },
      maxBytes: MAX_BYTES,
      timeoutMs: TIMEOUT_MS,
    })
    if (status !== 200) throw new Error(`jwks_uri answered ${status}`)
    const keys = readJwks(JSON.parse(fromUtf8(body)))
    if (keys === undefined) throw new Error('jwks_uri has no key set')
    return { value: keys, keptMs: KEPT_MS }
  })
}

/** The keys of a key set (RFC 7517 §5); undefined for anything else. */
function readJwks(value: unknown): Jwk[] | undefined {
  const keys = isObject(value) ? value.keys : undefined
  if (!Array.isArray(keys) || keys.length > MAX_KEYS) return undefined
  return keys.every(isObject) ? keys : undefined
}

const isObject = (value: unknown): value is Jwk => typeof value === 'object' && value !== null && !Array.isArray(value)
