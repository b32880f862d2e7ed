/**
 * oauth4webapi against this project. It is lower than openid-client: each answer is checked on its own, and a resource server
 * can check access tokens with it.
 */
import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { decodeJwt, decodeProtectedHeader, exportJWK } from 'jose'
import * as oauth from 'oauth4webapi'
import { call, signIn as signInWithPassword } from '../support/client.ts'
import { API, type NewClient, type OurProvider, PERSON, REDIRECT_URI, startOurs } from './support/provider.ts'

setDefaultTimeout(300_000)

const INSECURE = { [oauth.allowInsecureRequests]: true }
const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'
const CODE: NewClient = {
  auth: 'client_secret_basic',
  grantTypes: ['authorization_code', 'refresh_token'],
  redirectUris: [REDIRECT_URI],
}
const MACHINE: NewClient = { auth: 'client_secret_basic', grantTypes: ['client_credentials'], redirectUris: [] }

let ours: OurProvider
let server: oauth.AuthorizationServer
beforeAll(async () => {
  ours = await startOurs()
  const issuer = new URL(ours.issuer)
  server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, INSECURE))
})
afterAll(() => ours?.stop())
afterEach(() => ours.backToNow())

interface Party {
  client: oauth.Client
  auth: oauth.ClientAuth
}

async function party(asked: NewClient): Promise<Party> {
  const { id, secret } = await ours.client(asked)
  return { client: { client_id: id }, auth: asked.auth === 'none' ? oauth.None() : oauth.ClientSecretBasic(secret) }
}

async function callbackOf({ client }: Party, more: Record<string, string>, verifier: string): Promise<URL> {
  const url = new URL(server.authorization_endpoint ?? '')
  url.search = new URLSearchParams({
    client_id: client.client_id,
    redirect_uri: REDIRECT_URI,
    response_type: 'code',
    scope: 'openid',
    state: 'state',
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...more,
  }).toString()
  return ours.allow(url)
}

/** The tokens of a person for a client. */
async function signIn(
  asking: Party,
  more: Record<string, string> = {},
  options: oauth.TokenEndpointRequestOptions = {},
): Promise<oauth.TokenEndpointResponse> {
  const verifier = oauth.generateRandomCodeVerifier()
  const back = await callbackOf(asking, more, verifier)
  const parameters = oauth.validateAuthResponse(server, asking.client, back, 'state')
  const answer = await oauth.authorizationCodeGrantRequest(
    server,
    asking.client,
    asking.auth,
    parameters,
    REDIRECT_URI,
    verifier,
    { ...INSECURE, ...options },
  )
  return oauth.processAuthorizationCodeResponse(server, asking.client, answer)
}

async function machineToken(
  asking: Party,
  parameters: Record<string, string>,
  options: oauth.TokenEndpointRequestOptions = {},
) {
  const answer = await oauth.clientCredentialsGrantRequest(server, asking.client, asking.auth, parameters, {
    ...INSECURE,
    ...options,
  })
  return oauth.processClientCredentialsResponse(server, asking.client, answer)
}

const asApi = (token: string, headers: Record<string, string> = {}) =>
  new Request(`${API}/notes`, { headers: { authorization: `Bearer ${token}`, ...headers } })

describe('the metadata', () => {
  test.each(['oidc', 'oauth2'] as const)('is found by the algorithm %s, and is the same', async (algorithm) => {
    const issuer = new URL(ours.issuer)
    const answer = await oauth.discoveryRequest(issuer, { ...INSECURE, algorithm })
    expect(await oauth.processDiscoveryResponse(issuer, answer)).toMatchObject({
      issuer: ours.issuer,
      token_endpoint: `${ours.issuer}/oauth/token`,
    })
  })

  test('of our own API names the issuer (RFC 9728)', async () => {
    const resource = new URL(ours.issuer)
    const answer = await oauth.resourceDiscoveryRequest(resource, INSECURE)
    const metadata = await oauth.processResourceDiscoveryResponse(resource, answer)
    expect(metadata).toMatchObject({ resource: ours.issuer, authorization_servers: [ours.issuer] })
  })
})

describe('an authorization response', () => {
  test('with the iss of another server is refused by its client (RFC 9207)', async () => {
    const asking = await party(CODE)
    const back = await callbackOf(asking, {}, oauth.generateRandomCodeVerifier())
    for (const iss of ['https://evil.example.com', `${ours.issuer}/`]) {
      const changed = new URL(back)
      changed.searchParams.set('iss', iss)
      expect(() => oauth.validateAuthResponse(server, asking.client, changed, 'state')).toThrow(/"iss"/)
    }
    const without = new URL(back)
    without.searchParams.delete('iss')
    expect(() => oauth.validateAuthResponse(server, asking.client, without, 'state')).toThrow(/"iss"/)
  })

  test('that refuses has iss and state too', async () => {
    const asking = await party(CODE)
    const back = await callbackOf(asking, { scope: 'nothing:known' }, oauth.generateRandomCodeVerifier())
    expect(() => oauth.validateAuthResponse(server, asking.client, back, 'state')).toThrow(
      expect.objectContaining({ error: 'invalid_scope' }),
    )
  })
})

describe('an access token', () => {
  test('of a person is checked by the API offline, for itself alone (RFC 9068 §4)', async () => {
    const asking = await party(CODE)
    const tokens = await signIn(
      asking,
      { scope: 'openid notes:read', resource: API },
      { additionalParameters: { resource: API } },
    )
    const claims = await oauth.validateJwtAccessToken(server, asApi(tokens.access_token), API, INSECURE)
    expect(claims).toMatchObject({ client_id: asking.client.client_id, scope: expect.stringContaining('notes:read') })
    expect(claims.sub).toBe(oauth.getValidatedIdTokenClaims(tokens)?.sub ?? 'none')
    const elsewhere = oauth.validateJwtAccessToken(
      server,
      asApi(tokens.access_token),
      'https://other.example.com',
      INSECURE,
    )
    expect(await elsewhere.catch((error) => error.code)).toBe('OAUTH_JWT_CLAIM_COMPARISON_FAILED')
  })

  test('is never an ID token, and an ID token is no access token', async () => {
    const asking = await party(CODE)
    const tokens = await signIn(asking)
    const asAccessToken = oauth.validateJwtAccessToken(
      server,
      asApi(tokens.id_token ?? ''),
      asking.client.client_id,
      INSECURE,
    )
    expect(await asAccessToken.catch((error) => error.code)).toBeString()
    for (const token of [tokens.id_token ?? '', 'nothing']) {
      const info = oauth.userInfoRequest(server, asking.client, token, INSECURE)
      expect(
        await info
          .then((answer) => oauth.processUserInfoResponse(server, asking.client, oauth.skipSubjectCheck, answer))
          .catch((error) => error.cause?.[0]?.parameters?.error),
      ).toBe('invalid_token')
    }
  })

  test('is narrowed at the token endpoint, never widened', async () => {
    const asking = await party(CODE)
    const offline = { scope: 'openid offline_access notes:read notes:write', resource: API, prompt: 'consent' }
    const tokens = await signIn(asking, offline, { additionalParameters: { resource: API } })
    const refresh = (additionalParameters: Record<string, string>) =>
      oauth
        .refreshTokenGrantRequest(server, asking.client, asking.auth, tokens.refresh_token ?? '', {
          ...INSECURE,
          additionalParameters,
        })
        .then((answer) => oauth.processRefreshTokenResponse(server, asking.client, answer))
    const narrow = await refresh({ resource: API, scope: 'notes:read' })
    expect(narrow.scope).toBe('notes:read')
    expect(decodeJwt(narrow.access_token)).toMatchObject({ aud: API, scope: 'notes:read' })
    expect(await refresh({ resource: API, scope: 'notes:read email' }).catch(({ error }) => error)).toBe(
      'invalid_scope',
    )
    expect(await refresh({ resource: 'https://unknown.example.com' }).catch(({ error }) => error)).toBe(
      'invalid_target',
    )
  })

  test('that a DPoP key is bound to needs the key at the API (RFC 9449 §7)', async () => {
    const asking = await party({ ...MACHINE, dpop: true })
    const keys = await oauth.generateKeyPair('ES256')
    const dpop = oauth.DPoP(asking.client, keys)
    const parameters = { resource: API, scope: 'notes:read' }
    const first = await machineToken(asking, parameters, { DPoP: dpop }).catch((error) => error)
    const tokens = oauth.isDPoPNonceError(first) ? await machineToken(asking, parameters, { DPoP: dpop }) : first
    expect(tokens.token_type).toBe('dpop')
    let sent: Request | undefined
    await oauth
      .protectedResourceRequest(tokens.access_token, 'GET', new URL(`${API}/notes`), undefined, undefined, {
        DPoP: dpop,
        [oauth.customFetch]: async (url, init) => {
          sent = new Request(url, init as RequestInit)
          return Response.json({})
        },
      })
      .catch(() => {})
    const claims = await oauth.validateJwtAccessToken(server, sent ?? asApi(''), API, INSECURE)
    expect(claims.cnf).toEqual({ jkt: expect.any(String) })
    const asBearer = oauth.validateJwtAccessToken(server, asApi(tokens.access_token), API, INSECURE)
    expect(await asBearer.catch((error) => error.name)).toBe('OperationProcessingError')
  })

  test('needs a nonce of the server in each proof: without one the client is told the nonce', async () => {
    const asking = await party({ ...MACHINE, dpop: true })
    const dpop = oauth.DPoP(asking.client, await oauth.generateKeyPair('ES256'))
    const parameters = { resource: API, scope: 'notes:read' }
    const first = await machineToken(asking, parameters, { DPoP: dpop }).catch((error) => error)
    expect(oauth.isDPoPNonceError(first)).toBe(true)
    expect(await machineToken(asking, parameters, { DPoP: dpop })).toMatchObject({ token_type: 'dpop' })
  })
})

describe('a client that proves itself by its key (private_key_jwt)', () => {
  test.each(['ES256', 'RS256', 'PS256', 'Ed25519'])('of %s gets a token', async (alg) => {
    const { privateKey, publicKey } = await oauth.generateKeyPair(alg)
    const jwk = { ...(await exportJWK(publicKey)), kid: 'key-1' }
    const { id } = await ours.client({ ...MACHINE, auth: 'private_key_jwt', jwks: { keys: [jwk] } })
    const asking = { client: { client_id: id }, auth: oauth.PrivateKeyJwt({ key: privateKey, kid: 'key-1' }) }
    expect(await machineToken(asking, { resource: API, scope: 'notes:read' })).toMatchObject({ scope: 'notes:read' })
  })

  test('addresses the issuer: an assertion for another audience is refused (draft-ietf-oauth-rfc7523bis)', async () => {
    const { privateKey, publicKey } = await oauth.generateKeyPair('ES256')
    const jwk = { ...(await exportJWK(publicKey)), kid: 'key-1' }
    const { id } = await ours.client({ ...MACHINE, auth: 'private_key_jwt', jwks: { keys: [jwk] } })
    for (const [audience, error] of [
      ['https://evil.example.com', 'invalid_client'],
      [ours.issuer, 'none'],
    ] as const) {
      const auth = oauth.PrivateKeyJwt(
        { key: privateKey, kid: 'key-1' },
        { [oauth.modifyAssertion]: (_, payload) => Object.assign(payload, { aud: audience }) },
      )
      const asked = machineToken({ client: { client_id: id }, auth }, { resource: API })
      expect(
        await asked.then(
          () => 'none',
          (refused) => refused.error ?? refused.cause?.error,
        ),
      ).toBe(error)
    }
  })
})

describe('token exchange (RFC 8693)', () => {
  async function exchange({ client, auth }: Party, parameters: Record<string, string>) {
    const answer = await oauth.genericTokenEndpointRequest(server, client, auth, EXCHANGE, parameters, INSECURE)
    return oauth.processGenericTokenEndpointResponse(server, client, answer)
  }

  test('gives an agent a token of the person, with the agent as actor, for an API that the person allowed', async () => {
    const app = await party({ ...CODE, grantTypes: [...CODE.grantTypes, EXCHANGE] })
    const tokens = await signIn(
      app,
      { scope: 'openid notes:read notes:write', resource: API },
      { additionalParameters: { resource: API } },
    )
    const narrowed = await exchange(app, {
      subject_token: tokens.access_token,
      subject_token_type: ACCESS_TOKEN,
      resource: API,
      scope: 'notes:read',
    })
    expect(narrowed).toMatchObject({ issued_token_type: ACCESS_TOKEN, scope: 'notes:read' })
    expect(decodeProtectedHeader(narrowed.access_token).typ).toBe('at+jwt')
    expect(decodeJwt(narrowed.access_token)).toMatchObject({
      aud: API,
      sub: decodeJwt(tokens.access_token).sub,
      scope: 'notes:read',
    })
  })

  test('never gives more than the subject token has', async () => {
    const app = await party({ ...CODE, grantTypes: [...CODE.grantTypes, EXCHANGE] })
    const tokens = await signIn(
      app,
      { scope: 'openid notes:read', resource: API },
      { additionalParameters: { resource: API } },
    )
    const wider = exchange(app, {
      subject_token: tokens.access_token,
      subject_token_type: ACCESS_TOKEN,
      resource: API,
      scope: 'notes:read notes:write',
    })
    expect(await wider.catch(({ error }) => error)).toBe('invalid_scope')
  })

  test('by an actor that the person never named is refused', async () => {
    const app = await party({ ...CODE, grantTypes: [...CODE.grantTypes, EXCHANGE] })
    const agent = await party({ ...MACHINE, grantTypes: ['client_credentials', EXCHANGE] })
    const tokens = await signIn(
      app,
      { scope: 'openid notes:read', resource: API },
      { additionalParameters: { resource: API } },
    )
    const actor = await machineToken(agent, { resource: API, scope: 'notes:read' })
    const asked = exchange(agent, {
      subject_token: tokens.access_token,
      subject_token_type: ACCESS_TOKEN,
      actor_token: actor.access_token,
      actor_token_type: ACCESS_TOKEN,
      resource: API,
    })
    expect(
      await asked.then(
        () => 'none',
        ({ error }) => error,
      ),
    ).not.toBe('none')
  })
})

test('what a person allowed is listed, and ended with every token of it (security.md 29)', async () => {
  const asking = await party(CODE)
  const offline = { scope: 'openid offline_access notes:read', resource: API, prompt: 'consent' }
  const tokens = await signIn(asking, offline, { additionalParameters: { resource: ours.issuer } })
  const other = await signIn(asking, offline, { additionalParameters: { resource: API } })
  const { accessToken: token } = await signInWithPassword(ours.t, PERSON)
  const listed = await call<{ items: { id: string; client: { id: string } }[] }>(ours.t, 'GET /v1/me/grants', {
    token,
  })
  const mine = listed.body.items.find(({ client }) => client.id === asking.client.client_id)
  expect(mine?.id).toStartWith('grt_')
  expect((await call(ours.t, `DELETE /v1/me/grants/${mine?.id}`, { token })).status).toBe(204)

  const info = await oauth.userInfoRequest(server, asking.client, tokens.access_token, INSECURE)
  expect(info.status).toBe(401)
  for (const ended of [tokens.access_token, tokens.refresh_token, other.access_token, other.refresh_token]) {
    const answer = await oauth.introspectionRequest(server, asking.client, asking.auth, ended ?? '', INSECURE)
    const { active } = await oauth.processIntrospectionResponse(server, asking.client, answer)
    expect(active).toBe(false)
  }
  const refreshed = await oauth.refreshTokenGrantRequest(
    server,
    asking.client,
    asking.auth,
    other.refresh_token ?? '',
    INSECURE,
  )
  expect(await refreshed.json()).toMatchObject({ error: 'invalid_grant' })
})

describe('a pushed request', () => {
  test('answers 201 with a URI that lives for a minute at most (RFC 9126 §2.2)', async () => {
    const { client, auth } = await party(CODE)
    const parameters = {
      redirect_uri: REDIRECT_URI,
      response_type: 'code',
      scope: 'openid',
      code_challenge: await oauth.calculatePKCECodeChallenge(oauth.generateRandomCodeVerifier()),
      code_challenge_method: 'S256',
    }
    const answer = await oauth.pushedAuthorizationRequest(server, client, auth, parameters, INSECURE)
    const { request_uri, expires_in } = await oauth.processPushedAuthorizationResponse(server, client, answer)
    expect(request_uri).toStartWith('urn:ietf:params:oauth:request_uri:')
    expect(expires_in).toBeLessThanOrEqual(60)
  })
})

describe('a device', () => {
  test('is told to wait, to slow down, and that it was allowed (RFC 8628 §3.5)', async () => {
    const { client, auth } = await party({
      auth: 'none',
      grantTypes: ['urn:ietf:params:oauth:grant-type:device_code'],
      redirectUris: [],
    })
    const asked = await oauth.deviceAuthorizationRequest(server, client, auth, { scope: 'openid' }, INSECURE)
    const device = await oauth.processDeviceAuthorizationResponse(server, client, asked)
    const poll = async () =>
      oauth.processDeviceCodeResponse(
        server,
        client,
        await oauth.deviceCodeGrantRequest(server, client, auth, device.device_code, INSECURE),
      )
    const errorOf = () =>
      poll().then(
        () => 'none',
        ({ error }) => error,
      )
    expect(await errorOf()).toBe('authorization_pending')
    expect(await errorOf()).toBe('slow_down')
    await ours.allowDevice(new URL(device.verification_uri_complete ?? ''))
    ours.pass(60_000)
    const tokens = await poll()
    expect(oauth.getValidatedIdTokenClaims(tokens)?.aud).toBe(client.client_id)
  })
})
