/**
 * The same requests to this project and to oidc-provider, and the parts of their answers that the specifications fix. A difference
 * stands in its row with the reason.
 */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { createHash } from 'node:crypto'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { startPeer } from './support/peer.ts'
import { API, type NewClient, REDIRECT_URI, startOurs, type TestProvider } from './support/provider.ts'

setDefaultTimeout(300_000)

const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk' // RFC 7636 Appendix B
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url')
const CLIENT: NewClient = {
  auth: 'client_secret_basic',
  grantTypes: ['authorization_code', 'refresh_token', 'client_credentials'],
  redirectUris: [REDIRECT_URI],
}

interface Side {
  provider: TestProvider
  metadata: Record<string, string>
  id: string
  secret: string
}

let sides: [Side, Side]
beforeAll(async () => {
  sides = [await sideOf(await startOurs()), await sideOf(await startPeer())]
})
afterAll(async () => {
  for (const { provider } of sides ?? []) await provider.stop()
})

async function sideOf(provider: TestProvider): Promise<Side> {
  const answer = await fetch(`${provider.issuer}/.well-known/openid-configuration`)
  return { provider, metadata: (await answer.json()) as Record<string, string>, ...(await provider.client(CLIENT)) }
}

/** What ours answers, and what oidc-provider answers. */
const both = async <Result>(ask: (side: Side) => Promise<Result>): Promise<[Result, Result]> => [
  await ask(sides[0]),
  await ask(sides[1]),
]

const authorizeUrl = ({ metadata, id }: Side, changes: Record<string, string | undefined>): URL => {
  const url = new URL(metadata.authorization_endpoint ?? '')
  const parameters = {
    client_id: id,
    redirect_uri: REDIRECT_URI,
    response_type: 'code',
    scope: 'openid',
    state: 'the state',
    nonce: 'the nonce',
    code_challenge: CHALLENGE,
    code_challenge_method: 'S256',
    ...changes,
  }
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) url.searchParams.set(name, value)
  return url
}

const basic = ({ id, secret }: Pick<Side, 'id' | 'secret'>) => ({ authorization: `Basic ${btoa(`${id}:${secret}`)}` })

async function post(url: string, body: string | Record<string, string>, headers: Record<string, string> = {}) {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: typeof body === 'string' ? body : new URLSearchParams(body).toString(),
  })
  const text = await answer.text()
  const isJson = answer.headers.get('content-type')?.startsWith('application/json') === true
  return { answer, body: (isJson && text !== '' ? JSON.parse(text) : {}) as Record<string, unknown> }
}

/** Status, error, and the headers of RFC 6749 §5.1, §5.2. */
async function refusal(asked: ReturnType<typeof post>) {
  const { answer, body } = await asked
  return {
    status: answer.status,
    error: body.error,
    isStored: !/no-store/.test(answer.headers.get('cache-control') ?? ''),
    challenge: answer.headers.get('www-authenticate')?.split(' ')[0] ?? null,
  }
}

describe('the authorization endpoint refuses alike', () => {
  test.each([
    ['an unknown response_type', { response_type: 'magic' }, 'unsupported_response_type'],
    ['no response_type', { response_type: undefined }, 'invalid_request'],
    ['no code_challenge', { code_challenge: undefined, code_challenge_method: undefined }, 'invalid_request'],
    ['a plain code_challenge', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['an unknown code_challenge_method', { code_challenge_method: 'S512' }, 'invalid_request'],
    ['prompt=none with another prompt', { prompt: 'none login' }, 'invalid_request'],
    ['prompt=none for a stranger', { prompt: 'none' }, 'login_required'],
    ['a negative max_age', { max_age: '-1' }, 'invalid_request'],
    ['an unknown resource', { resource: 'https://unknown.example.com' }, 'invalid_target'],
    ['a request object', { request: 'e30.e30.' }, 'request_not_supported'],
    // No specification names this error; oidc-provider calls it unsupported_response_mode.
    ['an unknown response_mode', { response_mode: 'magic' }, /^(?:invalid_request|unsupported_response_mode)$/],
  ] as const)('%s', async (_, changes, error) => {
    for (const side of sides) {
      const answer = await fetch(authorizeUrl(side, changes), { redirect: 'manual' })
      const location = new URL(answer.headers.get('location') ?? 'about:blank')
      expect([302, 303], side.provider.name).toContain(answer.status)
      expect(
        {
          to: location.origin + location.pathname,
          error: location.searchParams.get('error'),
          state: location.searchParams.get('state'),
          iss: location.searchParams.get('iss'),
        },
        side.provider.name,
      ).toEqual({
        to: REDIRECT_URI,
        error: expect.stringMatching(error),
        state: 'the state',
        iss: side.provider.issuer,
      })
    }
  })

  test.each([
    ['an unknown client', { client_id: 'nobody' }],
    ['no client', { client_id: undefined }],
    ['another redirect URI', { redirect_uri: `${REDIRECT_URI}/more` }],
    ['a redirect URI in other letters', { redirect_uri: REDIRECT_URI.replace('client', 'CLIENT') }],
  ] as const)('%s, without leading anywhere', async (_, changes) => {
    const answers = await both((side) => fetch(authorizeUrl(side, changes), { redirect: 'manual' }))
    for (const { status, headers } of answers) expect([status, headers.get('location')]).toEqual([400, null])
  })
})

describe('the token endpoint refuses alike', () => {
  test.each([
    ['no grant_type', {}, { status: 400, error: 'invalid_request', isStored: false, challenge: null }],
    [
      'an unknown grant_type',
      { grant_type: 'magic' },
      { status: 400, error: 'unsupported_grant_type', isStored: false, challenge: null },
    ],
    [
      'a password',
      { grant_type: 'password', username: 'a', password: 'b' },
      { status: 400, error: 'unsupported_grant_type', isStored: false, challenge: null },
    ],
    [
      'a code that is none',
      { grant_type: 'authorization_code', code: 'nothing', redirect_uri: REDIRECT_URI, code_verifier: VERIFIER },
      { status: 400, error: 'invalid_grant', isStored: false, challenge: null },
    ],
    [
      'no code',
      { grant_type: 'authorization_code', redirect_uri: REDIRECT_URI },
      { status: 400, error: 'invalid_request', isStored: false, challenge: null },
    ],
    [
      'a refresh token that is none',
      { grant_type: 'refresh_token', refresh_token: 'nothing' },
      { status: 400, error: 'invalid_grant', isStored: false, challenge: null },
    ],
    [
      'no refresh token',
      { grant_type: 'refresh_token' },
      { status: 400, error: 'invalid_request', isStored: false, challenge: null },
    ],
    [
      'an unknown resource',
      { grant_type: 'client_credentials', resource: 'https://unknown.example.com' },
      { status: 400, error: 'invalid_target', isStored: false, challenge: null },
    ],
  ] as const)('%s', async (_, body, expected) => {
    for (const side of sides) {
      const { provider, metadata } = side
      const asked = post(metadata.token_endpoint ?? '', body as Record<string, string>, basic(side))
      expect(await refusal(asked), provider.name).toEqual(expected)
    }
  })

  test('a parameter that comes twice (RFC 6749 §3.2)', async () => {
    const answers = await both((side) =>
      refusal(
        post(
          side.metadata.token_endpoint ?? '',
          'grant_type=client_credentials&grant_type=client_credentials',
          basic(side),
        ),
      ),
    )
    for (const answer of answers) expect(answer).toMatchObject({ status: 400, error: 'invalid_request' })
  })

  test('a wrong secret in the header, with a challenge (RFC 6749 §5.2)', async () => {
    const answers = await both((side) =>
      refusal(
        post(
          side.metadata.token_endpoint ?? '',
          { grant_type: 'client_credentials' },
          basic({ id: side.id, secret: 'wrong' }),
        ),
      ),
    )
    for (const answer of answers)
      expect(answer).toEqual({ status: 401, error: 'invalid_client', isStored: false, challenge: 'Basic' })
  })
})

describe('tokens of both', () => {
  /** Tokens of a person who allowed all. */
  async function signIn(side: Side, changes: Record<string, string> = {}) {
    const back = await side.provider.allow(
      authorizeUrl(side, { scope: 'openid email offline_access', prompt: 'consent', ...changes }),
    )
    const body = {
      grant_type: 'authorization_code',
      code: back.searchParams.get('code') ?? '',
      redirect_uri: REDIRECT_URI,
      code_verifier: VERIFIER,
    }
    return post(side.metadata.token_endpoint ?? '', body, basic(side))
  }

  test('have the same members, and the same headers', async () => {
    const [ours, theirs] = await both((side) => signIn(side))
    expect(Object.keys(ours.body).sort()).toEqual(Object.keys(theirs.body).sort())
    for (const { answer, body } of [ours, theirs]) {
      expect(answer.headers.get('cache-control')).toContain('no-store')
      expect(body).toMatchObject({ token_type: 'Bearer', expires_in: expect.any(Number) })
      expect(String(body.scope).split(' ').sort()).toEqual(['email', 'offline_access', 'openid'])
    }
  })

  test('ID tokens have every claim of the other one, with the same meaning', async () => {
    const [ours, theirs] = await both((side) => signIn(side, { max_age: '1000' }))
    const [mine, other] = [String(ours.body.id_token), String(theirs.body.id_token)]
    expect(decodeProtectedHeader(mine).alg).toBe(decodeProtectedHeader(other).alg ?? 'none')
    const [claims, reference] = [decodeJwt(mine), decodeJwt(other)]
    for (const name of Object.keys(reference)) expect(Object.keys(claims)).toContain(name)
    for (const { nonce, auth_time } of [claims, reference]) {
      expect(nonce).toBe('the nonce')
      expect(auth_time).toBeNumber()
    }
    // OpenID Connect Core §3.1.3.6: optional with a code. Ours has it.
    const half = createHash('sha256').update(String(ours.body.access_token)).digest().subarray(0, 16)
    expect(claims.at_hash).toBe(half.toString('base64url'))
    expect([claims.aud, reference.aud]).toEqual([sides[0].id, sides[1].id])
  })

  test('access tokens for an API have the claims of RFC 9068 §2.2', async () => {
    const [ours, theirs] = await both(async (side) => {
      const body = { grant_type: 'client_credentials', resource: API, scope: 'notes:read' }
      return String((await post(side.metadata.token_endpoint ?? '', body, basic(side))).body.access_token)
    })
    expect(decodeProtectedHeader(ours).typ).toBe(decodeProtectedHeader(theirs).typ ?? 'none')
    expect(Object.keys(decodeJwt(ours)).sort()).toEqual(Object.keys(decodeJwt(theirs)).sort())
  })

  test('userinfo answers with the claims of the scopes, and challenges without a token (RFC 6750 §3)', async () => {
    const answers = await both(async (side) => {
      const url = side.metadata.userinfo_endpoint ?? ''
      const { body } = await signIn(side)
      const info = await fetch(url, { headers: { authorization: `Bearer ${body.access_token}` } })
      const wrong = await fetch(url, { headers: { authorization: 'Bearer nothing' } })
      const without = await fetch(url)
      return {
        claims: Object.keys((await info.json()) as object).sort(),
        wrong: [wrong.status, /error="?invalid_token/.test(wrong.headers.get('www-authenticate') ?? '')],
        // §3.1: a request without credentials gets no error code. oidc-provider calls it invalid_request, 400.
        without: without.headers.get('www-authenticate')?.split(' ')[0] ?? 'none',
      }
    })
    expect(answers[0].claims).toEqual(answers[1].claims)
    for (const { wrong } of answers) expect(wrong).toEqual([401, true])
    expect(answers[0].without).toBe('Bearer')
  })
})

test('discovery: ours says everything that OpenID Connect Discovery §3 requires and recommends, as oidc-provider does', () => {
  const [ours, theirs] = sides.map(({ metadata }) => Object.keys(metadata))
  const required = [
    'issuer',
    'authorization_endpoint',
    'token_endpoint',
    'userinfo_endpoint',
    'jwks_uri',
    'scopes_supported',
    'response_types_supported',
    'subject_types_supported',
    'id_token_signing_alg_values_supported',
    'claims_supported',
    'code_challenge_methods_supported',
    'authorization_response_iss_parameter_supported',
  ]
  for (const name of required) for (const names of [ours, theirs]) expect(names).toContain(name)
})
