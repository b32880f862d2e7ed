/** Whether an assertion of another server counts here: an identity assertion grant, or any other grant (RFC 7523). */
import type { Deps } from '../../deps.ts'
import { CLOCK_SKEW_MS } from '../../lib/durations.ts'
import { utf8 } from '../../lib/encoding.ts'
import { type ReadJwt, readJwt } from '../../lib/jwt.ts'
import { refuse } from '../../lib/oauth-error.ts'
import { namedAlg } from '../../lib/primitives/public-keys.ts'
import { hashToken } from '../../lib/tokens.ts'
import { ASSERTION_ALGS } from '../oauth-clients/client-assertion.ts'
import { verifiersOf } from '../oauth-clients/client-keys.ts'
import type { OneUse } from '../passkeys/queries.ts'
import { ID_JAG_JWT } from './id-jag.ts'
import { jwksUriOf, trustedIssuer } from './trusted-issuers.ts'

const MAX_LENGTH = 8192
const MAX_JTI = 512
/** A statement that lives longer could be used elsewhere for longer, and its use must be remembered. */
const MAX_LIFE_SECONDS = 600

/**
 * The type of an authorization grant that is not bound to a client (draft-ietf-oauth-rfc7523bis). An assertion without a type of its
 * own is refused: it may be an ID token (RFC 8725 §3.11).
 */
export const GRANT_JWT = 'authorization-grant+jwt'

export interface IdJag {
  issuer: string
  subject: string
  /** Undefined: the issuer leaves the scopes to the request. */
  scope: string | undefined
  resources: readonly string[]
  /** ms UTC; 0: the statement does not say. */
  authenticatedAt: number
  oneUse: OneUse
}

type CheckDeps = Pick<Deps, 'config' | 'clock' | 'fetchPublic'>

/** Throws `invalid_grant`, whose answer does not tell what is wrong. The log does. */
export async function checkIdJag(deps: CheckDeps, clientId: string, assertion: string): Promise<IdJag> {
  const refused = (cause: string) =>
    refuse('invalid_grant', 'The assertion is not valid for this client.', { cause: `assertion: ${cause}` })
  const jwt = assertion.length > MAX_LENGTH ? undefined : readJwt(assertion)
  const type = [ID_JAG_JWT, GRANT_JWT].find((one) => one === jwt?.header.typ)
  if (jwt === undefined || type === undefined || 'crit' in jwt.header)
    throw refused(`neither ${ID_JAG_JWT} nor ${GRANT_JWT}`)
  const { iss, sub, aud, client_id: client, jti, iat, exp, nbf, scope, resource, auth_time: time } = jwt.claims
  const issuer = trustedIssuer(deps.config, iss)?.issuer
  if (issuer === undefined || issuer === deps.config.appUrl) throw refused('its issuer is not among ID_JAG_PROVIDERS')
  if ((Array.isArray(aud) && aud.length === 1 ? aud[0] : aud) !== deps.config.appUrl) throw refused('aud')
  const isBound = type === ID_JAG_JWT || client !== undefined
  if (isBound && client !== clientId) throw refused('of another client')
  if (typeof sub !== 'string' || sub === '') throw refused('sub')
  if (typeof jti !== 'string' || jti === '' || jti.length > MAX_JTI) throw refused('jti')
  const now = deps.clock.now()
  const seconds = Math.floor(now / 1000)
  if (typeof exp !== 'number' || exp <= seconds) throw refused('expired')
  if (typeof iat !== 'number' || iat * 1000 > now + CLOCK_SKEW_MS) throw refused('of the future')
  if (exp - iat > MAX_LIFE_SECONDS) throw refused('it lives too long')
  if (nbf !== undefined && !(typeof nbf === 'number' && nbf * 1000 <= now + CLOCK_SKEW_MS)) throw refused('nbf')
  try {
    await requireSignature(deps, issuer, jwt)
  } catch (error) {
    throw refused(error instanceof Error ? error.message : 'signature')
  }
  return {
    issuer,
    subject: sub,
    scope: typeof scope === 'string' ? scope : type === ID_JAG_JWT ? '' : undefined,
    resources: [resource].flat().filter((one) => typeof one === 'string'),
    authenticatedAt: typeof time === 'number' && time * 1000 <= now + CLOCK_SKEW_MS ? time * 1000 : 0,
    oneUse: { challenge: await hashToken(`id-jag\n${issuer}\n${jti}`), expiresAt: Math.ceil(exp * 1000) },
  }
}

/** Throws unless a key of the issuer made the signature. */
async function requireSignature(deps: CheckDeps, issuer: string, { header, input, signature }: ReadJwt): Promise<void> {
  const alg = namedAlg(header.alg, ASSERTION_ALGS)
  if (alg === undefined) throw new Error('alg')
  const jwksUri = await jwksUriOf(deps, issuer)
  const verifiers = await verifiersOf(deps, { jwks: null, jwksUri }, { kid: header.kid, alg })
  const verified = await Promise.all(verifiers.map(async (verify) => verify(utf8(input), signature)))
  if (!verified.includes(true)) throw new Error('signature')
}
