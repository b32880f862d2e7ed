import { importPKCS8, SignJWT } from 'jose'
import type { Clock } from '../../deps.ts'
import { problem } from '../../errors.ts'
import type { AppleKey } from '../../lib/provider-settings.ts'

const AUDIENCE = 'https://appleid.apple.com'
/** Apple takes up to six months; one that is made for one request needs minutes. */
const LIFE_SECONDS = 300

/**
 * The client secret Apple wants: a JWT (ES256) signed with the key of the developer account, made for each request and
 * good for 5 minutes. Throws `provider.misconfigured` for a key that is none.
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
