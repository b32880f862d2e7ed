import { primitives } from '#primitives'
import type { Clock, Tickets } from '../deps.ts'
import { equalBytes } from '../lib/constant-time.ts'
import { deriveKey } from '../lib/crypto.ts'
import { readJwt, signJwt, verifyJwt } from '../lib/jwt.ts'
import type { Bytes } from '../lib/primitives/primitives.ts'

/** Tickets as JWTs (HS256) with a key derived from APP_SECRET. They have the issuer, the purpose as audience, and an expiry. */
export function createTickets(appSecret: string, issuer: string, clock: Clock): Tickets {
  let derived: Promise<Bytes> | undefined
  const mac = async (data: Bytes): Promise<Bytes> => {
    derived ??= deriveKey(appSecret, 'challenges')
    return primitives.hmac('SHA-256', await derived, data)
  }
  const header = { alg: 'HS256', typ: 'JWT' } as const
  return {
    async sign(purpose, claims, ttlSeconds) {
      const exp = Math.floor(clock.now() / 1000) + ttlSeconds
      return signJwt(header, { aud: purpose, iss: issuer, ...claims, exp }, mac)
    },
    async verify(purpose, token) {
      const read = readJwt(token)
      if (read === undefined) return undefined
      return verifyJwt(read, async (data, signature) => equalBytes(await mac(data), signature), {
        ...header,
        issuer,
        audience: purpose,
        required: ['exp'],
        now: clock.now(),
      })
    },
  }
}
