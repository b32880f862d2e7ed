/** The secrets that sign webhooks and actions. A receiver knows the secret, so it is kept encrypted and not as a hash. */
import type { Deps } from '../../deps.ts'
import { AES_GCM_NONCE_BYTES, decrypt, deriveKey, encrypt } from '../../lib/crypto.ts'
import { oncePer } from '../../lib/once-per.ts'

/** `whsec_` and base64 of 32 random bytes (Standard Webhooks, "Signature scheme"). Shown once. */
export const newHookSecret = ({ random }: Pick<Deps, 'random'>): string =>
  `whsec_${btoa(String.fromCharCode(...random.bytes(32)))}`

const secretKey = oncePer(({ appSecret }: Deps['config']) => deriveKey(appSecret, 'hook-secrets'))
const previousKey = oncePer(({ appSecretPrevious }: Deps['config']) =>
  appSecretPrevious === undefined ? undefined : deriveKey(appSecretPrevious, 'hook-secrets'),
)

/** `owner`: the id of the row. A secret that is moved to another row cannot be decrypted. */
export const sealHookSecret = async (
  { config, random }: Pick<Deps, 'config' | 'random'>,
  secret: string,
  owner: string,
): Promise<string> => encrypt(await secretKey(config), random.bytes(AES_GCM_NONCE_BYTES), secret, owner)

/** Undefined if neither APP_SECRET nor APP_SECRET_PREVIOUS is the secret it was encrypted under. */
export async function openHookSecret(
  { config }: Pick<Deps, 'config'>,
  sealed: string,
  owner: string,
): Promise<string | undefined> {
  const opened = await decrypt(await secretKey(config), sealed, owner)
  if (opened !== undefined) return opened
  const previous = await previousKey(config)
  return previous === undefined ? undefined : decrypt(previous, sealed, owner)
}
