import type { Deps } from '../../deps.ts'
import { readJwt, verifyJwt } from '../../lib/jwt.ts'
import { refuse } from '../../lib/oauth-error.ts'
import type { SigningAlg } from '../../lib/primitives/primitives.ts'

/** Of a key of ours. `none` and HS256 are not among them. */
const ALGORITHMS: readonly SigningAlg[] = ['EdDSA', 'RS256', 'ES256']

/**
 * The subject of an ID token that this server issued to this client (OpenID Connect Core §3.1.2.1). It may have
 * expired. Null if its key is not known any more. Throws `invalid_request`.
 */
export async function subjectOfHint(
  { config, keys }: Pick<Deps, 'config' | 'keys'>,
  clientId: string,
  hint: string,
): Promise<string | null> {
  const invalid = (cause: string) =>
    refuse('invalid_request', 'id_token_hint is not an ID token of this client.', { cause })
  const read = readJwt(hint)
  if (read === undefined) throw invalid('not a JWT')
  const { header, claims } = read
  const alg = ALGORITHMS.find((known) => known === header.alg)
  if (alg === undefined || typeof header.kid !== 'string') throw invalid('not an algorithm of ours')
  const verify = await keys.verification(header.kid, 'id-token', alg)
  if (verify === undefined) return null
  // An access token has another typ and no such audience.
  const verified = await verifyJwt(read, verify, {
    alg,
    typ: 'JWT',
    issuer: config.appUrl,
    audience: clientId,
    required: ['sub', 'iat', 'exp'],
    now: typeof claims.iat === 'number' ? claims.iat * 1000 : 0, // so that `exp` decides nothing
  })
  if (typeof verified?.sub !== 'string') throw invalid('wrong signature, issuer or audience')
  return verified.sub
}
