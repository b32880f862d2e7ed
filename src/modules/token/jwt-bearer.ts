/**
 * `grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer` (RFC 7523 §2.1), for the identity assertion grants of providers that
 * the operator trusts (draft-ietf-oauth-identity-assertion-authz-grant).
 */
import type { ScopesByAudience } from '../../../db/tables/index.ts'
import { recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import { both } from '../../core/events/queries.ts'
import { scopesIn } from '../../lib/form-parameters.ts'
import { refuse } from '../../lib/oauth-error.ts'
import { scopesAsked } from '../grants/asked-scopes.ts'
import { clientIsActive, endUntrustedGrant, upsertGrant, userIsActive } from '../grants/queries.ts'
import { consumeChallengeOrFail } from '../passkeys/queries.ts'
import { hasIdentity, personForClient } from './assertion-queries.ts'
import { covers, oneResource } from './audience.ts'
import { byClient } from './by-client.ts'
import { checkIdJag, type IdJag } from './check-id-jag.ts'
import { type IssueDeps, openFamily } from './issue.ts'
import { type Grant, required, type TokenRequest } from './token-request.ts'

export const JWT_BEARER_GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
const LIFE_SECONDS = 3600

/**
 * An access token for the person whom a trusted provider vouches for, once. The person must have linked the identity. Nobody is
 * asked: the provider has decided. There is no refresh token, so the provider decides again. Two round trips. Throws
 * `invalid_grant`, `invalid_scope`, `invalid_target`, `unauthorized_client`.
 */
export const redeemAssertion: Grant = async (deps, { cause, client, parameters, dpop, before }) => {
  const { db, clock, random } = deps
  if (client.authMethod === 'none' || client.source !== 'administrator')
    throw refuse('unauthorized_client', 'Only a confidential client of an administrator uses assertions.')
  const jag = await checkIdJag(deps, client.id, required(parameters, 'assertion'))
  const scopes = await scopesOf(deps, client, jag, parameters)
  const { issuer, subject } = jag
  const [person] = await personForClient(db, { issuer, subject, clientId: client.id })
  if (person === undefined)
    throw refuse('invalid_grant', 'The assertion is not valid for this client.', {
      cause: 'assertion: nobody has this identity',
    })
  const { userId } = person
  const now = clock.now()
  const grant = { id: random.id('grt'), userId, clientId: client.id, scopes, details: [], now }
  const vouched = newEvent(deps, byClient(cause, client, userId), 'grant.vouched_for', {
    userId,
    data: { grantId: person.grantId ?? grant.id, clientId: client.id, issuer, scopes },
  })
  const draft = {
    grantId: person.grantId ?? grant.id,
    userId,
    clientId: client.id,
    originHash: jag.oneUse.challenge,
    sessionId: null,
    offline: false,
    scopes,
    details: [],
    claims: null,
    orgId: null,
    authenticatedAt: jag.authenticatedAt,
    amr: ['fed'],
  }
  const allowed = both(both(userIsActive(userId), clientIsActive(client.id, now)), hasIdentity(userId, jag))
  const granting = [endUntrustedGrant(db, grant), recorded(upsertGrant(db, grant, allowed), vouched)]
  return openFamily(deps, cause, client, draft, {
    before: [...before, consumeChallengeOrFail(db, jag.oneUse), ...(covers(person.granted, scopes) ? [] : granting)],
    condition: hasIdentity(userId, jag),
    dpop,
    accessOnly: { ttlSeconds: LIFE_SECONDS },
  })
}

/** Those of the assertion, narrowed to what the request asks for. The scopes of OpenID Connect are for a person who signs in here. */
async function scopesOf(
  deps: IssueDeps,
  client: TokenRequest['client'],
  { scope, resources }: IdJag,
  parameters: TokenRequest['parameters'],
): Promise<ScopesByAudience> {
  const asked = oneResource(parameters.all('resource'))
  if (asked !== undefined && resources.length > 0 && !resources.includes(asked))
    throw refuse('invalid_target', 'The assertion is not for this resource.')
  const narrowed = parameters.get('scope')
  // A provider that names no scope leaves them to the client, as RFC 7521 §4.1 does.
  const named = scopesIn(scope ?? narrowed)
  if (narrowed !== undefined && scopesIn(narrowed).some((name) => !named.includes(name)))
    throw refuse('invalid_scope', 'The assertion does not have one of the scopes.')
  const all = narrowed === undefined ? named : scopesIn(narrowed)
  if (all.some((name) => name === 'openid' || name === 'offline_access'))
    throw refuse('invalid_scope', 'An assertion gives neither an ID token nor a refresh token.')
  return scopesAsked(deps, client, { scope: all.join(' '), resources: asked === undefined ? resources : [asked] })
}
