import type { Deps } from '../../deps.ts'
import { AES_GCM_NONCE_BYTES, deriveKey, encrypt } from '../../lib/crypto.ts'
import { oncePer } from '../../lib/once-per.ts'
import type { ProviderSettings } from '../../lib/provider-settings.ts'
import type { Profile } from './profile.ts'

const tokenKey = oncePer(({ appSecret }: Deps['config']) => deriveKey(appSecret, 'provider-tokens'))

/** The context that ciphertexts are bound to: a ciphertext that is copied to another identity does not decrypt. */
export const tokenContext = ({ issuer, subject }: Pick<Profile, 'issuer' | 'subject'>): string =>
  `${issuer}\n${subject}`

/** The provider's tokens in their stored form: encrypted if `storeTokens` is on, else null. */
export async function sealProviderTokens(
  { config, random }: Pick<Deps, 'config' | 'random'>,
  { storeTokens }: Pick<ProviderSettings, 'storeTokens'>,
  profile: Profile,
): Promise<string | null> {
  if (!storeTokens) return null
  const nonce = random.bytes(AES_GCM_NONCE_BYTES)
  return encrypt(await tokenKey(config), nonce, JSON.stringify(profile.tokens), tokenContext(profile))
}
