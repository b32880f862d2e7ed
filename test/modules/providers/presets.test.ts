/** Providers without an ID token, and providers with a protocol of their own. The answers have their form; the network is a local one. */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { exportJWK, exportPKCS8, generateKeyPair, jwtVerify, SignJWT } from 'jose'
import { call } from '../../support/client.ts'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'
import { type Browser, openBrowser } from './support/browser.ts'
import { type FakeGitHub, fakeGitHub, GITHUB_ENV } from './support/fake-github.ts'
import { outcomeOf, rowsOf, whoIs } from './support/world.ts'

let t: TestApp
afterEach(() => t.close())

/** To the provider, and back with this answer. */
async function signIn(id: string, answer: Record<string, string> = { code: 'good' }, browser = openBrowser(t)) {
  const { url } = await browser.goUntil(`${ORIGIN}/v1/auth/providers/${id}/start`, /^https:\/\/(?!api\.test)/)
  const asked = new URL(url)
  const back = new URL(`${ORIGIN}/v1/auth/providers/${id}/callback`)
  for (const [name, value] of Object.entries({ state: asked.searchParams.get('state') ?? '', ...answer }))
    back.searchParams.set(name, value)
  return { asked, browser, outcome: outcomeOf(await browser.go(back.href)) }
}

const emailIn = async (browser: Browser) => (await whoIs(t, browser)).body.email

describe('GitHub', () => {
  let github: FakeGitHub
  beforeEach(async () => {
    github = fakeGitHub()
    t = await createTestApp({ env: GITHUB_ENV })
    t.foreign.answer = github.answer
  })

  test('signs in by its number and its verified primary e-mail, with PKCE and no nonce', async () => {
    const { asked, browser, outcome } = await signIn('github')
    expect(outcome).toBe('signed in')
    expect(asked.origin + asked.pathname).toBe('https://github.com/login/oauth/authorize')
    expect(Object.fromEntries(asked.searchParams)).toMatchObject({
      scope: 'read:user user:email',
      code_challenge_method: 'S256',
      redirect_uri: `${ORIGIN}/v1/auth/providers/github/callback`,
    })
    expect(asked.searchParams.has('nonce')).toBeFalse()
    expect(github.forms[0]?.get('code_verifier')).toMatch(/^[\w-]{43}$/)
    expect(await emailIn(browser)).toBe('octocat@example.com')
    expect(await rowsOf(t, 'identities')).toMatchObject([
      { issuer: 'https://github.com/login/oauth', subject: '583231' },
    ])
  })

  test('is the same person after a new login and e-mail, and another one under an old login', async () => {
    await signIn('github')
    github.user = {
      ...github.user,
      login: 'renamed',
      emails: [{ email: 'new@example.com', primary: true, verified: true }],
    }
    expect((await signIn('github')).outcome).toBe('signed in')
    expect(await rowsOf(t, 'users')).toHaveLength(1)
    github.user = { id: 9, login: 'octocat', name: null, emails: github.user.emails }
    const { browser, outcome } = await signIn('github')
    expect([outcome, await emailIn(browser)]).toEqual(['signed in', 'new@example.com'])
    expect((await rowsOf(t, 'users')).map(({ name }) => name)).toEqual(['The Octocat', 'octocat'])
  })

  test('takes no unverified primary e-mail, no other one, and not the one of the profile', async () => {
    for (const emails of [
      [{ email: 'a@example.com', primary: true, verified: false }],
      [{ email: 'a@example.com', primary: false, verified: true }],
      [],
    ]) {
      github.user.emails = emails
      expect((await signIn('github')).outcome).toBe('identity.email_unverified')
    }
    expect(await rowsOf(t, 'users')).toEqual([])
  })

  const wrong: [name: string, url: string, answer: () => Response, code: string][] = [
    ['its API fails', 'https://api.github.com/user', () => new Response('', { status: 502 }), 'provider.unavailable'],
    [
      'its API refuses',
      'https://api.github.com/user',
      () => Response.json({}, { status: 403 }),
      'provider.answer_invalid',
    ],
    [
      'a user has no number',
      'https://api.github.com/user',
      () => Response.json({ login: 'x' }),
      'provider.answer_invalid',
    ],
    [
      'a number is text',
      'https://api.github.com/user',
      () => Response.json({ id: '5', login: 'x' }),
      'provider.answer_invalid',
    ],
    [
      'its e-mails are no list',
      'https://api.github.com/user/emails',
      () => Response.json({}),
      'provider.answer_invalid',
    ],
    [
      'its API redirects',
      'https://api.github.com/user',
      () => Response.redirect('https://evil.example/', 302),
      'provider.answer_invalid',
    ],
    ['its API answers HTML', 'https://api.github.com/user', () => new Response('<p>'), 'provider.answer_invalid'],
    [
      'its API answers 10 MB',
      'https://api.github.com/user',
      () => new Response('x'.repeat(10_000_000)),
      'provider.answer_invalid',
    ],
  ]
  test.each(wrong)('opens no session when %s', async (_, url, answer, code) => {
    github.instead[url] = answer
    expect((await signIn('github')).outcome).toBe(code)
    expect(await rowsOf(t, 'users')).toEqual([])
  })

  test('opens no session for an unknown code, which the provider answers with 200', async () => {
    expect((await signIn('github', { code: 'bad' })).outcome).toBe('provider.answer_invalid')
    expect((await signIn('github', { code: 'good', iss: 'https://evil.example' })).outcome).toBe(
      'provider.answer_invalid',
    )
    expect((await signIn('github', { error: 'access_denied' })).outcome).toBe('provider.denied')
  })
})

test('Discord signs in by its id and its verified e-mail', async () => {
  t = await createTestApp({
    env: {
      ...GITHUB_ENV,
      OIDC_PROVIDERS: JSON.stringify([{ id: 'discord', preset: 'discord', clientId: 'c', clientSecret: 's' }]),
    },
  })
  const user = {
    id: '80351110224678912',
    username: 'nelly',
    global_name: 'Nelly',
    email: 'nelly@example.com',
    verified: true,
  }
  const answers: Record<string, unknown> = {
    'https://discord.com/api/oauth2/token': { access_token: 'token', token_type: 'Bearer' },
    'https://discord.com/api/v10/users/@me': user,
  }
  t.foreign.answer = async (url) => Response.json(answers[url])
  user.verified = false
  expect((await signIn('discord')).outcome).toBe('identity.email_unverified')
  user.verified = true
  const { asked, browser, outcome } = await signIn('discord')
  expect([outcome, asked.searchParams.get('scope'), await emailIn(browser)]).toEqual([
    'signed in',
    'identify email',
    'nelly@example.com',
  ])
  expect(await rowsOf(t, 'identities')).toMatchObject([{ issuer: 'https://discord.com', subject: user.id }])
})

describe('Apple', () => {
  test('signs in: asked by form_post, and with a client secret signed for each request', async () => {
    const keys = await generateKeyPair('ES256', { extractable: true })
    const apple = await generateKeyPair('RS256', { extractable: true })
    const settings = {
      id: 'apple',
      preset: 'apple',
      clientId: 'com.example.web',
      teamId: 'TEAM123456',
      keyId: 'KEY1234567',
      privateKey: await exportPKCS8(keys.privateKey),
    }
    t = await createTestApp({ env: { ...GITHUB_ENV, OIDC_PROVIDERS: JSON.stringify([settings]) } })
    t.clock.advance(Date.now() - t.clock.now())
    let nonce = ''
    const secrets: string[] = []
    const issuer = 'https://appleid.apple.com'
    t.foreign.answer = async (url, init) => {
      switch (url) {
        case `${issuer}/.well-known/openid-configuration`:
          return Response.json({
            issuer,
            authorization_endpoint: `${issuer}/auth/authorize`,
            token_endpoint: `${issuer}/auth/token`,
            jwks_uri: `${issuer}/auth/keys`,
            id_token_signing_alg_values_supported: ['RS256'],
            token_endpoint_auth_methods_supported: ['client_secret_post'],
          })
        case `${issuer}/auth/keys`:
          return Response.json({
            keys: [{ ...(await exportJWK(apple.publicKey)), kid: 'a', alg: 'RS256', use: 'sig' }],
          })
        default: {
          secrets.push(new URLSearchParams(String(init?.body)).get('client_secret') ?? '')
          const claims = { email: 'ada@privaterelay.appleid.com', email_verified: 'true', nonce }
          const idToken = await new SignJWT(claims)
            .setProtectedHeader({ alg: 'RS256', kid: 'a' })
            .setIssuer(issuer)
            .setAudience('com.example.web')
            .setSubject('001.abc')
            .setIssuedAt()
            .setExpirationTime('5m')
            .sign(apple.privateKey)
          return Response.json({ access_token: 'a', token_type: 'Bearer', id_token: idToken })
        }
      }
    }
    const browser = openBrowser(t)
    const { url } = await browser.goUntil(`${ORIGIN}/v1/auth/providers/apple/start`, /^https:\/\/appleid/)
    const asked = new URL(url).searchParams
    expect([asked.get('response_mode'), asked.get('scope')]).toEqual(['form_post', 'openid email name'])
    nonce = asked.get('nonce') ?? ''
    // As a browser does it: from Apple's page, so without our cookie.
    const form = new URLSearchParams({
      code: 'c',
      state: asked.get('state') ?? '',
      user: '{"name":{"firstName":"Ada","lastName":"Lovelace"},"email":"eve@example.com"}',
    })
    const sentOn = await t.app.handle(
      new Request(`${ORIGIN}/v1/auth/providers/apple/callback`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', origin: issuer },
        body: form.toString(),
      }),
    )
    expect([sentOn.status, sentOn.headers.getSetCookie()]).toEqual([303, []])
    expect(outcomeOf(await browser.go(sentOn.headers.get('location') ?? ''))).toBe('signed in')
    expect(await emailIn(browser)).toBe('ada@privaterelay.appleid.com')
    expect((await rowsOf(t, 'users')).map(({ name }) => name)).toEqual(['Ada Lovelace'])
    const { payload, protectedHeader } = await jwtVerify(secrets[0] ?? '', keys.publicKey, {
      issuer: 'TEAM123456',
      subject: 'com.example.web',
      audience: issuer,
    })
    expect(protectedHeader).toEqual({ alg: 'ES256', kid: 'KEY1234567' })
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBeLessThanOrEqual(300)
  })

  test('a form is taken on no other route, and of no other provider', async () => {
    t = await createTestApp({ env: GITHUB_ENV })
    const post = (path: string) =>
      call(t, `POST ${path}`, { headers: { 'content-type': 'application/x-www-form-urlencoded' } })
    expect((await post('/v1/auth/providers/github/callback')).body.code).toBe('provider.not_found')
    for (const path of [
      '/v1/auth/sign-in',
      '/v1/auth/sign-in?/v1/auth/providers/apple/callback',
      '/v1/auth/refresh#/v1/auth/providers/apple/callback',
      '/v1/auth/providers/apple/callback/',
      '/v1/auth/providers/../../me/v1/auth/providers/apple/callbacks',
    ])
      expect((await post(path)).status, path).toBe(415)
  })
})

describe('Microsoft', () => {
  const TENANT = '9122040d-6c67-4c5b-b112-36a304b66dad'
  const host = 'https://login.microsoftonline.com'
  let claims: Record<string, unknown>

  /** The endpoint of all tenants, whose metadata name no one of them. */
  async function open(tenant: string): Promise<void> {
    const keys = await generateKeyPair('RS256', { extractable: true })
    const settings = { id: 'microsoft', preset: 'microsoft', tenant, clientId: 'threeger', clientSecret: 'secret' }
    t = await createTestApp({ env: { ...GITHUB_ENV, OIDC_PROVIDERS: JSON.stringify([settings]) } })
    t.clock.advance(Date.now() - t.clock.now())
    t.foreign.answer = async (url) => {
      if (url.endsWith('/.well-known/openid-configuration'))
        return Response.json({
          issuer: `${host}/{tenantid}/v2.0`,
          authorization_endpoint: `${host}/${tenant}/oauth2/v2.0/authorize`,
          token_endpoint: `${host}/${tenant}/oauth2/v2.0/token`,
          jwks_uri: `${host}/${tenant}/discovery/v2.0/keys`,
          id_token_signing_alg_values_supported: ['RS256'],
          token_endpoint_auth_methods_supported: ['client_secret_post'],
        })
      if (url.endsWith('/keys'))
        return Response.json({ keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'm', use: 'sig' }] })
      const idToken = await new SignJWT({ aud: 'threeger', sub: 'pairwise', tid: TENANT, ...claims })
        .setProtectedHeader({ alg: 'RS256', kid: 'm' })
        .setIssuedAt()
        .setExpirationTime('5m')
        .sign(keys.privateKey)
      return Response.json({ access_token: 'a', token_type: 'Bearer', id_token: idToken })
    }
  }

  async function outcomeWith(said: Record<string, unknown>): Promise<string> {
    const browser = openBrowser(t)
    const { url } = await browser.goUntil(`${ORIGIN}/v1/auth/providers/microsoft/start`, /^https:\/\/login/)
    const { searchParams } = new URL(url)
    claims = { iss: `${host}/${TENANT}/v2.0`, nonce: searchParams.get('nonce'), ...said }
    const back = `${ORIGIN}/v1/auth/providers/microsoft/callback?code=c&state=${searchParams.get('state')}`
    return outcomeOf(await browser.go(back))
  }

  test('is believed of an e-mail only where it says that the tenant owns its domain', async () => {
    await open('common')
    const email = 'ada@contoso.example'
    for (const said of [
      { email },
      { email, email_verified: true },
      { email, xms_edov: false },
      { email, xms_edov: '0' },
    ])
      expect(await outcomeWith(said)).toBe('identity.email_unverified')
    expect(await rowsOf(t, 'users')).toEqual([])
    expect(await outcomeWith({ email, xms_edov: true })).toBe('signed in')
    expect(await rowsOf(t, 'identities')).toMatchObject([{ issuer: `${host}/${TENANT}/v2.0`, subject: 'pairwise' }])
  })

  test('speaks for a tenant as that tenant alone', async () => {
    await open('common')
    const said = { email: 'ada@contoso.example', xms_edov: true }
    for (const iss of [`${host}/another-tenant/v2.0`, `${host}/{tenantid}/v2.0`, 'https://evil.example/v2.0'])
      expect(await outcomeWith({ ...said, iss })).toBe('provider.answer_invalid')
    expect(await outcomeWith({ ...said, tid: 'another-tenant' })).toBe('provider.answer_invalid')
  })
})
