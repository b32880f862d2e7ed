/** `private_key_jwt`: RFC 7523 §3, OpenID Connect Core §9, with the audience of draft-ietf-oauth-rfc7523bis. */
import type { Deps } from '../../deps.ts'
import { utf8 } from '../../lib/encoding.ts'
import { type ReadJwt, readJwt } from '../../lib/jwt.ts'
import type { VerifyAlg } from '../../lib/primitives/primitives.ts'
import { namedAlg } from '../../lib/primitives/public-keys.ts'
import { hashToken } from '../../lib/tokens.ts'
import type { OneUse } from '../passkeys/queries.ts'
import type { Client } from './client-model.ts'
import { verifiersOf } from './client-keys.ts'

export const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
export const ASSERTION_ALGS: readonly VerifyAlg[] = ['EdDSA', 'ES256', 'PS256', 'RS256']
const MAX_LENGTH = 8192
const MAX_JTI = 512
/** An assertion that lives longer could be replayed elsewhere for longer, and its use must be remembered. */
const MAX_LIFE_SECONDS = 300
/** The clocks of clients are a little ahead. */
const SKEW_SECONDS = 10
/** The draft wants its own type. Clients of today send `JWT`, or none. */
const TYPES = ['jwt', 'client-authentication+jwt']

/** The client that an assertion says it is of; undefined for a text that is no assertion. Nothing of it is verified. */
export function issuerOf(assertion: string): { clientId: string; jwt: ReadJwt } | undefined {
  const jwt = assertion.length <= MAX_LENGTH ? readJwt(assertion) : undefined
  const iss = jwt?.claims.iss
  return jwt !== undefined && typeof iss === 'string' ? { clientId: iss, jwt } : undefined
}

/**
 * Checks an assertion of this client. Its use must be recorded in the batch of the caller. Throws an error that says what is
 * wrong, for the log.
 */
export async function checkAssertion(
  deps: Pick<Deps, 'config' | 'clock' | 'fetchPublic'>,
  client: Client,
  { header, claims, input, signature }: ReadJwt,
): Promise<OneUse> {
  const { config, clock } = deps
  const alg = namedAlg(header.alg, ASSERTION_ALGS)
  if (alg === undefined) throw new Error('the algorithm of the assertion is not accepted')
  const type =
    header.typ === undefined
      ? 'jwt'
      : String(header.typ)
          .toLowerCase()
          .replace(/^application\//, '')
  if (!TYPES.includes(type) || 'crit' in header) throw new Error('the header of the assertion is not accepted')
  const { iss, sub, aud, exp, nbf, iat, jti } = claims
  if (iss !== client.id || sub !== client.id) throw new Error('iss and sub of the assertion are not the client')
  if ((Array.isArray(aud) && aud.length === 1 ? aud[0] : aud) !== config.appUrl)
    throw new Error('the audience of the assertion is not the issuer alone')
  const seconds = Math.floor(clock.now() / 1000)
  if (typeof exp !== 'number' || exp <= seconds) throw new Error('the assertion has expired')
  if (exp > seconds + MAX_LIFE_SECONDS + SKEW_SECONDS)
    throw new Error('the assertion expires in more than five minutes')
  for (const time of [nbf, iat])
    if (time !== undefined && !(typeof time === 'number' && time <= seconds + SKEW_SECONDS))
      throw new Error('the assertion is of the future')
  if (typeof jti !== 'string' || jti === '' || jti.length > MAX_JTI) throw new Error('the assertion has no jti')
  const verifiers = await verifiersOf(deps, client, { kid: header.kid, alg })
  const data = utf8(input)
  const verified = await Promise.all(verifiers.map(async (verify) => verify(data, signature)))
  if (!verified.includes(true)) throw new Error('no key of the client made the signature of the assertion')
  return { challenge: await hashToken(`client assertion\n${client.id}\n${jti}`), expiresAt: Math.ceil(exp * 1000) }
}
