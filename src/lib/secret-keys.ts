/**
 * Keys that survive a change of APP_SECRET. Data that was encrypted under the earlier secret can be decrypted while
 * APP_SECRET_PREVIOUS has that secret. A job encrypts it again under the current secret.
 */
import { primitives } from '#primitives'
import type { Config } from '../config.ts'
import { deriveKey, type KeyPurpose } from './crypto.ts'
import { hex } from './encoding.ts'
import { oncePer } from './once-per.ts'
import type { Bytes } from './primitives/primitives.ts'

export interface NamedKey {
  /** 64 bits of the hash of the key. It identifies the key and reveals nothing about it. */
  id: string
  key: Bytes
}

type Secrets = Pick<Config, 'appSecret' | 'appSecretPrevious'>

async function namedKey(secret: string, purpose: KeyPurpose): Promise<NamedKey> {
  const key = await deriveKey(secret, purpose)
  const digest = await primitives.digest('SHA-256', key)
  return { id: hex(digest.subarray(0, 8)), key }
}

/** The current key first, then the key of the earlier secret. Derived once for each configuration. */
export function keysFor(purpose: KeyPurpose): (config: Secrets) => Promise<readonly [NamedKey, ...NamedKey[]]> {
  return oncePer(async ({ appSecret, appSecretPrevious }: Secrets): Promise<readonly [NamedKey, ...NamedKey[]]> => {
    const current = await namedKey(appSecret, purpose)
    return appSecretPrevious === undefined ? [current] : [current, await namedKey(appSecretPrevious, purpose)]
  })
}
