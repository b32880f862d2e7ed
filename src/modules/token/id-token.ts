/** ID tokens (OpenID Connect Core §2). */
import { primitives } from '#primitives'
import type { Deps } from '../../deps.ts'
import { base64url, utf8 } from '../../lib/encoding.ts'
import { signJwt } from '../../lib/jwt.ts'
import type { SigningAlg } from '../../lib/primitives/primitives.ts'
import type { Client } from '../oauth-clients/client.ts'
import { acrOf } from '../signing-keys/access-tokens.ts'

export interface IdTokenDraft {
  subject: string
  nonce: string | null
  /** ms UTC */
  authenticatedAt: number
  amr: readonly string[]
  /** The browser session, which a logout token names later (Back-Channel Logout §2.1); null: there is none. */
  sid: string | null
  /** About the person, and those of actions. None of them is set below. */
  claims: Record<string, unknown>
  accessToken: string
}

/** Signs with the algorithm of the client. The one audience is the client, so there is no `azp`. */
export async function signIdToken(
  { config, clock, keys }: Pick<Deps, 'config' | 'clock' | 'keys'>,
  client: Pick<Client, 'id' | 'idTokenAlg'>,
  { subject, nonce, authenticatedAt, amr, sid, claims, accessToken }: IdTokenDraft,
): Promise<string> {
  const { id: kid, alg, sign } = await keys.signing(client.idTokenAlg)
  const now = Math.floor(clock.now() / 1000)
  return signJwt(
    { alg, typ: 'JWT', kid },
    {
      ...claims,
      iss: config.appUrl,
      sub: subject,
      aud: client.id,
      iat: now,
      exp: now + config.accessTtlSeconds,
      auth_time: Math.floor(authenticatedAt / 1000),
      ...(nonce === null ? {} : { nonce }),
      acr: acrOf(amr),
      ...(amr.length === 0 ? {} : { amr }),
      ...(sid === null ? {} : { sid }),
      at_hash: await leftHalf(alg, accessToken),
    },
    sign,
  )
}

/** The hash of the algorithm (§3.1.3.6), for Ed25519 SHA-512, and of it the left half. */
async function leftHalf(alg: SigningAlg, text: string): Promise<string> {
  const digest = await primitives.digest(alg === 'EdDSA' ? 'SHA-512' : 'SHA-256', utf8(text))
  return base64url(digest.subarray(0, digest.length / 2))
}
