/** An OpenID provider that signs users in at once, and sends false answers if a test asks for them. */
import { createHash } from 'node:crypto'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose'
import type { Person } from './real-provider.ts'

type Keys = Awaited<ReturnType<typeof generateKeyPair>>

/** What it does differently from an honest one. Each is asked for at its moment. */
export interface Lies {
  /** Changes or removes (undefined) claims of the ID token. */
  claims?: Record<string, unknown>
  /** Replaces the ID token. */
  idToken?: (honest: JWTPayload, keys: Keys, kid: string) => Promise<string | undefined> | string | undefined
  /** Replaces parameters of the answer on the way back; undefined removes one. */
  answer?: Record<string, string | undefined>
  metadata?: Record<string, unknown>
  /** Replaces a whole answer, by the path asked. */
  respond?: (path: string, request: Request) => Response | undefined | Promise<Response | undefined>
  /** What /userinfo says; by default the claims of the person. */
  userinfo?: Record<string, unknown>
  /** Takes any verifier, and a code any number of times. */
  careless?: boolean
}

export interface FakeProvider {
  issuer: string
  person: Person
  lies: Lies
  /** Paths asked, in order. */
  asked: string[]
  stop(): void
}

const KID = 'key-1'

export async function startFakeProvider(): Promise<FakeProvider> {
  const keys = await generateKeyPair('RS256', { extractable: true })
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: KID, alg: 'RS256', use: 'sig' }
  const codes = new Map<string, { nonce: string | null; challenge: string | null; clientId: string | null }>()
  const fake: FakeProvider = {
    issuer: '',
    person: { sub: 'ada-1', email: 'ada@example.com', email_verified: true, name: 'Ada' },
    lies: {},
    asked: [],
    stop: () => void server.stop(true),
  }

  function authorize({ searchParams }: URL): Response {
    const code = crypto.randomUUID()
    codes.set(code, {
      nonce: searchParams.get('nonce'),
      challenge: searchParams.get('code_challenge'),
      clientId: searchParams.get('client_id'),
    })
    const back = new URL(searchParams.get('redirect_uri') ?? '')
    const answer = { code, state: searchParams.get('state') ?? undefined, iss: fake.issuer, ...fake.lies.answer }
    for (const [name, value] of Object.entries(answer)) if (value !== undefined) back.searchParams.set(name, value)
    return Response.redirect(back.href, 302)
  }

  async function token(request: Request): Promise<Response> {
    const form = new URLSearchParams(await request.text())
    const code = form.get('code') ?? ''
    const granted = codes.get(code)
    const { careless, claims, idToken } = fake.lies
    if (!careless) codes.delete(code)
    const shown = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url')
    if (!granted || (!careless && (shown !== granted.challenge || form.get('client_secret') !== 'secret')))
      return Response.json({ error: 'invalid_grant' }, { status: 400 })
    const now = Math.floor(Date.now() / 1000)
    const honest: JWTPayload = {
      iss: fake.issuer,
      aud: granted.clientId ?? '',
      iat: now,
      exp: now + 300,
      ...(granted.nonce === null ? {} : { nonce: granted.nonce }),
      ...fake.person,
      ...claims,
    }
    const sign = () => new SignJWT(honest).setProtectedHeader({ alg: 'RS256', kid: KID }).sign(keys.privateKey)
    const signed = idToken ? await idToken(honest, keys, KID) : await sign()
    return Response.json({
      access_token: 'an-access-token-of-the-provider',
      refresh_token: 'a-refresh-token-of-the-provider',
      token_type: 'Bearer',
      expires_in: 3600,
      ...(signed === undefined ? {} : { id_token: signed }),
    })
  }

  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    idleTimeout: 60,
    async fetch(request) {
      const url = new URL(request.url)
      fake.asked.push(url.pathname)
      const instead = await fake.lies.respond?.(url.pathname, request)
      if (instead) return instead
      switch (url.pathname) {
        case '/.well-known/openid-configuration':
          return Response.json({
            issuer: fake.issuer,
            authorization_endpoint: `${fake.issuer}/authorize`,
            token_endpoint: `${fake.issuer}/token`,
            userinfo_endpoint: `${fake.issuer}/userinfo`,
            jwks_uri: `${fake.issuer}/jwks`,
            response_types_supported: ['code'],
            subject_types_supported: ['public'],
            id_token_signing_alg_values_supported: ['RS256'],
            token_endpoint_auth_methods_supported: ['client_secret_post'],
            authorization_response_iss_parameter_supported: true,
            code_challenge_methods_supported: ['S256'],
            ...fake.lies.metadata,
          })
        case '/jwks':
          return Response.json({ keys: [jwk] })
        case '/authorize':
          return authorize(url)
        case '/token':
          return token(request)
        case '/userinfo':
          return Response.json(fake.lies.userinfo ?? fake.person)
        default:
          return new Response('', { status: 404 })
      }
    },
  })
  fake.issuer = `http://127.0.0.1:${server.port}`
  return fake
}

/** alg none (RFC 7519 §6). */
export const unsigned = (claims: JWTPayload): string => new UnsecuredJWT(claims).encode()
