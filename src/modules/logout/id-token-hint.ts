import type { Deps } from '../../deps.ts'
import { readJwt, verifyJwt } from '../../lib/jwt.ts'
import { SIGNING_ALGS } from '../signing-keys/key-ring.ts'

export interface Hint {
  clientId: string
  subject: string
  /** Undefined: it is of a family without a browser session. */
  sid: string | undefined
  /** ms UTC */
  issuedAt: number
}

const MAX_LENGTH = 8192

/**
 * An ID token of this server (RP-Initiated Logout §2, §4). It may have expired, and its key may have retired. Undefined for
 * every other text, also for another JWT of ours. None or one round trip, for the key.
 */
export async function readHint(
  { config, keys }: Pick<Deps, 'config' | 'keys'>,
  text: string,
): Promise<Hint | undefined> {
  const read = text.length > MAX_LENGTH ? undefined : readJwt(text)
  const { kid } = read?.header ?? {}
  const alg = SIGNING_ALGS.find((known) => known === read?.header.alg)
  const { aud, iat } = read?.claims ?? {}
  if (read === undefined || alg === undefined || typeof kid !== 'string' || typeof aud !== 'string') return undefined
  const verify = await keys.verification(kid, 'id-token', alg)
  const verified =
    verify &&
    (await verifyJwt(read, verify, {
      alg,
      typ: 'JWT',
      issuer: config.appUrl,
      audience: aud,
      required: ['sub', 'iat', 'exp', 'auth_time'],
      now: typeof iat === 'number' ? iat * 1000 : 0, // so that `exp` decides nothing
    }))
  if (verified === undefined || typeof verified.sub !== 'string' || typeof iat !== 'number') return undefined
  const { sub, sid } = verified
  return { clientId: aud, subject: sub, sid: typeof sid === 'string' ? sid : undefined, issuedAt: iat * 1000 }
}
