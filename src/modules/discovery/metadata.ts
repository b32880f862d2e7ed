/**
 * What this server says of itself. Clients trust each member, so each must be true: `test/modules/discovery` asks the
 * endpoints for it. A member that does not apply is absent and never null, because clients refuse null.
 */
import type { Static } from '@sinclair/typebox'
import type { Deps } from '../../deps.ts'
import { locales } from '../../lib/languages.ts'
import { algNames } from '../../lib/primitives/public-keys.ts'
import { ACR_VALUES } from '../authorize/acr.ts'
import { PROMPTS } from '../authorize/read-request.ts'
import { PERSONAL_CLAIMS } from '../grants/claims.ts'
import { ASSERTION_ALGS } from '../oauth-clients/client-assertion.ts'
import { GRANT_TYPES } from '../oauth-clients/schema.ts'
import { OPENID_SCOPES, ownResource } from '../resources/resource.ts'
import { SIGNING_ALGS } from '../signing-keys/key-ring.ts'
import { DPOP_ALGS } from '../token/dpop.ts'
import { ID_JAG_TYPE } from '../token/id-jag.ts'
import type { ProtectedResource, ServerMetadata } from './schema.ts'

const ID_JAG_PROFILE = 'urn:ietf:params:oauth:grant-profile:id-jag'
const CONFIDENTIAL = ['client_secret_basic', 'client_secret_post', 'private_key_jwt']
/** The claims of every ID token besides those about the person (OpenID Connect Core §2). */
const TOKEN_CLAIMS = ['iss', 'sub', 'aud', 'exp', 'iat', 'auth_time', 'nonce', 'acr', 'amr', 'at_hash', 'sid']

/** OpenID Connect Discovery §3 and RFC 8414 §2: the same document at both places. */
export function serverMetadata(
  { appUrl, variables }: Deps['config'],
  detailTypes: readonly string[],
): Static<typeof ServerMetadata> {
  return {
    issuer: appUrl,
    authorization_endpoint: `${appUrl}/oauth/authorize`,
    token_endpoint: `${appUrl}/oauth/token`,
    userinfo_endpoint: `${appUrl}/oauth/userinfo`,
    jwks_uri: `${appUrl}/.well-known/jwks.json`,
    ...(variables.OAUTH_REGISTRATION === 'open' ? { registration_endpoint: `${appUrl}/oauth/register` } : {}),
    revocation_endpoint: `${appUrl}/oauth/revoke`,
    introspection_endpoint: `${appUrl}/oauth/introspect`,
    device_authorization_endpoint: `${appUrl}/oauth/device`,
    pushed_authorization_request_endpoint: `${appUrl}/oauth/par`,
    end_session_endpoint: `${appUrl}/oauth/logout`,
    scopes_supported: OPENID_SCOPES.map(({ name }) => name),
    response_types_supported: ['code'],
    response_modes_supported: ['query', 'form_post'],
    grant_types_supported: [...GRANT_TYPES],
    // draft-ietf-oauth-identity-assertion-authz-grant: such assertions are issued to others, and taken from others.
    identity_chaining_requested_token_types_supported: [ID_JAG_TYPE],
    authorization_grant_profiles_supported: [ID_JAG_PROFILE],
    subject_types_supported: ['public', 'pairwise'],
    // RS256 first: some clients take the first one, and every client has it.
    id_token_signing_alg_values_supported: SIGNING_ALGS.toSorted(
      (one, other) => Number(other === 'RS256') - Number(one === 'RS256'),
    ),
    token_endpoint_auth_methods_supported: [...CONFIDENTIAL, 'none'],
    token_endpoint_auth_signing_alg_values_supported: algNames(ASSERTION_ALGS),
    revocation_endpoint_auth_methods_supported: [...CONFIDENTIAL, 'none'],
    revocation_endpoint_auth_signing_alg_values_supported: algNames(ASSERTION_ALGS),
    introspection_endpoint_auth_methods_supported: CONFIDENTIAL,
    introspection_endpoint_auth_signing_alg_values_supported: algNames(ASSERTION_ALGS),
    dpop_signing_alg_values_supported: algNames(DPOP_ALGS),
    code_challenge_methods_supported: ['S256'],
    claim_types_supported: ['normal'],
    ui_locales_supported: [...locales],
    claims_supported: [...TOKEN_CLAIMS, ...PERSONAL_CLAIMS],
    claims_parameter_supported: true,
    request_parameter_supported: false,
    // A pushed request (RFC 9126) is named by a request_uri of ours. Those of others are refused.
    request_uri_parameter_supported: false,
    require_request_uri_registration: false,
    require_pushed_authorization_requests: false,
    authorization_response_iss_parameter_supported: true,
    client_id_metadata_document_supported: true,
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
    acr_values_supported: [...ACR_VALUES],
    prompt_values_supported: [...PROMPTS],
    ...(detailTypes.length === 0 ? {} : { authorization_details_types_supported: [...detailTypes] }),
    service_documentation: `${appUrl}/docs`,
  }
}

/** RFC 9728 §2: our own API, as a resource whose tokens come from ourselves. */
export function ownApiMetadata(config: Deps['config']): Static<typeof ProtectedResource> {
  const { audience, name, scopes } = ownResource(config)
  return {
    resource: audience,
    authorization_servers: [config.appUrl],
    scopes_supported: scopes.map((scope) => scope.name),
    bearer_methods_supported: ['header'],
    dpop_signing_alg_values_supported: algNames(DPOP_ALGS),
    dpop_bound_access_tokens_required: false,
    resource_name: name,
    resource_documentation: `${config.appUrl}/docs`,
  }
}
