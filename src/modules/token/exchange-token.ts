/** `grant_type=urn:ietf:params:oauth:grant-type:token-exchange` (RFC 8693). */
import type { ScopesByAudience } from '../../../db/tables/index.ts'
import { commit } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import { noteEvent } from '../../core/events/queries.ts'
import { scopesIn } from '../../lib/form-parameters.ts'
import { refuse } from '../../lib/oauth-error.ts'
import { subjectFor } from '../grants/subject.ts'
import type { Client } from '../oauth-clients/client.ts'
import { isServerOf } from '../resources/resource.ts'
import { signClientToken } from '../signing-keys/access-tokens.ts'
import type { TokenAnswer } from './answer.ts'
import { detailsFor, oneResource, resourceNow } from './audience.ts'
import { askFirst } from './ask-first.ts'
import { byClient } from './by-client.ts'
import { exchangeSession } from './exchange-session.ts'
import {
  ACCESS_TOKEN_TYPE,
  activeSubject,
  actOf,
  actorToken,
  type FamilyTokenClaims,
  subjectToken,
} from './exchange-subject.ts'
import { ID_JAG_TYPE, issueIdJag } from './id-jag.ts'
import type { IssueDeps } from './issue.ts'
import type { Grant, TokenRequest } from './token-request.ts'

export const EXCHANGE_GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange'

/**
 * Exchanges an access token of a person for another one. Two round trips. The new token never has more scopes, lives longer
 * or is for an audience that the person did not allow, and it ends with the grant of the first one. Who acts stands in `act`.
 *
 * Three clients may do so: the client of the token itself, which makes a smaller one or names who may act next (`may_act`);
 * the client whose actor the token names; the registered server of its audience. Throws `invalid_request`, `invalid_scope`,
 * `invalid_target`, `unauthorized_client`, `access_denied`, `temporarily_unavailable`.
 */
export const exchangeToken: Grant = async (deps, request) => {
  const { client, parameters } = request
  if (client.authMethod === 'none') throw refuse('unauthorized_client', 'A public client cannot exchange tokens.')
  const wanted = parameters.get('requested_token_type')
  if (wanted === ID_JAG_TYPE) return issueIdJag(deps, request)
  if (wanted !== undefined && wanted !== ACCESS_TOKEN_TYPE)
    throw refuse('invalid_request', 'Only access tokens and identity assertion grants are issued in exchange.')
  const subject = await subjectToken(deps, parameters)
  return subject.kind === 'session' ? exchangeSession(deps, request, subject) : exchangeOf(deps, request, subject)
}

async function exchangeOf(
  deps: IssueDeps,
  { cause, client, parameters, dpop, before }: TokenRequest,
  subject: FamilyTokenClaims,
): Promise<TokenAnswer> {
  const { db, clock } = deps
  // RFC 9449 §6: whoever stole a token that is bound to a key does not get one without.
  if (subject.clientId === client.id && subject.jkt !== null && subject.jkt !== dpop?.jkt)
    throw refuse('invalid_dpop_proof', 'The exchanged token is bound to another key.')
  const actor = await actorToken(deps, parameters)
  if (actor !== undefined && actor.jkt !== null && actor.jkt !== dpop?.jkt)
    throw refuse('invalid_dpop_proof', 'The token of the actor is bound to another key.')
  const act = await actOf(deps, client, subject, actor)
  const mayAct = mayActIn(client, subject, parameters.get('may_act'))
  const audience = oneResource([...parameters.all('resource'), ...parameters.all('audience')]) ?? subject.audience
  const family = await activeSubject(deps, subject, actor, before)
  const allowed = await scopesFor(deps, client, subject, family.scopes, { audience, scope: parameters.get('scope') })
  const resource = await resourceNow(deps, client, audience)
  const scopes = allowed.filter(resource.has)
  const remaining = Math.floor((subject.expiresAt - clock.now()) / 1000)
  const ttlSeconds = Math.min(resource.ttlSeconds, remaining)
  const { grantId, familyId } = subject
  const asked = await askFirst(deps, cause, {
    userId: family.userId,
    sessionId: null,
    clientId: client.id,
    orgId: subject.orgId,
    audience,
    scopes,
    amr: subject.amr,
  })
  const exchanged = newEvent(deps, byClient(cause, client, family.userId), 'grant.token_exchanged', {
    userId: family.userId,
    data: {
      clientId: client.id,
      grantId,
      familyId,
      from: subject.clientId,
      audience,
      ...(act === null ? {} : { act }),
    },
  })
  await commit(deps, [noteEvent(db, exchanged)])
  const details = audience === subject.audience ? subject.details : detailsFor(family.details, audience)
  const accessToken = await signClientToken(deps, {
    audience,
    subject: await subjectFor(client, family.userId),
    clientId: client.id,
    scopes,
    ttlSeconds,
    person: {
      authenticatedAt: subject.authenticatedAt ?? 0,
      amr: subject.amr,
      grantId,
      familyId,
      orgId: subject.orgId,
    },
    jkt: dpop?.jkt ?? null,
    act: act ?? subject.act,
    mayAct,
    details,
    asked,
  })
  return {
    access_token: accessToken,
    issued_token_type: ACCESS_TOKEN_TYPE,
    token_type: dpop === undefined ? 'Bearer' : 'DPoP',
    expires_in: ttlSeconds,
    scope: scopes.join(' '),
    ...(details.length === 0 ? {} : { authorization_details: details }),
  }
}

/**
 * The `may_act` of the new token. A client may name the client that acts next, with a parameter of our own of the same name.
 * Without it, a smaller token of the same client has the one of the exchanged token.
 */
function mayActIn(
  client: Client,
  subject: FamilyTokenClaims,
  named: string | undefined,
): Readonly<Record<string, unknown>> | null {
  if (named !== undefined) {
    if (subject.clientId !== client.id)
      throw refuse('invalid_request', 'Only the client of a token names who may act with it.')
    return { sub: named, client_id: named }
  }
  return subject.clientId === client.id ? subject.mayAct : null
}

/**
 * The scopes of the new token. For the same audience, those of the exchanged token at most. For another one, those that the
 * person allowed with the same sign-in: only for the registered server of both, and never with a token that names its actor.
 */
async function scopesFor(
  deps: IssueDeps,
  client: Client,
  subject: FamilyTokenClaims,
  granted: ScopesByAudience,
  asked: { audience: string; scope: string | undefined },
): Promise<readonly string[]> {
  const { audience } = asked
  const isSame = audience === subject.audience
  const isBetween = async () =>
    subject.mayAct === null &&
    (await isServerOf(deps, client, subject.audience)) &&
    (await isServerOf(deps, client, audience))
  if (!isSame && !(Object.hasOwn(granted, audience) && (await isBetween())))
    throw refuse('invalid_target', 'The exchanged token does not reach this resource.')
  const allowed = isSame ? subject.scopes : (granted[audience] ?? [])
  const named = asked.scope === undefined ? undefined : scopesIn(asked.scope)
  if (named?.some((scope) => !allowed.includes(scope)))
    throw refuse('invalid_scope', 'The exchanged token does not have one of the scopes.')
  // A refresh token and an ID token belong to the sign-in, not to what is made of its tokens.
  const mayHave = (scope: string) => scope !== 'offline_access' && (client.scopes?.includes(scope) ?? true)
  return (named ?? allowed).filter(mayHave)
}
