/** Makes signing keys, and opens those that are stored. */
import { primitives } from '#primitives'
import { ConfigError } from '../../config.ts'
import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { AES_GCM_NONCE_BYTES, decrypt, encrypt } from '../../lib/crypto.ts'
import type { PublicJwk } from '../../lib/key-ring.ts'
import type { PrivateJwk, Sign, SigningAlg, Verify } from '../../lib/primitives/primitives.ts'
import { keysFor } from '../../lib/secret-keys.ts'
import type { SigningKeyRow } from './queries.ts'

export interface LoadedKey {
  row: SigningKeyRow
  publicJwk: PublicJwk
  verify: Verify
  /** Absent from a retired key. */
  sign: Sign | undefined
}

/** A new key is encrypted with the current secret. Earlier keys open with the previous secret until they retire. */
const wrappingKeys = keysFor('signing-keys')

const generate = (alg: SigningAlg): PrivateJwk | Promise<PrivateJwk> =>
  alg === 'EdDSA'
    ? primitives.generateEd25519()
    : alg === 'ES256'
      ? primitives.generateP256()
      : primitives.generateRsa()

/** Its members in the order in which every release has written them. */
const publicHalf = (jwk: PrivateJwk): Pick<PublicJwk, 'kty' | 'crv' | 'x' | 'y' | 'n' | 'e'> => {
  if (jwk.kty === 'OKP') return { crv: jwk.crv, x: jwk.x, kty: jwk.kty }
  if (jwk.kty === 'EC') return { crv: jwk.crv, x: jwk.x, y: jwk.y, kty: jwk.kty }
  return { n: jwk.n, e: jwk.e, kty: jwk.kty }
}

/** A row that is not stored yet. An RSA key takes 0.1 to 1 s, off the event loop. */
export async function newKey(
  { config, clock, random }: Pick<Deps, 'config' | 'clock' | 'random'>,
  alg: SigningAlg,
  activeAt: number,
): Promise<SigningKeyRow> {
  const id = random.id('key')
  const privateJwk = await generate(alg)
  const publicJwk: PublicJwk = { ...publicHalf(privateJwk), kid: id, alg, use: 'sig' }
  const nonce = random.bytes(AES_GCM_NONCE_BYTES)
  return {
    id,
    alg,
    publicJwk: JSON.stringify(publicJwk),
    encryptedPrivateJwk: await encrypt((await wrappingKeys(config))[0].key, nonce, JSON.stringify(privateJwk), id),
    createdAt: clock.now(),
    activeAt,
    neededUntil: null,
    retiresAt: null,
    revokedAt: null,
  }
}

export const verifierOfRow = async (row: SigningKeyRow): Promise<Verify> =>
  primitives.jwkVerifier({ ...publicJwkOf(row) }, row.alg)

const publicJwkOf = (row: SigningKeyRow): PublicJwk => JSON.parse(row.publicJwk) as PublicJwk // our own column, written by newKey

/** Throws `server.error` if this APP_SECRET does not open a key that still signs. */
export async function openKey(deps: Pick<Deps, 'config' | 'clock'>, row: SigningKeyRow): Promise<LoadedKey> {
  // A retired key only verifies. Its secret may be gone: APP_SECRET was changed since.
  const isRetired = row.retiresAt !== null && row.retiresAt <= deps.clock.now()
  return {
    row,
    publicJwk: publicJwkOf(row),
    verify: await verifierOfRow(row),
    sign: isRetired ? undefined : await signerOf(deps, row),
  }
}

async function signerOf({ config }: Pick<Deps, 'config'>, row: SigningKeyRow): Promise<Sign> {
  let privateJwk: string | undefined
  for (const { key } of await wrappingKeys(config)) privateJwk ??= await decrypt(key, row.encryptedPrivateJwk, row.id)
  if (privateJwk === undefined)
    throw problem('server.error', {
      cause: new ConfigError(
        'APP_SECRET',
        `cannot decrypt signing key ${row.id}: APP_SECRET is not the one this database was made with. Set that secret again. If you changed the secret on purpose, set the old one as APP_SECRET_PREVIOUS`,
      ),
    })
  return primitives.jwkSigner(JSON.parse(privateJwk) as PrivateJwk, row.alg) // authenticated by AES-GCM above
}
