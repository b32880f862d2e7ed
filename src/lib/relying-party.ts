/**
 * The relying party of passkeys: WebAuthn Level 3, §4 "Relying Party Identifier" and §5.11 "Using WebAuthn across
 * related origins".
 */

export interface RelyingParty {
  rpId: string
  /** The origins that may use its passkeys, our own origin first. */
  passkeyOrigins: readonly string[]
}

export type RefusedSetting = { variable: 'RP_ID' | 'PASSKEY_ORIGINS'; reason: string }

/** Derives the relying party from APP_URL, RP_ID and the other origins. Says why if they do not work together. */
export function relyingParty(
  appUrl: string,
  given: { rpId: string | undefined; origins: readonly string[] },
  production: boolean,
): RelyingParty | RefusedSetting {
  const { hostname, port } = new URL(appUrl)
  // Browsers accept no IP address as a domain. So a development server on 127.0.0.1 is used as http://localhost.
  const local = !production && (hostname === '127.0.0.1' || hostname === '[::1]')
  const host = local ? 'localhost' : hostname
  const rpId = given.rpId ?? host
  if (rpId !== host && !(host.endsWith(`.${rpId}`) && rpId.includes('.')))
    return { variable: 'RP_ID', reason: 'must be the host of APP_URL or a domain above it, such as example.com' }
  if (production && given.origins.some((origin) => origin.startsWith('http://')))
    return {
      variable: 'PASSKEY_ORIGINS',
      reason: 'must be https in production, because browsers allow passkeys only over https',
    }
  const own = local ? [appUrl, `http://localhost${port && `:${port}`}`] : [appUrl]
  return { rpId, passkeyOrigins: Object.freeze([...new Set([...own, ...given.origins])]) }
}

/**
 * Origins of pages outside the domain of the relying party. Browsers ask for them at `/.well-known/webauthn`. Platforms
 * verify apps by other means, such as Digital Asset Links.
 */
export const relatedOrigins = ({ rpId, passkeyOrigins }: RelyingParty): string[] =>
  passkeyOrigins.filter((origin) => /^https?:/.test(origin) && !`.${new URL(origin).hostname}`.endsWith(`.${rpId}`))
