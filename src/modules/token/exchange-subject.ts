/** The tokens that a client brings to a token exchange (RFC 8693 §2.1), and who may act with them. */
import { commit, type Step } from '../../core/events/commit.ts'
import type { Parameters } from '../../lib/form-parameters.ts'
import { refuse } from '../../lib/oauth-error.ts'
import { activeClientToken, activeFamilyToken } from '../grants/token-queries.ts'
import type { Client } from '../oauth-clients/client.ts'
import { isServerOf } from '../resources/resource.ts'
import { accessTokensOf, type ClientTokenClaims, type SessionTokenClaims } from '../signing-keys/access-tokens.ts'
import type { IssueDeps } from './issue.ts'

export const ACCESS_TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:access_token'
/** Who acts now, and four who acted before. */
const MAX_ACTORS = 5

export type FamilyTokenClaims = ClientTokenClaims & { grantId: string; familyId: string }

type Act = Readonly<Record<string, unknown>>

/** RFC 8693 §2.2.2: `invalid_request` for a token that does not do. */
const unusable = (which: 'subject' | 'actor', cause: string) =>
  refuse('invalid_request', `The ${which}_token is not valid for this exchange.`, { cause: `${which}_token: ${cause}` })

/** The token that is exchanged: of a person at a client, or of a session. It is verified, and may have been revoked. */
export async function subjectToken(
  deps: IssueDeps,
  parameters: Parameters,
): Promise<FamilyTokenClaims | SessionTokenClaims> {
  const claims = await tokenIn(deps, parameters, 'subject')
  if (claims === undefined) throw refuse('invalid_request', 'The parameter subject_token is missing.')
  if (claims.kind === 'session') return claims
  const { grantId, familyId } = claims
  if (grantId === null || familyId === null) throw unusable('subject', 'no person allowed it')
  return { ...claims, grantId, familyId }
}

/** The token of who acts; undefined: none was sent. */
export async function actorToken(deps: IssueDeps, parameters: Parameters): Promise<ClientTokenClaims | undefined> {
  const claims = await tokenIn(deps, parameters, 'actor')
  if (claims === undefined) return undefined
  if (claims.kind !== 'client') throw unusable('actor', 'the token of a session')
  if (claims.act !== null) throw unusable('actor', 'somebody acts for its subject')
  return claims
}

async function tokenIn(deps: IssueDeps, parameters: Parameters, which: 'subject' | 'actor') {
  const [token, type] = [parameters.get(`${which}_token`), parameters.get(`${which}_token_type`)]
  if (token === undefined && type === undefined) return undefined
  if (token === undefined || type !== ACCESS_TOKEN_TYPE) throw unusable(which, `a token of the type ${type}`)
  const claims = await accessTokensOf(deps).inspect(token)
  if (claims === undefined) throw unusable(which, 'not signed by this server, or expired')
  return claims
}

/**
 * The `act` of the new token; null: the client exchanges its own token and nobody else acts. Another client needs the token
 * of who acts, which must be a token of that client. It acts if the `may_act` of the exchanged token names the actor, or
 * without `may_act`, if it is the registered server of the audience and acts as itself. A chain has five actors at most.
 * RFC 8693 §4.1, §4.4
 */
export async function actOf(
  deps: IssueDeps,
  client: Client,
  subject: FamilyTokenClaims,
  actor: ClientTokenClaims | undefined,
): Promise<Act | null> {
  if (actor === undefined) {
    if (subject.clientId !== client.id) throw refuse('invalid_request', 'The parameter actor_token is missing.')
    return null
  }
  // A token that somebody found proves nothing about who sends it.
  if (actor.clientId !== client.id) throw unusable('actor', 'it was issued to another client')
  if (!(await mayAct(deps, client, subject, actor))) throw unusable('actor', 'it may not act for the subject')
  const act = { sub: actor.subject, ...(subject.act === null ? {} : { act: subject.act }) }
  if (depthOf(act) > MAX_ACTORS) throw unusable('subject', `a chain of more than ${MAX_ACTORS} actors`)
  return act
}

async function mayAct(
  deps: IssueDeps,
  client: Client,
  { mayAct: named, audience }: FamilyTokenClaims,
  actor: ClientTokenClaims,
): Promise<boolean> {
  if (named !== null) {
    const { sub, client_id: clientId } = named
    return sub === actor.subject && (clientId === undefined || clientId === actor.clientId)
  }
  return actor.subject === client.id && (await isServerOf(deps, client, audience))
}

const depthOf = (act: unknown): number =>
  typeof act === 'object' && act !== null ? 1 + depthOf('act' in act ? act.act : null) : 0

/** The family of the exchanged token. One round trip. Throws `invalid_request` if one of the tokens does not work any more. */
export async function activeSubject(
  deps: IssueDeps,
  subject: FamilyTokenClaims,
  actor: ClientTokenClaims | undefined,
  before: readonly Step[],
) {
  const { found, acting } = await commit(deps, {
    before,
    found: activeFamilyToken(deps.db, statementOf(subject, deps.clock.now())),
    acting: actor && activeActor(deps, actor),
  })
  const [family] = found
  if (family === undefined) throw unusable('subject', 'revoked')
  if (acting?.length === 0) throw unusable('actor', 'revoked')
  return family
}

const statementOf = ({ familyId, grantId, clientId, act, id }: FamilyTokenClaims, now: number) => ({
  familyId,
  grantId,
  clientId,
  delegated: act !== null,
  jti: id,
  now,
})

function activeActor({ db, clock }: IssueDeps, actor: ClientTokenClaims) {
  const { grantId, familyId, clientId, id: jti } = actor
  const now = clock.now()
  return grantId !== null && familyId !== null
    ? activeFamilyToken(db, statementOf({ ...actor, grantId, familyId }, now))
    : activeClientToken(db, { clientId, jti, now })
}
