/**
 * openid-client against this project and against oidc-provider: the same calls with the same outcome. The client checks every
 * answer by its specification, so what is asserted here is what the specifications leave to the provider.
 */
import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { decodeJwt, decodeProtectedHeader, exportJWK, generateKeyPair, type JWK } from 'jose'
import * as oidc from 'openid-client'
import { openBrowser } from './support/browser.ts'
import { startPeer } from './support/peer.ts'
import { API, API_SCOPES, type NewClient, REDIRECT_URI, startOurs, type TestProvider } from './support/provider.ts'

setDefaultTimeout(300_000)

const CODE: NewClient = {
  auth: 'client_secret_basic',
  grantTypes: ['authorization_code', 'refresh_token'],
  redirectUris: [REDIRECT_URI],
}
const PUBLIC: NewClient = { ...CODE, auth: 'none' }
const MACHINE: NewClient = { auth: 'client_secret_basic', grantTypes: ['client_credentials'], redirectUris: [] }
const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code'

let p: TestProvider

/** A client of the library for a client of the provider. */
async function discover(asked: NewClient, auth?: (secret: string) => oidc.ClientAuth): Promise<oidc.Configuration> {
  const { id, secret } = await p.client(asked)
  const byMethod = {
    none: oidc.None,
    client_secret_post: oidc.ClientSecretPost,
    client_secret_basic: oidc.ClientSecretBasic,
  }
  const method = asked.auth === 'private_key_jwt' ? undefined : byMethod[asked.auth](secret)
  return oidc.discovery(
    new URL(p.issuer),
    id,
    { ...(asked.idTokenAlg === undefined ? {} : { id_token_signed_response_alg: asked.idTokenAlg }) },
    auth?.(secret) ?? method,
    { execute: [oidc.allowInsecureRequests, oidc.enableNonRepudiationChecks] },
  )
}

/** From the authorization request to the tokens, with PKCE, state and nonce. */
async function signIn(
  config: oidc.Configuration,
  parameters: Record<string, string> = {},
  {
    browser,
    dpop,
    pushed,
    token,
  }: {
    browser?: Awaited<ReturnType<TestProvider['browser']>>
    dpop?: oidc.DPoPHandle
    pushed?: boolean
    token?: Record<string, string>
  } = {},
) {
  const pkceCodeVerifier = oidc.randomPKCECodeVerifier()
  const expectedState = oidc.randomState()
  const expectedNonce = oidc.randomNonce()
  const all = {
    redirect_uri: REDIRECT_URI,
    scope: 'openid profile email',
    code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: expectedState,
    nonce: expectedNonce,
    ...parameters,
  }
  const options = dpop === undefined ? {} : { DPoP: dpop }
  const url = pushed
    ? await oidc.buildAuthorizationUrlWithPAR(config, all, options)
    : oidc.buildAuthorizationUrl(config, all)
  const back = await p.allow(url, browser === undefined ? {} : { browser })
  const checks = { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: all.scope.includes('openid') }
  return { back, checks, tokens: await oidc.authorizationCodeGrant(config, back, checks, token, options) }
}

/** What the authorization server answers to a refused call. */
const refusal = (work: Promise<unknown>): Promise<{ error: string; status: number }> =>
  work.then(
    () => ({ error: 'none', status: 200 }),
    ({ error, status }) => ({ error, status }),
  )

describe.each([
  ['this project', () => startOurs({ OAUTH_REGISTRATION: 'open' })],
  ['oidc-provider', startPeer],
] as const)('openid-client and %s', (name, start) => {
  const isOurs = name === 'this project'
  beforeAll(async () => {
    p = await start()
  })
  afterAll(() => p?.stop())
  afterEach(() => p.backToNow())

  describe('a code', () => {
    test.each(['client_secret_basic', 'client_secret_post', 'none'] as const)(
      'is exchanged by a client of the method %s, for tokens that userinfo accepts',
      async (auth) => {
        const config = await discover({ ...CODE, auth })
        const { back, tokens } = await signIn(config)
        expect(back.searchParams.get('iss')).toBe(p.issuer)
        expect(tokens.token_type).toBe('bearer')
        expect(tokens.scope?.split(' ').sort()).toEqual(['email', 'openid', 'profile'])
        // Without `offline_access` ours ends with the session of the browser.
        expect(tokens.refresh_token === undefined).toBe(!isOurs)
        const sub = tokens.claims()?.sub ?? ''
        expect(sub).not.toBe('')
        const info = await oidc.fetchUserInfo(config, tokens.access_token, sub)
        expect(info).toMatchObject({ sub, email: 'ada@example.com' })
      },
    )

    test('works once', async () => {
      const config = await discover(CODE)
      const { back, checks, tokens } = await signIn(config)
      expect(await refusal(oidc.authorizationCodeGrant(config, back, checks))).toEqual({
        error: 'invalid_grant',
        status: 400,
      })
      // RFC 9700 §4.14.2: what was issued for it has ended.
      const info = oidc.fetchUserInfo(config, tokens.access_token, oidc.skipSubjectCheck)
      expect((await refusal(info)).status).toBe(401)
    })

    test('with another verifier, of another client or for another redirect URI is refused', async () => {
      const config = await discover(CODE)
      const other = await discover(CODE)
      const pkceCodeVerifier = oidc.randomPKCECodeVerifier()
      const parameters = {
        redirect_uri: REDIRECT_URI,
        scope: 'openid',
        code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
        code_challenge_method: 'S256',
      }
      const fresh = () => p.allow(oidc.buildAuthorizationUrl(config, parameters))
      const wrong = { error: 'invalid_grant', status: 400 }
      expect(
        await refusal(
          oidc.authorizationCodeGrant(config, await fresh(), { pkceCodeVerifier: oidc.randomPKCECodeVerifier() }),
        ),
      ).toEqual(wrong)
      expect(await refusal(oidc.authorizationCodeGrant(other, await fresh(), { pkceCodeVerifier }))).toEqual(wrong)
      const elsewhere = await fresh()
      elsewhere.pathname = '/other'
      expect(await refusal(oidc.authorizationCodeGrant(config, elsewhere, { pkceCodeVerifier }))).toEqual(wrong)
    })

    test('asked for with max_age gives an ID token with auth_time', async () => {
      const config = await discover(CODE)
      const pkceCodeVerifier = oidc.randomPKCECodeVerifier()
      const url = oidc.buildAuthorizationUrl(config, {
        redirect_uri: REDIRECT_URI,
        scope: 'openid',
        max_age: '3600',
        code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
        code_challenge_method: 'S256',
      })
      const tokens = await oidc.authorizationCodeGrant(config, await p.allow(url), { pkceCodeVerifier, maxAge: 3600 })
      expect(tokens.claims()?.auth_time).toBeNumber()
    })
  })

  describe('an ID token', () => {
    test.each(['RS256', 'ES256', 'EdDSA'] as const)('is signed with %s if the client asks for it', async (alg) => {
      const config = await discover({ ...CODE, idTokenAlg: alg })
      const { tokens } = await signIn(config)
      expect(decodeProtectedHeader(tokens.id_token ?? '').alg).toBe(alg)
      expect(tokens.claims()).toMatchObject({ iss: p.issuer, aud: config.clientMetadata().client_id })
    })

    test('has a pairwise subject, another one for each sector and the same one twice', async () => {
      const of = async (redirectUri: string) => {
        const config = await discover({ ...CODE, redirectUris: [redirectUri], subjectType: 'pairwise' })
        const { tokens } = await signIn(config, { redirect_uri: redirectUri })
        const sub = tokens.claims()?.sub ?? ''
        expect((await oidc.fetchUserInfo(config, tokens.access_token, sub)).sub).toBe(sub)
        return sub
      }
      const one = await of('https://one.example.com/callback')
      expect(await of('https://one.example.com/callback')).toBe(one)
      expect(await of('https://two.example.com/callback')).not.toBe(one)
    })
  })

  describe('a refresh token', () => {
    const offline = { scope: 'openid offline_access', prompt: 'consent' }

    test.each(['client_secret_basic', 'none'] as const)('of a client of the method %s rotates', async (auth) => {
      const config = await discover({ ...CODE, auth })
      const { tokens } = await signIn(config, offline)
      const next = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? 'none')
      expect(next.refresh_token).not.toBe(tokens.refresh_token)
      expect(next.scope?.split(' ').sort()).toEqual(['offline_access', 'openid'])
      const again = await oidc.refreshTokenGrant(config, next.refresh_token ?? 'none')
      expect(again.claims()?.sub).toBe(tokens.claims()?.sub ?? 'none')
      expect(again.claims()?.auth_time).toBe(tokens.claims()?.auth_time as number)
    })

    test('of another client, and one that is none, is refused', async () => {
      const config = await discover(CODE)
      const { tokens } = await signIn(config, offline)
      const wrong = { error: 'invalid_grant', status: 400 }
      expect(await refusal(oidc.refreshTokenGrant(await discover(CODE), tokens.refresh_token ?? ''))).toEqual(wrong)
      expect(await refusal(oidc.refreshTokenGrant(config, 'nothing'))).toEqual(wrong)
    })
  })

  describe('an API', () => {
    test('is named at authorization, and its token is a JWT for it alone (RFC 8707, 9068)', async () => {
      const config = await discover(CODE)
      const { tokens } = await signIn(
        config,
        { scope: 'openid notes:read', resource: API },
        { token: { resource: API } },
      )
      expect(decodeProtectedHeader(tokens.access_token)).toMatchObject({ alg: 'EdDSA', typ: 'at+jwt' })
      const claims = decodeJwt(tokens.access_token)
      expect(claims).toMatchObject({
        iss: p.issuer,
        aud: API,
        client_id: config.clientMetadata().client_id,
        sub: tokens.claims()?.sub ?? 'none',
      })
      expect(String(claims.scope)).toContain('notes:read')
      expect(claims.jti).toBeString()
    })

    test('that is unknown is refused', async () => {
      const config = await discover(CODE)
      const url = oidc.buildAuthorizationUrl(config, {
        redirect_uri: REDIRECT_URI,
        scope: 'openid',
        resource: 'https://unknown.example.com',
        code_challenge: await oidc.calculatePKCECodeChallenge(oidc.randomPKCECodeVerifier()),
        code_challenge_method: 'S256',
      })
      const back = await p.allow(url)
      expect(back.searchParams.get('error')).toBe('invalid_target')
      expect(back.searchParams.get('iss')).toBe(p.issuer)
    })

    test('is used by a machine with client credentials', async () => {
      const config = await discover(MACHINE)
      const tokens = await oidc.clientCredentialsGrant(config, { resource: API, scope: 'notes:read' })
      expect(tokens).toMatchObject({ token_type: 'bearer', scope: 'notes:read' })
      expect(tokens.refresh_token).toBeUndefined()
      expect(decodeJwt(tokens.access_token)).toMatchObject({
        aud: API,
        scope: 'notes:read',
        sub: config.clientMetadata().client_id,
        client_id: config.clientMetadata().client_id,
      })
    })

    test('does not get a scope that it does not have', async () => {
      const config = await discover(MACHINE)
      const asked = oidc.clientCredentialsGrant(config, { resource: API, scope: 'notes:burn' })
      // oidc-provider leaves the scope away.
      expect(await refusal(asked)).toEqual(
        isOurs ? { error: 'invalid_scope', status: 400 } : { error: 'none', status: 200 },
      )
    })
  })

  describe('a client', () => {
    test('with a wrong secret, or none, gets invalid_client', async () => {
      for (const auth of [oidc.ClientSecretBasic('wrong'), oidc.ClientSecretPost('wrong'), oidc.None()]) {
        const config = await discover(MACHINE, () => auth)
        expect((await refusal(oidc.clientCredentialsGrant(config, { resource: API }))).status).toBe(401)
      }
    })

    test('without the grant gets unauthorized_client', async () => {
      const config = await discover(CODE)
      const error = isOurs ? 'unauthorized_client' : 'invalid_request' // RFC 6749 §5.2 means ours
      expect(await refusal(oidc.clientCredentialsGrant(config))).toEqual({ error, status: 400 })
    })

    test('signs its assertion with its own key (private_key_jwt), each once', async () => {
      const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
      const jwk: JWK = { ...(await exportJWK(publicKey)), kid: 'key-1', alg: 'ES256', use: 'sig' }
      const asked: NewClient = { ...MACHINE, auth: 'private_key_jwt', jwks: { keys: [jwk] } }
      const config = await discover(asked, () => oidc.PrivateKeyJwt({ key: privateKey, kid: 'key-1' }))
      const tokens = await oidc.clientCredentialsGrant(config, { resource: API, scope: 'notes:read' })
      expect(decodeJwt(tokens.access_token).sub).toBe(config.clientMetadata().client_id)

      const stolen = await discover(asked, () =>
        oidc.PrivateKeyJwt(
          { key: privateKey, kid: 'key-1' },
          {
            [oidc.modifyAssertion]: (_, payload) => Object.assign(payload, { jti: 'the same' }),
          },
        ),
      )
      await oidc.clientCredentialsGrant(stolen, { resource: API, scope: 'notes:read' })
      const replay = oidc.clientCredentialsGrant(stolen, { resource: API, scope: 'notes:read' })
      expect(await refusal(replay)).toMatchObject({ error: 'invalid_client' })
    })
  })

  test('a client registers itself, and signs a person in (RFC 7591)', async () => {
    const metadata = {
      client_name: 'Registered',
      redirect_uris: [REDIRECT_URI],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'client_secret_basic',
      id_token_signed_response_alg: 'ES256',
    }
    const config = await oidc.dynamicClientRegistration(new URL(p.issuer), metadata, undefined, {
      execute: [oidc.allowInsecureRequests],
    })
    expect(config.clientMetadata()).toMatchObject({
      redirect_uris: [REDIRECT_URI],
      client_secret: expect.any(String),
      registration_access_token: expect.any(String),
      client_secret_expires_at: 0,
    })
    const { tokens } = await signIn(config)
    expect(decodeProtectedHeader(tokens.id_token ?? '').alg).toBe('ES256')
  })

  describe('a device', () => {
    test('gets tokens when the person has allowed it on another device (RFC 8628)', async () => {
      const config = await discover({ auth: 'none', grantTypes: [DEVICE_CODE, 'refresh_token'], redirectUris: [] })
      const asked = await oidc.initiateDeviceAuthorization(config, { scope: 'openid offline_access' })
      expect(asked.verification_uri_complete).toContain(asked.user_code)
      const poll = () => oidc.genericGrantRequest(config, DEVICE_CODE, { device_code: asked.device_code })
      expect(await refusal(poll())).toEqual({ error: 'authorization_pending', status: 400 })
      await p.allowDevice(new URL(asked.verification_uri_complete ?? ''))
      p.pass((asked.interval ?? 5) * 1000)
      const tokens = await oidc.pollDeviceAuthorizationGrant(config, { ...asked, interval: 0 })
      expect(tokens.claims()?.aud).toBe(config.clientMetadata().client_id)
      expect(tokens.refresh_token).toBeString()
      p.pass(60_000)
      expect((await refusal(poll())).error).toBe('invalid_grant')
    })
  })

  describe('a token', () => {
    test('is introspected by its client, and by no other one (RFC 7662)', async () => {
      const config = await discover(CODE)
      const { tokens } = await signIn(config, { scope: 'openid offline_access', prompt: 'consent' })
      const sub = tokens.claims()?.sub ?? 'none'
      const active = await oidc.tokenIntrospection(config, tokens.refresh_token ?? '')
      expect(active).toMatchObject({ active: true, client_id: config.clientMetadata().client_id, sub })
      expect(await oidc.tokenIntrospection(config, 'nothing')).toMatchObject({ active: false })
      if (isOurs) {
        const byOther = await oidc.tokenIntrospection(await discover(CODE), tokens.refresh_token ?? '')
        expect(Object.entries(byOther)).toEqual([['active', false]])
        expect(await oidc.tokenIntrospection(config, tokens.access_token)).toMatchObject({ active: true, sub })
      }
    })

    test('that is revoked has ended, with all that belongs to it (RFC 7009 §2.1)', async () => {
      const config = await discover(CODE)
      const { tokens } = await signIn(config, { scope: 'openid offline_access', prompt: 'consent' })
      await oidc.tokenRevocation(config, 'nothing')
      await oidc.tokenRevocation(config, tokens.refresh_token ?? '')
      expect((await refusal(oidc.refreshTokenGrant(config, tokens.refresh_token ?? ''))).error).toBe('invalid_grant')
      expect((await refusal(oidc.fetchUserInfo(config, tokens.access_token, oidc.skipSubjectCheck))).status).toBe(401)
    })
  })

  describe('a pushed request (RFC 9126)', () => {
    test.each(['client_secret_basic', 'none'] as const)('of a client of the method %s gives a code', async (auth) => {
      const config = await discover({ ...CODE, auth })
      const { tokens } = await signIn(config, {}, { pushed: true })
      expect(tokens.claims()?.sub).toBeString()
    })

    test('works once', async () => {
      const config = await discover(CODE)
      const url = await oidc.buildAuthorizationUrlWithPAR(config, {
        redirect_uri: REDIRECT_URI,
        scope: 'openid',
        code_challenge: await oidc.calculatePKCECodeChallenge(oidc.randomPKCECodeVerifier()),
        code_challenge_method: 'S256',
      })
      expect([...url.searchParams.keys()].sort()).toEqual(['client_id', 'request_uri'])
      expect((await p.allow(url)).searchParams.get('code')).toBeString()
      const again = await openBrowser(p.issuer).go(url)
      expect(again.url.searchParams.get('code')).toBeNull()
    })
  })

  describe('DPoP (RFC 9449)', () => {
    test('binds the tokens of a public client to its key, with nonces of the server', async () => {
      const config = await discover({ ...PUBLIC, dpop: true })
      const keys = await oidc.randomDPoPKeyPair('ES256')
      const dpop = oidc.getDPoPHandle(config, keys)
      const { tokens } = await signIn(config, { scope: 'openid offline_access', prompt: 'consent' }, { dpop })
      expect(tokens.token_type).toBe('dpop')
      const sub = tokens.claims()?.sub ?? 'none'
      expect((await oidc.fetchUserInfo(config, tokens.access_token, sub, { DPoP: dpop })).sub).toBe(sub)
      expect((await refusal(oidc.fetchUserInfo(config, tokens.access_token, sub))).status).toBe(401)
      const next = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? '', undefined, { DPoP: dpop })
      expect(next.token_type).toBe('dpop')
      const thief = oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair('ES256'))
      const stolen = oidc.refreshTokenGrant(config, next.refresh_token ?? '', undefined, { DPoP: thief })
      expect((await refusal(stolen)).error).toMatch(/^invalid_(?:grant|dpop_proof)$/)
      const foreign = oidc.fetchUserInfo(config, next.access_token, sub, { DPoP: thief })
      expect((await refusal(foreign)).status).toBe(401)
    })

    test('binds a machine', async () => {
      const config = await discover({ ...MACHINE, dpop: true })
      const dpop = oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair('Ed25519'))
      const tokens = await oidc.clientCredentialsGrant(config, { resource: API, scope: 'notes:read' }, { DPoP: dpop })
      expect(tokens.token_type).toBe('dpop')
      expect(decodeJwt(tokens.access_token).cnf).toEqual({ jkt: expect.any(String) })
    })
  })

  describe('the end of the session (RP-Initiated Logout)', () => {
    const AFTER = 'https://client.example.com/signed-out'

    test('leads back to the client with its state, and the session is over', async () => {
      const config = await discover({ ...CODE, postLogoutRedirectUris: [AFTER] })
      const browser = await p.browser()
      const { tokens } = await signIn(config, {}, { browser })
      const url = oidc.buildEndSessionUrl(config, {
        post_logout_redirect_uri: AFTER,
        id_token_hint: tokens.id_token ?? '',
        state: 'the state',
      })
      expect((await p.signOut(browser, url)).href).toBe(`${AFTER}?state=the+state`)
      const silent = await browser.go(
        oidc.buildAuthorizationUrl(config, {
          redirect_uri: REDIRECT_URI,
          scope: 'openid',
          prompt: 'none',
          code_challenge: await oidc.calculatePKCECodeChallenge(oidc.randomPKCECodeVerifier()),
          code_challenge_method: 'S256',
        }),
      )
      expect(silent.url.searchParams.get('error')).toBe('login_required')
    })
  })

  test('knows every endpoint from the metadata, and only what it can do', async () => {
    const metadata = (await discover(CODE)).serverMetadata()
    expect(metadata.issuer).toBe(p.issuer)
    expect(metadata.response_types_supported).toContain('code')
    if (!isOurs) return
    expect(metadata.response_types_supported).toEqual(['code'])
    expect(metadata.code_challenge_methods_supported).toEqual(['S256'])
    expect(metadata.authorization_response_iss_parameter_supported).toBe(true)
    expect(metadata.scopes_supported).toEqual(expect.arrayContaining(['openid', 'profile', 'email', 'offline_access']))
    expect(API_SCOPES).toHaveLength(2)
  })
})
