/** A claim of a provider counts only with its proof: issuer, audience, time, and each e-mail from one document (security.md 30). */
import { describe, expect, setDefaultTimeout, test } from 'bun:test'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'
import { openBrowser } from './support/browser.ts'
import { type FakeProvider, type Lies, unsigned } from './support/fake-provider.ts'
import { fakeGitHub, GITHUB_ENV } from './support/fake-github.ts'
import { besideFakeProvider, createWorld, outcomeOf, rowsOf, START } from './support/world.ts'

setDefaultTimeout(300_000)

let fake: FakeProvider
let t: TestApp
besideFakeProvider((provider, app) => {
  fake = provider
  t = app
})

async function signIn(lies: Lies = {}): Promise<string> {
  fake.lies = lies
  return outcomeOf(await openBrowser(t).go(START))
}
const now = () => Math.floor(Date.now() / 1000)
const names = async () => (await rowsOf(t, 'users')).map(({ name }) => name)

describe('a signed ID token is refused', () => {
  test.each<[string, () => Record<string, unknown>]>([
    ['with a foreign azp beside a single audience', () => ({ azp: 'another-client' })],
    ['with a foreign azp beside a list of one', () => ({ aud: ['threeger'], azp: 'another-client' })],
    ['with an azp that is no text', () => ({ azp: ['threeger'] })],
    ['dated an hour ahead', () => ({ iat: now() + 3600, exp: now() + 7200 })],
    ['dated six minutes ahead', () => ({ iat: now() + 360, exp: now() + 7200 })],
    ['decades old', () => ({ iat: 946_684_800 })],
    ['of the epoch', () => ({ iat: 0 })],
    ['of yesterday', () => ({ iat: now() - 86_400 })],
    ['from before any date', () => ({ iat: -1e15 })],
    ['of a sign-in in the future', () => ({ auth_time: now() + 3600 })],
    ['of a sign-in at a time that is none', () => ({ auth_time: 'yesterday' })],
  ])('%s', async (_, claims) => {
    expect(await signIn({ claims: claims() })).toBe('provider.answer_invalid')
    expect(await rowsOf(t, 'users')).toEqual([])
    expect(await rowsOf(t, 'sessions')).toEqual([])
  })

  test.each<[string, () => Record<string, unknown>]>([
    ['its own azp', () => ({ azp: 'threeger' })],
    ['a date five minutes back, as of Microsoft', () => ({ iat: now() - 300 })],
    ['a clock that is a little ahead', () => ({ iat: now() + 60 })],
  ])('and taken with %s', async (_, claims) => {
    expect(await signIn({ claims: claims() })).toBe('signed in')
  })
})

describe('an e-mail is verified by the document it stands in', () => {
  const unverified: [string, Lies][] = [
    [
      'verified in the ID token, told by the UserInfo',
      { claims: { email: undefined, email_verified: true }, userinfo: { sub: 'ada-1', email: 'ada@example.com' } },
    ],
    [
      'told by the ID token, verified in a UserInfo without it',
      { claims: { email_verified: undefined }, userinfo: { sub: 'ada-1', email_verified: true } },
    ],
    [
      'denied by the ID token, verified by the UserInfo',
      {
        claims: { email_verified: false, name: undefined },
        userinfo: { sub: 'ada-1', email: 'ada@example.com', email_verified: true },
      },
    ],
  ]
  test.each(unverified)('and not so: %s', async (_, lies) => {
    expect(await signIn(lies)).toBe('identity.email_unverified')
    expect(await rowsOf(t, 'users')).toEqual([])
  })

  test('another address in the UserInfo is the one that is verified there', async () => {
    const userinfo = { sub: 'ada-1', email: 'real@example.com', email_verified: 'true' }
    expect(await signIn({ claims: { email_verified: undefined }, userinfo })).toBe('signed in')
    expect((await rowsOf(t, 'users')).map(({ email }) => email)).toEqual(['real@example.com'])
  })
})

describe('the UserInfo', () => {
  const asked = () => fake.asked.filter((path) => path === '/userinfo').length

  test('is not asked where the ID token says all, and is where e-mail, verification or name is missing', async () => {
    await signIn()
    expect(asked()).toBe(0)
    for (const [index, missing] of ['email', 'email_verified', 'name'].entries()) {
      const sub = `person-${index}`
      const userinfo = { sub, email: `${sub}@example.com`, email_verified: true, name: 'From UserInfo' }
      const claims = { ...userinfo, name: 'From the token', [missing]: undefined }
      expect(await signIn({ claims, userinfo }), missing).toBe('signed in')
      expect(asked(), missing).toBe(index + 1)
    }
    expect((await rowsOf(t, 'users')).map(({ email, name }) => [email, name])).toEqual([
      ['ada@example.com', 'Ada'],
      ['person-0@example.com', 'From the token'],
      ['person-1@example.com', 'From the token'],
      ['person-2@example.com', 'From UserInfo'],
    ])
  })

  test('of another subject is refused, also if only a name was missing', async () => {
    const userinfo = { sub: 'eve', name: 'Eve' }
    expect(await signIn({ claims: { name: undefined }, userinfo })).toBe('provider.answer_invalid')
    expect(await rowsOf(t, 'users')).toEqual([])
  })

  test('that does not answer does not block a known account or a verified e-mail; other sign-ins get its error', async () => {
    await signIn()
    const at =
      (response: () => Response): NonNullable<Lies['respond']> =>
      (path) =>
        path === '/userinfo' ? response() : undefined
    const answers: [() => Response, string][] = [
      [() => new Response('', { status: 503 }), 'provider.unavailable'],
      [() => new Response('', { status: 403 }), 'provider.answer_invalid'],
      [() => new Response('<p>'), 'provider.answer_invalid'],
      [
        () => new Response('not a token', { headers: { 'content-type': 'application/jwt' } }),
        'provider.answer_invalid',
      ],
    ]
    for (const [index, [response, code]] of answers.entries()) {
      const respond = at(response)
      expect(await signIn({ claims: { email: undefined, name: undefined }, respond })).toBe('signed in')
      const sub = `person-${index}`
      expect(await signIn({ claims: { sub, email: undefined }, respond })).toBe(code)
      expect(await signIn({ claims: { sub, email: `${sub}@example.com`, name: undefined }, respond })).toBe('signed in')
    }
    expect((await rowsOf(t, 'identities'))[0]?.email).toBe('ada@example.com') // what was said before is kept
  })

  test('may be a JWT, signed by a key of the provider for us: any other is refused', async () => {
    let keys: Parameters<NonNullable<Lies['idToken']>>[1] | undefined
    const idToken: Lies['idToken'] = (honest, own, kid) => {
      keys = own
      return new SignJWT(honest).setProtectedHeader({ alg: 'RS256', kid }).sign(own.privateKey)
    }
    const other = await generateKeyPair('RS256')
    const claims = { sub: 'ada-1', email: 'ada@example.com', email_verified: true, iss: fake.issuer, aud: 'threeger' }
    const saying = (jwt: () => Promise<string> | string): Lies => ({
      idToken,
      metadata: { userinfo_signing_alg_values_supported: ['RS256'] },
      claims: { email: undefined },
      respond: async (path) =>
        path === '/userinfo'
          ? new Response(await jwt(), { headers: { 'content-type': 'application/jwt' } })
          : undefined,
    })
    const signed = (said: Record<string, unknown>, by = keys) =>
      new SignJWT(said).setProtectedHeader({ alg: 'RS256', kid: 'key-1' }).sign((by ?? other).privateKey)
    for (const jwt of [
      () => signed(claims, other),
      () => unsigned(claims),
      () => signed({ ...claims, sub: 'eve' }),
      () => signed({ ...claims, iss: 'https://accounts.google.com' }),
      () => signed({ ...claims, aud: 'another-client' }),
    ])
      expect(await signIn(saying(jwt))).toBe('provider.answer_invalid')
    expect(await rowsOf(t, 'users')).toEqual([])
    expect(await signIn(saying(() => signed(claims)))).toBe('signed in')
  })
})

describe('a name', () => {
  const people: [string, Record<string, unknown>, string][] = [
    ['of two parts', { name: undefined, given_name: 'Ada', family_name: 'Lovelace' }, 'Ada Lovelace'],
    ['of a first part', { name: '', given_name: ' Ada ' }, 'Ada'],
    ['of a last part', { name: null, family_name: 'Lovelace' }, 'Lovelace'],
    ['that is whole goes before its parts', { name: 'Countess', given_name: 'Ada' }, 'Countess'],
    ['of 200 characters stays', { name: 'x'.repeat(200) }, 'x'.repeat(200)],
    ['of 201 is cut', { name: 'x'.repeat(201) }, 'x'.repeat(200)],
    ['of a megabyte is cut', { name: 'x'.repeat(100_000) }, 'x'.repeat(200)],
    ['is cut between characters', { name: `${'x'.repeat(198)}👩‍👩‍👧‍👧 and more` }, 'x'.repeat(198)],
    ['is cut between letters and not their marks', { name: `${'x'.repeat(199)}e\u0301 and more` }, 'x'.repeat(199)],
    ['of one letter with 500 marks is cut too', { name: `a${'\u0301'.repeat(500)}` }, `a${'\u0301'.repeat(199)}`],
    [
      'has no controls and nothing that turns text',
      { name: 'A\0d\u0007a\u202e \u2066Love\u200flace\u061c' },
      'Ada Lovelace',
    ],
    ['is one line', { name: ' Ada\r\n\tLovelace\u2028 ' }, 'Ada Lovelace'],
    ['keeps no half of a character', { name: 'Ada\ud83d' }, 'Ada'],
    ['keeps joined characters', { name: 'Ada 👩‍👩‍👧‍👧' }, 'Ada 👩‍👩‍👧‍👧'],
    ['that is no text is none', { name: 5, given_name: ['Ada'] }, ''],
  ]
  test.each(people)('%s', async (_, said, name) => {
    expect(await signIn({ claims: said, userinfo: { sub: 'ada-1' } })).toBe('signed in')
    expect(await names()).toEqual([name])
  })
})

describe('a token answer is read in the forms that providers send', () => {
  async function answered(change: Record<string, unknown>): Promise<string> {
    const inner = t.foreign.answer
    t.foreign.answer = async (url, init) => {
      const answer = await inner(url, init)
      if (!url.endsWith('/token')) return answer
      return Response.json({ ...((await answer.json()) as object), ...change })
    }
    return signIn()
  }
  test.each<[string, Record<string, unknown>]>([
    ['refresh_token: null', { refresh_token: null }],
    ['refresh_token: ""', { refresh_token: '' }],
    ['scope: null', { scope: null }],
    ['scope: ""', { scope: '' }],
    ['a list of scopes', { scope: ['openid', 'email'] }],
    ['expires_in as text', { expires_in: '3600' }],
    ['expires_in: null', { expires_in: null }],
    ['expires_in: ""', { expires_in: '' }],
    ['expires_in: "soon"', { expires_in: 'soon' }],
    ['expires_in below nothing', { expires_in: -1 }],
    ['no token_type', { token_type: undefined }],
    ['token_type: null', { token_type: null }],
    ['token_type in capitals', { token_type: 'BEARER' }],
    ['unknown fields', { not_before_policy: 0, foo: { bar: null } }],
  ])('with %s', async (_, change) => {
    expect(await answered(change)).toBe('signed in')
  })

  test.each<[string, Record<string, unknown>]>([
    ['id_token: null', { id_token: null }],
    ['id_token: ""', { id_token: '' }],
    ['access_token: null', { access_token: null }],
    ['a type we cannot use', { token_type: 'mac' }],
  ])('and refused with %s', async (_, change) => {
    expect(await answered(change)).toBe('provider.answer_invalid')
  })

  test('what is kept of one that leaves things out leaves them out', async () => {
    await t.close()
    t = await createWorld(fake.issuer, { settings: { storeTokens: true } })
    expect(await answered({ refresh_token: null, scope: null, expires_in: 'soon' })).toBe('signed in')
    expect(await rowsOf(t, 'identities')).toHaveLength(1)
  })
})

describe('GitHub without leave to read e-mails', () => {
  const emails = 'https://api.github.com/user/emails'
  const github = fakeGitHub()
  async function signInThere(): Promise<string> {
    const browser = openBrowser(t)
    const { url } = await browser.goUntil(`${ORIGIN}/v1/auth/providers/github/start`, /^https:\/\/github/)
    const state = new URL(url).searchParams.get('state')
    return outcomeOf(await browser.go(`${ORIGIN}/v1/auth/providers/github/callback?code=good&state=${state}`))
  }

  test.each([403, 404])(
    '(%i) signs in who is linked, and tells others that the e-mail is not verified',
    async (status) => {
      await t.close()
      t = await createTestApp({ env: GITHUB_ENV })
      t.foreign.answer = github.answer
      github.instead = { [emails]: () => Response.json({ message: 'Resource not accessible' }, { status }) }
      expect(await signInThere()).toBe('identity.email_unverified')
      github.instead = {}
      expect(await signInThere()).toBe('signed in')
      github.instead = { [emails]: () => Response.json({ message: 'Resource not accessible' }, { status }) }
      expect(await signInThere()).toBe('signed in')
      expect((await rowsOf(t, 'identities')).map(({ email }) => email)).toEqual(['octocat@example.com'])
      github.instead = { 'https://api.github.com/user': () => Response.json({}, { status }) }
      expect(await signInThere()).toBe('provider.answer_invalid')
      github.instead = {}
    },
  )
})

describe('a provider behind an address whose issuer openid-client does not compare', () => {
  /** Metadata and keys of a provider at this issuer that claims to be another issuer. */
  async function standAt(configured: string, announced: string, claims: Record<string, unknown>, settings = {}) {
    await t.close()
    const keys = await KEYS
    t = await createWorld(configured, { settings })
    let nonce = ''
    t.foreign.answer = async (url) => {
      if (url.includes('/.well-known/'))
        return Response.json({
          issuer: announced,
          authorization_endpoint: 'https://sso.example/authorize',
          token_endpoint: 'https://sso.example/token',
          jwks_uri: 'https://sso.example/keys',
          id_token_signing_alg_values_supported: ['RS256'],
          token_endpoint_auth_methods_supported: ['client_secret_post'],
        })
      if (url.endsWith('/keys'))
        return Response.json({ keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'k', use: 'sig' }] })
      const idToken = await new SignJWT({ aud: 'threeger', sub: 'ada-1', name: 'Ada', nonce, ...claims })
        .setProtectedHeader({ alg: 'RS256', kid: 'k' })
        .setIssuedAt()
        .setExpirationTime('5m')
        .sign(keys.privateKey)
      return Response.json({ access_token: 'a', token_type: 'Bearer', id_token: idToken })
    }
    const browser = openBrowser(t)
    const there = await browser.goUntil(START, /^https:\/\/sso\.example/)
    if (!there.url.startsWith('https://sso.example')) return outcomeOf(there)
    const { searchParams } = new URL(there.url)
    nonce = searchParams.get('nonce') ?? ''
    const back = `${ORIGIN}/v1/auth/providers/acme/callback?code=c&state=${searchParams.get('state')}`
    return outcomeOf(await browser.go(back))
  }
  const KEYS = generateKeyPair('RS256', { extractable: true })
  const TENANT = '9122040d-6c67-4c5b-b112-36a304b66dad'
  const B2C = 'https://contoso.b2clogin.com/contoso.onmicrosoft.com/B2C_1_in/v2.0'
  const COMMON = 'https://login.microsoftonline.com/common/v2.0'
  const person = { email: 'ada@example.com', email_verified: true }

  test.each([
    [B2C, 'https://accounts.google.com'],
    [B2C, `https://other.b2clogin.com/${TENANT}/v2.0/`],
    [COMMON, 'https://accounts.google.com'],
    [`https://login.microsoftonline.com/${TENANT}/v2.0`, 'https://login.microsoftonline.com/{tenantid}/v2.0'],
  ])('at %s is refused as %s', async (configured, announced) => {
    expect(await standAt(configured, announced, { ...person, iss: announced, tid: TENANT })).toBe(
      'provider.answer_invalid',
    )
    expect(await rowsOf(t, 'identities')).toEqual([])
  })

  test('is accepted for its configured tenant, and each token must be of that tenant', async () => {
    const announced = `https://contoso.b2clogin.com/${TENANT}/v2.0/`
    expect(await standAt(B2C, announced, { ...person, iss: announced })).toBe('signed in')
    for (const iss of ['https://accounts.google.com', announced.slice(0, -1), B2C])
      expect(await standAt(B2C, announced, { ...person, iss })).toBe('provider.answer_invalid')
  })

  test('of Microsoft proves an e-mail by xms_edov, with every spelling of the issuer’s address and with every preset', async () => {
    const iss = `https://login.microsoftonline.com/${TENANT}/v2.0`
    for (const configured of [
      'https://LOGIN.microsoftonline.com/common/v2.0',
      'https://login.microsoftonline.com:443/Common/v2.0/',
      COMMON,
    ]) {
      const announced = 'https://login.microsoftonline.com/{tenantid}/v2.0'
      expect(await standAt(configured, announced, { ...person, iss, tid: TENANT })).toBe('identity.email_unverified')
      const vouched = { email: 'ada@example.com', xms_edov: true, iss, tid: TENANT }
      expect(await standAt(configured, announced, vouched)).toBe('signed in')
      for (const tid of configured === COMMON ? [undefined, 'common', '{tenantid}', '$&', TENANT.toUpperCase()] : [])
        expect(await standAt(configured, announced, { ...vouched, tid })).toBe('provider.answer_invalid')
    }
  })

  test('of a shared tenant domain is not trusted by trustEmail', async () => {
    const consumers = 'https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0'
    const trusting = { trustEmail: true }
    const at = await standAt('https://login.microsoftonline.com/live.example/v2.0', consumers, {}, trusting)
    expect(at).toBe('provider.misconfigured')
    const one = `https://login.microsoftonline.com/${TENANT}/v2.0`
    const own = { email: 'ada@example.com', iss: one }
    expect(await standAt('https://login.microsoftonline.com/contoso.example/v2.0', one, own, trusting)).toBe(
      'signed in',
    )
  })
})

test('a name in the query of a callback is ignored', async () => {
  const browser = openBrowser(t)
  const { url } = await browser.goUntil(START, /\/callback\?/)
  fake.lies = { claims: { name: undefined }, userinfo: { sub: 'ada-1' } }
  expect(outcomeOf(await browser.go(`${url}&name=Mallory`))).toBe('signed in')
  expect(await names()).toEqual([''])
})
