/** What `Deps` has of our signing keys. `modules/signing-keys` makes it. */
import type { ActingFor } from './acting-for.ts'
import type { Sign, SigningAlg, Verify } from './primitives/primitives.ts'

/** Who asked for a change of the keys, for its event. Absent: the operator of the machine. */
export interface KeyChange {
  actorId: string | null
  orgId: string | null
  actingFor: ActingFor | null
  requestId: string | null
  address: string | null
  userAgent: string | null
}

/** The signing keys of access tokens, read from the database and kept decrypted in memory. */
export interface KeyRing {
  /**
   * The key that signs now with this algorithm, by default EdDSA. Makes the first key of an algorithm if there is none.
   * Throws `server.error` with a wrong APP_SECRET.
   */
  signing(alg?: SigningAlg): Promise<{ id: string; alg: SigningAlg; sign: Sign }>
  /**
   * Undefined for an unknown, retired or revoked id, and for a key of another algorithm (by default EdDSA). A retired key
   * still verifies signed API keys that expire later, and ID tokens as hints, which are used long after they expired.
   */
  verification(id: string, use?: 'access-token' | 'api-key' | 'id-token', alg?: SigningAlg): Promise<Verify | undefined>
  /**
   * Whether the key with this id still verifies something. For caches of verified tokens: of memory alone, so with a
   * remote database a revocation elsewhere is heard of with `heard`.
   */
  knows(id: string): boolean
  /**
   * Told when a key was last revoked, as the database said with the principal of a token. Reads the keys again if this process
   * does not know of that revocation.
   */
  heard(revokedAt: number | null): Promise<void>
  /** RFC 7517 §5: every published key, also the next one, and one of each algorithm as soon as there are OAuth clients. */
  jwks(): Promise<{ keys: PublicJwk[] }>
  /**
   * Publishes a new key of an algorithm, by default EdDSA, and uses it as soon as every verifier had time to fetch it.
   * Returns its id.
   */
  rotate(alg?: SigningAlg, by?: KeyChange): Promise<{ id: string; activeAt: number }>
  /**
   * For a key whose private half may be known to others. From now on it is not published and verifies nothing, and another
   * one signs. Throws `key.not_found`.
   */
  revoke(id: string, by?: KeyChange): Promise<{ id: string; alg: SigningAlg; successor: string }>
}

export interface PublicJwk {
  kty: 'OKP' | 'RSA' | 'EC'
  kid: string
  alg: SigningAlg
  use: 'sig'
  crv?: 'Ed25519' | 'P-256'
  x?: string
  y?: string
  n?: string
  e?: string
  /** Present on a retired key: it verifies JWS of this type alone. */
  only?: 'api-key+jwt'
}
