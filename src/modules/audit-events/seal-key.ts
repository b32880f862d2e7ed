import type { Deps } from '../../deps.ts'
import { deriveKey } from '../../lib/crypto.ts'
import { type Ed25519, ed25519FromSeed } from './ed25519.ts'

/** The key that signs the audit log. A different APP_SECRET gives a different key with a different id. */
export const sealKey = async ({ appSecret }: Pick<Deps['config'], 'appSecret'>): Promise<Ed25519> =>
  ed25519FromSeed(await deriveKey(appSecret, 'audit-seals'))
