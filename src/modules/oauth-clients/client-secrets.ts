/** The secrets of clients. Only their MACs are stored: an imported secret may be guessable, so a plain hash would not protect it. */
import type { Deps } from '../../deps.ts'
import { equalBytes } from '../../lib/constant-time.ts'
import { hmac } from '../../lib/crypto.ts'
import { base64url, utf8 } from '../../lib/encoding.ts'
import { keysFor } from '../../lib/secret-keys.ts'
import { TOKEN_BYTES } from '../../lib/tokens.ts'
import type { Client, ClientSecret } from './client-model.ts'

/** So that scanners for secrets find them. */
const PREFIX = 'tcs_'
/** More characters would help an attacker, fewer would not help a person. */
const HINT_CHARACTERS = 4

const secretKeys = keysFor('client-secrets')

/** 256 random bits. */
export const newSecret = ({ random }: Pick<Deps, 'random'>): string => PREFIX + base64url(random.bytes(TOKEN_BYTES))

/** The last characters of a generated secret. An imported one may be short, so it has no hint. */
export const hintOf = (secret: string): string => (secret.startsWith(PREFIX) ? secret.slice(-HINT_CHARACTERS) : '')

/** What is stored of a secret of this client. Two clients with one secret have different values. */
export async function sealSecret(
  { config }: Pick<Deps, 'config'>,
  clientId: string,
  secret: string,
): Promise<Pick<ClientSecret, 'mac' | 'keyId'>> {
  const [{ id, key }] = await secretKeys(config)
  return { mac: await macOf(key, clientId, secret), keyId: id }
}

const macOf = (key: Uint8Array<ArrayBuffer>, clientId: string, secret: string): Promise<string> =>
  hmac(key, `${clientId}\n${secret}`)

/**
 * The secret of the client that this text is, if it has not expired. `outdated`: it is stored with the key of an earlier APP_SECRET.
 * The comparison takes equally long for every wrong one.
 */
export async function findSecret(
  { config, clock }: Pick<Deps, 'config' | 'clock'>,
  { id, secrets }: Pick<Client, 'id' | 'secrets'>,
  text: string,
): Promise<{ secret: ClientSecret; outdated: boolean } | undefined> {
  const now = clock.now()
  let found: { secret: ClientSecret; outdated: boolean } | undefined
  const [current, ...earlier] = await secretKeys(config)
  for (const { id: keyId, key } of [current, ...earlier]) {
    const held = secrets.filter((one) => one.keyId === keyId && (one.expiresAt === null || one.expiresAt > now))
    if (held.length === 0) continue
    const given = utf8(await macOf(key, id, text))
    for (const secret of held)
      if (equalBytes(utf8(secret.mac), given)) found = { secret, outdated: keyId !== current.id }
  }
  return found
}
