/**
 * Identity assertion grants (draft-ietf-oauth-identity-assertion-authz-grant): a client exchanges an ID token for a signed
 * statement, with which another authorization server lets it in without asking the person.
 */
import { commit } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import { noteEvent } from '../../core/events/queries.ts'
import { scopesIn } from '../../lib/form-parameters.ts'
import { type JwtClaims, type JwtExpectations, readJwt, signJwt, verifyJwt } from '../../lib/jwt.ts'
import { refuse } from '../../lib/oauth-error.ts'
import { findResource, isServerOf } from '../resources/resource.ts'
import { acrOf } from '../signing-keys/access-tokens.ts'
import type { TokenAnswer } from './answer.ts'
import { familyOfSession } from './assertion-queries.ts'
import { byClient } from './by-client.ts'
import { askFirst } from './ask-first.ts'
import type { IssueDeps } from './issue.ts'
import { required, type TokenRequest } from './token-request.ts'

export const ID_JAG_TYPE = 'urn:ietf:params:oauth:token-type:id-jag'
export const ID_JAG_JWT = 'oauth-id-jag+jwt'
const ID_TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:id_token'
const LIFE_SECONDS = 300

/**
 * Issues a statement for the authorization server `audience`. It is a resource whose audience is the issuer of that server,
 * and an administrator of the instance has named it among the `audiences` of the client: that is the policy. The ID token must be of the client,
 * and its sign-in must count. Three round trips. Throws `unauthorized_client`, `invalid_request`, `invalid_target`, `invalid_scope`.
 */
export async function issueIdJag(
  deps: IssueDeps,
  { cause, client, parameters, before }: TokenRequest,
): Promise<TokenAnswer> {
  const { config, db, clock, random, keys } = deps
  // The other server must know the person by one subject, and the client can read it.
  if (client.subjectType === 'pairwise')
    throw refuse('unauthorized_client', 'A client with pairwise subjects gets no identity assertion grants.')
  const audience = required(parameters, 'audience')
  const isNamed = client.orgId === null && audience !== config.appUrl && (await isServerOf(deps, client, audience))
  const target = isNamed ? await findResource(deps, audience) : undefined
  if (target === undefined || parameters.all('audience').length > 1)
    throw refuse('invalid_target', 'The client may not be vouched for at this authorization server.')
  const scopes = scopesIn(parameters.get('scope'))
  const mayHave = (scope: string) =>
    target.scopes.some(({ name }) => name === scope) && (client.scopes?.includes(scope) ?? true)
  if (!scopes.every(mayHave)) throw refuse('invalid_scope', 'The client may not ask for one of the scopes.')
  if (parameters.get('subject_token_type') !== ID_TOKEN_TYPE || parameters.get('actor_token') !== undefined)
    throw unusable('of another type than an ID token, or with an actor')
  const claims = await idTokenOf(deps, client.id, required(parameters, 'subject_token'))
  const [userId, sid] = [claims?.sub, claims?.sid]
  if (claims === undefined || typeof userId !== 'string' || typeof sid !== 'string')
    throw unusable('not an ID token of a session at this client')
  if (before.length > 0) await commit(deps, before)
  const now = clock.now()
  const [family] = await familyOfSession(db, { userId, sid, clientId: client.id, now })
  if (family === undefined) throw unusable('its sign-in has ended')
  const { sessionId, grantId } = family
  const seconds = Math.floor(now / 1000)
  const resources = parameters.all('resource')
  const amr = Array.isArray(claims.amr) ? claims.amr.filter((method) => typeof method === 'string') : []
  // The claims of actions are for access tokens of this server.
  await askFirst(deps, cause, { userId, sessionId, clientId: client.id, orgId: null, audience, scopes, amr })
  const issued = newEvent(deps, byClient(cause, client, userId), 'grant.assertion_issued', {
    userId,
    sessionId,
    data: { clientId: client.id, grantId, audience, scopes },
  })
  await commit(deps, [noteEvent(db, issued)])
  const { id: kid, alg, sign } = await keys.signing(client.idTokenAlg)
  const assertion = {
    iss: config.appUrl,
    // As the other server knows the person by its own sign-in with us.
    sub: userId,
    aud: audience,
    client_id: client.id,
    jti: random.id('tok'),
    iat: seconds,
    exp: seconds + LIFE_SECONDS,
    ...(resources.length === 0 ? {} : { resource: resources.length === 1 ? resources[0] : resources }),
    ...(scopes.length === 0 ? {} : { scope: scopes.join(' ') }),
    auth_time: claims.auth_time,
    acr: acrOf(amr),
    ...(amr.length === 0 ? {} : { amr }),
  }
  return {
    access_token: await signJwt({ alg, typ: ID_JAG_JWT, kid }, assertion, sign),
    issued_token_type: ID_JAG_TYPE,
    // RFC 8693 §2.2.1: it is no access token.
    token_type: 'N_A',
    expires_in: LIFE_SECONDS,
    scope: scopes.join(' '),
  }
}

const unusable = (cause: string) =>
  refuse('invalid_request', 'The subject_token is not valid for this exchange.', { cause: `subject_token: ${cause}` })

/** The claims of an unexpired ID token of this client. */
async function idTokenOf(
  { config, clock, keys }: IssueDeps,
  clientId: string,
  token: string,
): Promise<JwtClaims | undefined> {
  const read = readJwt(token)
  const { kid, alg } = read?.header ?? {}
  if (read === undefined || typeof kid !== 'string' || (alg !== 'RS256' && alg !== 'ES256' && alg !== 'EdDSA'))
    return undefined
  const verify = await keys.verification(kid, 'id-token', alg)
  const required = ['sub', 'iat', 'exp', 'auth_time']
  const expected: JwtExpectations = {
    alg,
    typ: 'JWT',
    issuer: config.appUrl,
    audience: clientId,
    required,
    now: clock.now(),
  }
  return verify && verifyJwt(read, verify, expected)
}
