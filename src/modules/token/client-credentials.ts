/** `grant_type=client_credentials` (OAuth 2.1 §4.2): a client acts for itself. */
import { commit } from '../../core/events/commit.ts'
import { refuse } from '../../lib/oauth-error.ts'
import { scopesAsked } from '../grants/asked-scopes.ts'
import type { Client } from '../oauth-clients/client.ts'
import { findResource, OPENID_SCOPES } from '../resources/resource.ts'
import { signClientToken } from '../signing-keys/access-tokens.ts'
import { scopeOf } from './answer.ts'
import { askFirst } from './ask-first.ts'
import { oneResource } from './audience.ts'
import { clientTokens } from './count-client-tokens.ts'
import type { Grant } from './token-request.ts'

/**
 * A token of the client itself. No round trip with the client and the resource in memory; one to use up a client assertion
 * or a DPoP proof. Without `scope` it has those scopes of the resource that the client is registered with (RFC 6749 §3.3).
 *
 * Our own API needs an account that the client acts as. Throws `unauthorized_client` for a public client, which anybody can
 * claim to be, `invalid_scope`, `invalid_target`, `access_denied` and `temporarily_unavailable`.
 */
export const issueToClient: Grant = async (deps, { cause, client, parameters, dpop, before }) => {
  if (client.authMethod === 'none') throw refuse('unauthorized_client', 'A public client has no credential of its own.')
  const resource = oneResource(parameters.all('resource'))
  const asked = await scopesAsked(deps, client, {
    scope: parameters.get('scope'),
    resources: resource === undefined ? [] : [resource],
  })
  const [[audience, named], ...others] = Object.entries(asked) as [[string, string[]], ...[string, string[]][]] // it has one at least
  if (others.length > 0 || named.some(isOpenid))
    throw refuse('invalid_scope', 'The scopes of OpenID Connect are about a person, and there is none.')
  if (audience === deps.config.appUrl && client.serviceAccountId === null)
    throw refuse('invalid_target', 'Name a resource, or give the client a service account to act as in this API.')
  const found = await findResource(deps, audience)
  if (found === undefined) throw refuse('invalid_target', 'The resource does not exist.')
  // No person allows such a token, and anybody can make an organisation.
  if (client.orgId !== null && found.orgId !== client.orgId && audience !== deps.config.appUrl)
    throw refuse('invalid_target', 'A client of an organisation acts for itself in the resources of it alone.')
  const scopes = parameters.get('scope') === undefined ? registered(client, found.scopes) : named
  const ttlSeconds = found.accessTtlSeconds ?? deps.config.accessTtlSeconds
  const allowed = await askFirst(deps, cause, {
    userId: null,
    sessionId: null,
    clientId: client.id,
    orgId: client.orgId,
    audience,
    scopes,
    amr: [],
  })
  if (before.length > 0) await commit(deps, before)
  const accessToken = await signClientToken(deps, {
    audience,
    subject: client.id,
    clientId: client.id,
    scopes,
    ttlSeconds,
    person: null,
    jkt: dpop?.jkt ?? null,
    act: null,
    details: [],
    asked: allowed,
  })
  clientTokens(deps).note(cause, client)
  return {
    access_token: accessToken,
    token_type: dpop === undefined ? 'Bearer' : 'DPoP',
    expires_in: ttlSeconds,
    ...scopeOf(scopes),
  }
}

const isOpenid = (scope: string): boolean => OPENID_SCOPES.some(({ name }) => name === scope)

const registered = ({ scopes }: Pick<Client, 'scopes'>, defined: readonly { name: string }[]): string[] =>
  defined.map(({ name }) => name).filter((name) => scopes?.includes(name) === true && !isOpenid(name))
