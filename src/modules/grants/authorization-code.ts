/**
 * Authorization codes. A code is sealed and not stored: it holds all that the person allowed, encrypted with a key of
 * APP_SECRET. Its redemption inserts the family of its tokens, whose `origin_hash` is the hash of the code, so that
 * a code works once (RFC 6749 §4.1.2).
 */
import type { ScopesByAudience } from '../../../db/tables/index.ts'
import type { Deps } from '../../deps.ts'
import { AES_GCM_NONCE_BYTES, decrypt, encrypt } from '../../lib/crypto.ts'
import { base64url, fromBase64url } from '../../lib/encoding.ts'
import { keysFor } from '../../lib/secret-keys.ts'

/** RFC 9700 recommends less than this: ASVS 10.4.6. */
export const CODE_SECONDS = 60

export interface AuthorizationCode {
  clientId: string
  redirectUri: string
  /** S256 (RFC 7636 §4.2). */
  codeChallenge: string
  grantId: string
  userId: string
  sessionId: string
  scopes: ScopesByAudience
  details: Record<string, unknown>[]
  /** OpenID Connect Core §5.5. */
  claims: Record<string, unknown> | null
  nonce: string | null
  /** The organisation that is active at the client; null: none. */
  orgId: string | null
  /** ms UTC */
  authenticatedAt: number
  amr: string[]
  /** The request named `max_age`, `acr_values` or the claim, so the ID token has `auth_time`. */
  jkt: string | null
  /** ms UTC */
  expiresAt: number
}

const codeKeys = keysFor('authorization-codes')
const CONTEXT = 'threeger authorization code'

export async function sealCode(
  { config, random }: Pick<Deps, 'config' | 'random'>,
  code: AuthorizationCode,
): Promise<string> {
  const [{ key }] = await codeKeys(config)
  return encrypt(key, random.bytes(AES_GCM_NONCE_BYTES), JSON.stringify(code), CONTEXT)
}

/**
 * Undefined for a text that this server did not seal, for another spelling of a code (a code has one, because its hash
 * decides whether it was used), and for a code that has expired.
 */
export async function openCode(
  { config, clock }: Pick<Deps, 'config' | 'clock'>,
  text: string,
): Promise<AuthorizationCode | undefined> {
  if (!isCanonical(text)) return undefined
  for (const { key } of await codeKeys(config)) {
    const opened = await decrypt(key, text, CONTEXT)
    if (opened === undefined) continue
    const code = JSON.parse(opened) as AuthorizationCode // authenticated by AES-GCM
    return code.expiresAt > clock.now() ? code : undefined
  }
  return undefined
}

/** Two parts of canonical base64url, as `encrypt` writes them. */
function isCanonical(text: string): boolean {
  const parts = text.split('.')
  return parts.length === 2 && parts.every((part) => base64url(fromBase64url(part) ?? new Uint8Array()) === part)
}
