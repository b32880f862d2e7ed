/**
 * Keys that outlive a change of APP_SECRET: what was stored under the secret before still opens while
 * APP_SECRET_PREVIOUS names it, and is encrypted anew under the one of today.
 */
import { primitives } from '#primitives'
import type { Config } from '../config.ts'
import { deriveKey, type KeyPurpose } from './crypto.ts'
import { hex } from './encoding.ts'
import { oncePer } from './once-per.ts'
import type { Bytes } from './primitives/primitives.ts'

export interface NamedKey {
  /** 64 bits of its hash: says which key, and nothing about it. */
  id: string
  key: Bytes
}

type Secrets = Pick<Config, 'appSecret' | 'appSecretPrevious'>

async function namedKey(secret: string, purpose: KeyPurpose): Promise<NamedKey> {
  const key = await deriveKey(secret, purpose)
  const digest = await primitives.digest('SHA-256', key)
  return { id: hex(digest.subarray(0, 8)), key }
}

/** The key of today first, then that of the secret before. Derived once for each configuration. */
export function keysFor(purpose: KeyPurpose): (config: Secrets) => Promise<readonly [NamedKey, ...NamedKey[]]> {
  return oncePer(async ({ appSecret, appSecretPrevious }: Secrets): Promise<readonly [NamedKey, ...NamedKey[]]> => {
    const current = await namedKey(appSecret, purpose)
    return appSecretPrevious === undefined ? [current] : [current, await namedKey(appSecretPrevious, purpose)]
  })
}
