/** What a person has allowed a client, and what a request asks for besides. */
import type { ScopesByAudience } from '../../../db/tables/index.ts'
import type { Detail } from '../grants/asked-details.ts'
import type { Grant } from '../grants/queries.ts'
import type { AuthorizationRequest } from './read-request.ts'

type Allowed = Pick<Grant, 'scopes' | 'details'> | undefined

export const isAllowedScope = (grant: Allowed, audience: string, scope: string): boolean =>
  grant?.scopes[audience]?.includes(scope) === true

export const isAllowedAudience = (grant: Allowed, audience: string): boolean => grant?.scopes[audience] !== undefined

/** Details are the same if their texts are: `readDetails` sorts their members. */
export const isAllowedDetail = (grant: Allowed, detail: Detail): boolean => {
  const text = JSON.stringify(detail)
  return grant?.details.some((known) => JSON.stringify(known) === text) === true
}

/** Whether the grant covers all of the request. */
export const covers = (
  grant: Allowed,
  { allowed, details }: Pick<AuthorizationRequest, 'allowed' | 'details'>,
): boolean => coversScopes(grant, allowed) && details.every((detail) => isAllowedDetail(grant, detail))

const coversScopes = (grant: Allowed, asked: ScopesByAudience): boolean =>
  Object.entries(asked).every(
    ([audience, scopes]) =>
      isAllowedAudience(grant, audience) && scopes.every((scope) => isAllowedScope(grant, audience, scope)),
  )

/**
 * Whether any app on the device could be asking with the id of this client, so that consent is not taken from memory: a public client whose answers
 * go to a scheme of its own. RFC 8252 §8.6, OAuth 2.1 §7.3.1
 */
export const isUncertain = ({ client, redirectUri }: Pick<AuthorizationRequest, 'client' | 'redirectUri'>): boolean =>
  client.authMethod === 'none' && !client.firstParty && !/^https?:/.test(redirectUri)

/** Whether the person must be asked. The administrator has allowed a first-party client for everybody. */
export const needsConsent = (grant: Allowed, request: AuthorizationRequest): boolean =>
  !request.client.firstParty && (request.prompts.has('consent') || isUncertain(request) || !covers(grant, request))
