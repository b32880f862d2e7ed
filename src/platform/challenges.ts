import { jwt } from '@elysiajs/jwt'
import type { Challenges, Clock } from '../deps.ts'
import { deriveKey } from '../lib/crypto.ts'

/**
 * Challenges on @elysiajs/jwt. The plugin checks neither issuer nor audience, sets no expiry and pins no algorithm by
 * itself, so each is passed to every call.
 */
export function createChallenges(appSecret: string, issuer: string, clock: Clock): Challenges {
  const make = async () => jwt({ secret: await deriveKey(appSecret, 'challenges'), iss: issuer }).decorator.jwt
  let made: ReturnType<typeof make> | undefined
  const plugin = () => {
    made ??= make()
    return made
  }
  return {
    async sign(purpose, claims, ttlSeconds) {
      const now = Math.floor(clock.now() / 1000)
      return (await plugin()).sign({ ...claims, aud: purpose, exp: now + ttlSeconds, iat: false })
    },
    async verify(purpose, token) {
      const claims = await (await plugin()).verify(token, {
        algorithms: ['HS256'],
        issuer,
        audience: purpose,
        requiredClaims: ['exp'],
        currentDate: new Date(clock.now()),
      })
      return claims === false ? undefined : claims
    },
  }
}
