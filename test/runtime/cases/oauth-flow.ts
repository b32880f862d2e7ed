/** The whole way of a client: from a person who allows it to tokens that are verified, refreshed, introspected and ended. */
import { expect } from 'bun:test'
import { createHash } from 'node:crypto'
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose'
import { formWith } from '../../oauth/support/browser.ts'
import { PASSWORD } from '../../support/client.ts'
import { guarantee } from '../case.ts'
import { APP_URL, type Tools } from '../tools.ts'

const API = 'https://notes.example/api'
const REDIRECT_URI = 'https://app.example/callback'
const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk' // RFC 7636 Appendix B
const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

interface Tokens {
  access_token: string
  refresh_token: string
  id_token: string
}

/** The cookie of a new person. */
async function signedIn({ signUp, call }: Tools): Promise<string> {
  const { user } = await signUp('Ada')
  const body = { email: user.email, password: PASSWORD, useCookie: true }
  const { headers } = await call('POST /v1/auth/sign-in', { body, headers: { origin: APP_URL } })
  return headers.getSetCookie()[0]?.split(';')[0] ?? ''
}

export const oauthFlowCases = [
  guarantee(
    'a person lets a client in: code, tokens for its API, userinfo, refresh, introspection, and the end of all',
    [
      'GET /oauth/authorize',
      'GET /oauth/consent',
      'POST /oauth/consent',
      'POST /oauth/token',
      'GET /oauth/userinfo',
      'POST /oauth/introspect',
      'POST /oauth/revoke',
    ],
    async (tools) => {
      const { call, admin } = tools
      const { accessToken: token } = await admin()
      const scopes = [{ name: 'notes:read', description: 'Read notes' }]
      const resource = await call('POST /v1/resources', { token, body: { audience: API, name: 'Notes', scopes } })
      expect(resource.status, resource.text).toBe(201)
      const made = await call<{ clientId: string; clientSecret: string }>('POST /v1/oauth-clients', {
        token,
        body: {
          name: 'Reader',
          redirectUris: [REDIRECT_URI],
          grantTypes: ['authorization_code', 'refresh_token'],
          tokenEndpointAuthMethod: 'client_secret_basic',
        },
      })
      expect(made.status, made.text).toBe(201)
      const { clientId, clientSecret } = made.body
      const client = { ...FORM, authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` }
      const post = async <Body>(path: string, fields: Record<string, string>): Promise<Body> => {
        const answer = await call<Body>(`POST ${path}`, {
          headers: client,
          raw: new URLSearchParams(fields).toString(),
        })
        expect(answer.status, answer.text).toBe(200)
        return answer.body
      }

      const cookie = await signedIn(tools)
      const query = new URLSearchParams({
        client_id: clientId,
        redirect_uri: REDIRECT_URI,
        response_type: 'code',
        scope: 'openid email offline_access notes:read',
        prompt: 'consent',
        resource: API,
        state: 'the state',
        nonce: 'the nonce',
        code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
        code_challenge_method: 'S256',
      })
      const asked = await call(`GET /oauth/authorize?${query}`, { cookie })
      expect(asked.status, asked.text).toBe(302)
      const consent = new URL(asked.headers.get('location') ?? '', APP_URL)
      expect(consent.origin + consent.pathname).toBe(`${APP_URL}/oauth/consent`)
      const page = await call(`GET ${consent.pathname}${consent.search}`, { cookie })
      expect(page.status, page.text).toBe(200)
      const form = formWith(page.text, 'Allow')
      const allowed = await call(`POST ${new URL(form?.action ?? '', APP_URL).pathname}`, {
        cookie,
        headers: { ...FORM, origin: APP_URL },
        raw: new URLSearchParams(form?.fields).toString(),
      })
      expect(allowed.status, allowed.text).toBe(303)
      const { origin, pathname, searchParams } = new URL(allowed.headers.get('location') ?? '')
      expect(origin + pathname).toBe(REDIRECT_URI)
      expect([searchParams.get('state'), searchParams.get('iss')]).toEqual(['the state', APP_URL])

      const redemption = { grant_type: 'authorization_code', redirect_uri: REDIRECT_URI, code_verifier: VERIFIER }
      const tokens = await post<Tokens>('/oauth/token', {
        ...redemption,
        code: searchParams.get('code') ?? '',
        resource: API,
      })
      const keys = createLocalJWKSet(
        (await call<JSONWebKeySet & Record<string, unknown>>('GET /.well-known/jwks.json')).body,
      )
      const idToken = await jwtVerify(tokens.id_token, keys, {
        issuer: APP_URL,
        audience: clientId,
        algorithms: ['RS256'],
      })
      expect(idToken.payload.nonce).toBe('the nonce')
      const forApi = { issuer: APP_URL, audience: API, typ: 'at+jwt', algorithms: ['EdDSA'] }
      const { payload } = await jwtVerify(tokens.access_token, keys, forApi)
      expect(payload).toMatchObject({ sub: idToken.payload.sub, client_id: clientId })

      const own = await post<Tokens>('/oauth/token', {
        grant_type: 'refresh_token',
        refresh_token: tokens.refresh_token,
        resource: APP_URL,
      })
      expect(own.refresh_token).not.toBe(tokens.refresh_token)
      const info = await call('GET /oauth/userinfo', { token: own.access_token })
      expect(info.body).toMatchObject({ sub: idToken.payload.sub ?? '', email: expect.stringContaining('@') })
      expect(await post('/oauth/introspect', { token: own.access_token })).toMatchObject({
        active: true,
        sub: payload.sub,
      })

      const revoked = await call('POST /oauth/revoke', {
        headers: client,
        raw: new URLSearchParams({ token: own.refresh_token }).toString(),
      })
      expect(revoked.status, revoked.text).toBe(200)
      for (const ended of [own.access_token, tokens.access_token, own.refresh_token])
        expect(await post<Record<string, unknown>>('/oauth/introspect', { token: ended })).toEqual({ active: false })
    },
  ),
]
