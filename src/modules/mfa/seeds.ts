/** Seeds at rest: AES-256-GCM under the key that `keyId` names, bound to their owner. OWASP ASVS 6.5.2, 13.3.1 */
import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { AES_GCM_NONCE_BYTES, decrypt, encrypt } from '../../lib/crypto.ts'
import { base64url, fromBase64url } from '../../lib/encoding.ts'
import { keysFor } from '../../lib/secret-keys.ts'
import type { SealedSeed } from './totp-queries.ts'

type SeedDeps = Pick<Deps, 'config' | 'random'>
type Seed = Uint8Array<ArrayBuffer>

export const seedKeys = keysFor('totp-seeds')

export async function sealSeed({ config, random }: SeedDeps, userId: string, seed: Seed): Promise<SealedSeed> {
  const [{ id: keyId, key }] = await seedKeys(config)
  return { keyId, secret: await encrypt(key, random.bytes(AES_GCM_NONCE_BYTES), base64url(seed), userId) }
}

/**
 * The seed, and the same seed sealed under the present key if it was sealed under APP_SECRET_PREVIOUS. Throws
 * `server.error` if it was sealed under neither secret.
 */
export async function openSeed(
  deps: SeedDeps,
  userId: string,
  { secret, keyId }: SealedSeed,
): Promise<{ seed: Seed; resealed: SealedSeed | undefined }> {
  const keys = await seedKeys(deps.config)
  const named = keys.find(({ id }) => id === keyId)
  const text = named && (await decrypt(named.key, secret, userId))
  const seed = text === undefined ? undefined : fromBase64url(text)
  if (seed === undefined)
    throw problem('server.error', {
      cause: new Error(`the seed of ${userId} is sealed under key ${keyId}: set APP_SECRET_PREVIOUS to that secret`),
    })
  return { seed, resealed: named === keys[0] ? undefined : await sealSeed(deps, userId, seed) }
}
