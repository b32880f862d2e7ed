import { Type } from '@sinclair/typebox'

/** An example issuer, and a path of it. */
const Url = (description: string, path: string) =>
  Type.String({ format: 'uri', description, examples: [`https://id.acme.example${path}`] })
const Names = (description: string, examples: string[]) =>
  Type.Array(Type.String(), { description, examples: [examples], minItems: 1 })
const Flag = (description: string) => Type.Boolean({ description })

const algs = Names('RFC 7518.', ['EdDSA', 'ES256', 'PS256', 'RS256'])
const methods = Names('How a client authenticates there.', ['client_secret_basic', 'private_key_jwt'])

export const ServerMetadata = Type.Object(
  {
    issuer: Url('The `iss` of every token and of every authorization response. Compare it byte for byte.', ''),
    authorization_endpoint: Url('Where a browser begins.', '/oauth/authorize'),
    token_endpoint: Url('Codes, refresh tokens and credentials of clients become tokens here.', '/oauth/token'),
    userinfo_endpoint: Url('OpenID Connect Core §5.3.', '/oauth/userinfo'),
    jwks_uri: Url('The keys that verify tokens.', '/.well-known/jwks.json'),
    registration_endpoint: Type.Optional(Url('RFC 7591. Absent while registration is closed.', '/oauth/register')),
    revocation_endpoint: Url('RFC 7009.', '/oauth/revoke'),
    introspection_endpoint: Url('RFC 7662.', '/oauth/introspect'),
    device_authorization_endpoint: Url('RFC 8628.', '/oauth/device'),
    pushed_authorization_request_endpoint: Url('RFC 9126.', '/oauth/par'),
    end_session_endpoint: Url('OpenID Connect RP-Initiated Logout.', '/oauth/logout'),
    scopes_supported: Names('The scopes of OpenID Connect. Resources have their own.', ['openid', 'profile']),
    response_types_supported: Names('OAuth 2.1 has the code alone.', ['code']),
    response_modes_supported: Names('How the response reaches the client.', ['query', 'form_post']),
    grant_types_supported: Names('Of the token endpoint.', ['authorization_code', 'refresh_token']),
    identity_chaining_requested_token_types_supported: Names('Of the exchange, for other servers (ID-JAG).', [
      'urn:ietf:params:oauth:token-type:id-jag',
    ]),
    authorization_grant_profiles_supported: Names('Of assertions of trusted providers (ID-JAG).', [
      'urn:ietf:params:oauth:grant-profile:id-jag',
    ]),
    subject_types_supported: Names('OpenID Connect Core §8.', ['public', 'pairwise']),
    id_token_signing_alg_values_supported: Names('RS256 unless the client asks for another.', ['RS256', 'EdDSA']),
    token_endpoint_auth_methods_supported: methods,
    token_endpoint_auth_signing_alg_values_supported: algs,
    revocation_endpoint_auth_methods_supported: methods,
    revocation_endpoint_auth_signing_alg_values_supported: algs,
    introspection_endpoint_auth_methods_supported: methods,
    introspection_endpoint_auth_signing_alg_values_supported: algs,
    dpop_signing_alg_values_supported: Names('Of DPoP proofs (RFC 9449).', ['EdDSA', 'ES256']),
    code_challenge_methods_supported: Names('PKCE is required (RFC 7636).', ['S256']),
    claim_types_supported: Names('OpenID Connect Core §5.6.', ['normal']),
    claims_supported: Names('Of ID tokens and userinfo.', ['sub', 'email']),
    claims_parameter_supported: Flag('OpenID Connect Core §5.5.'),
    request_parameter_supported: Flag('OpenID Connect Core §6.1.'),
    request_uri_parameter_supported: Flag('OpenID Connect Core §6.2. A pushed request has a request_uri all the same.'),
    require_request_uri_registration: Flag('OpenID Connect Discovery §3.'),
    require_pushed_authorization_requests: Flag('RFC 9126 §5. A client can be set to need it.'),
    authorization_response_iss_parameter_supported: Flag('RFC 9207.'),
    client_id_metadata_document_supported: Flag('An https URL can be a client_id.'),
    backchannel_logout_supported: Flag('OpenID Connect Back-Channel Logout §2.1.'),
    backchannel_logout_session_supported: Flag('The logout token has the `sid`.'),
    acr_values_supported: Names('`aal2`: with a second factor.', ['aal1', 'aal2']),
    ui_locales_supported: Names('Languages of the pages, as `ui_locales` names them.', [
      'en',
      'pt',
      'de',
      'fr',
      'es',
      'ja',
    ]),
    prompt_values_supported: Names('OpenID Connect Core §3.1.2.1.', ['none', 'login']),
    authorization_details_types_supported: Type.Optional(
      Names('RFC 9396 §10: the types of every resource.', ['payment_initiation']),
    ),
    service_documentation: Url('For developers.', '/docs'),
  },
  { title: 'ServerMetadata' },
)

export const ProtectedResource = Type.Object(
  {
    resource: Url('The `aud` of the access tokens of this API.', ''),
    authorization_servers: Names('The issuers of its tokens.', ['https://id.acme.example']),
    scopes_supported: Names('OpenID Connect scopes and permissions.', ['openid', 'users:read']),
    bearer_methods_supported: Names('RFC 6750 §2.1.', ['header']),
    dpop_signing_alg_values_supported: Names('Of DPoP proofs (RFC 9449).', ['EdDSA', 'ES256']),
    dpop_bound_access_tokens_required: Flag('A client can be set to need it.'),
    resource_name: Type.String({ examples: ['Acme'] }),
    resource_documentation: Url('For developers.', '/docs'),
  },
  { title: 'ProtectedResource' },
)
