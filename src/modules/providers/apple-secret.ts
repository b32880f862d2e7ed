import { importPKCS8, SignJWT } from 'jose'
import type { Clock } from '../../deps.ts'
import { problem } from '../../errors.ts'
import type { AppleKey } from '../../lib/provider-settings.ts'

const AUDIENCE = 'https://appleid.apple.com'
/** Lifetime of the client secret. Apple allows up to six months, but a secret for one request needs only minutes. */
const LIFE_SECONDS = 300

/**
 * The client secret for Apple: a JWT (ES256) signed with the key of the developer account. It is made for each
 * request and valid for 5 minutes. Throws `provider.misconfigured` if the key is not valid.
 */
export async function signAppleSecret(clock: Clock, clientId: string, { teamId, keyId, privateKey }: AppleKey) {
  const key = await importPKCS8(privateKey, 'ES256').catch((cause: unknown) => {
    throw problem('provider.misconfigured', { cause })
  })
  const now = Math.floor(clock.now() / 1000)
  return new SignJWT({})
    .setProtectedHeader({ alg: 'ES256', kid: keyId })
    .setIssuer(teamId)
    .setSubject(clientId)
    .setAudience(AUDIENCE)
    .setIssuedAt(now)
    .setExpirationTime(now + LIFE_SECONDS)
    .sign(key)
}
