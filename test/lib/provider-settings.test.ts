/** OIDC_PROVIDERS and RETURN_URLS: what is refused at the start, by name and without a word of what was written. */
import { describe, expect, test } from 'bun:test'
import { ConfigError, parseConfig } from '../../src/config.ts'

const SECRET = 'a-secret-nobody-may-read'
const BASE = { APP_SECRET: 'test secret of more than thirty-two bytes', RETURN_URLS: 'https://app.example.com/in' }
const parse = (providers: unknown, env: Record<string, string> = {}) =>
  parseConfig({
    ...BASE,
    OIDC_PROVIDERS: typeof providers === 'string' ? providers : JSON.stringify(providers),
    ...env,
  })

/** What the start says. */
function refusal(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
  return 'accepted'
}

const google = { id: 'google', preset: 'google', clientId: 'c', clientSecret: SECRET }
const acme = { id: 'acme', issuer: 'https://sso.acme.example', clientId: 'c', clientSecret: SECRET }
const apple = {
  id: 'apple',
  preset: 'apple',
  clientId: 'c',
  teamId: 'T',
  keyId: 'K',
  privateKey: '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n',
}

describe('providers', () => {
  test('come from presets and from issuers, nothing trusted or stored unless it is said', () => {
    const { providers } = parse([
      google,
      acme,
      apple,
      { ...google, id: 'contoso', preset: 'microsoft', tenant: 'contoso.com', name: 'Contoso', trustEmail: true },
      { ...google, id: 'gh', preset: 'github' },
      { ...google, id: 'gl', preset: 'gitlab', issuer: 'https://git.example.com' },
      { ...google, id: 'dc', preset: 'discord', allowSignUp: false, storeTokens: true, scopes: ['identify'] },
    ])
    expect(providers.map(({ id, name, kind, issuer }) => [id, name, kind, issuer])).toEqual([
      ['google', 'Google', 'oidc', 'https://accounts.google.com'],
      ['acme', 'acme', 'oidc', 'https://sso.acme.example'],
      ['apple', 'Apple', 'oidc', 'https://appleid.apple.com'],
      ['contoso', 'Contoso', 'oidc', 'https://login.microsoftonline.com/contoso.com/v2.0'],
      ['gh', 'GitHub', 'github', 'https://github.com/login/oauth'],
      ['gl', 'GitLab', 'oidc', 'https://git.example.com'],
      ['dc', 'Discord', 'discord', 'https://discord.com'],
    ])
    expect(providers[0]).toMatchObject({ storeTokens: false, trustEmail: false, allowSignUp: true, formPost: false })
    expect(providers[2]).toMatchObject({ formPost: true, secret: { teamId: 'T', keyId: 'K' } })
    expect(providers[6]).toMatchObject({ storeTokens: true, allowSignUp: false, scopes: ['identify'] })
    expect(parseConfig(BASE).providers).toEqual([])
  })

  const wrong: [name: string, providers: unknown, says: string][] = [
    ['no JSON', `[{"clientSecret":"${SECRET}"`, 'must be a JSON array'],
    ['an object', google, 'must be a JSON array'],
    ['a text', [SECRET], 'provider 1: must be an object'],
    ['an unknown preset', [{ ...google, preset: SECRET }], 'provider 1: preset must be one of google'],
    ['a preset of Object', [{ ...google, preset: 'constructor' }], 'provider 1: preset must be one of google'],
    ['no client secret', [{ ...google, clientSecret: undefined }], 'provider 1: (google) clientSecret is missing'],
    ['an empty client secret', [{ ...google, clientSecret: '' }], '(google) clientSecret is not'],
    ['a secret for an id', [{ ...google, id: `${SECRET}!` }], 'provider 1: id is not'],
    ['an upper-case id', [{ ...google, id: 'Google' }], 'provider 1: id is not'],
    ['a field too many', [{ ...google, issuer: 'https://evil.example' }], '(google) issuer is not known'],
    ['a secret for a field', [{ ...google, [`${SECRET}`]: 1 }], '(google) a field is not known'],
    ['two of one id', [google, acme, google], 'provider 3 (google): another provider has the same id'],
    [
      'an http issuer elsewhere',
      [{ ...acme, issuer: 'http://sso.acme.example' }],
      '(acme) issuer must be an https URL',
    ],
    ['an issuer that is none', [{ ...acme, issuer: SECRET }], '(acme) issuer must be an https URL'],
    ['an issuer with a password', [{ ...acme, issuer: `https://u:${SECRET}@x.example` }], '(acme) issuer must have no'],
    ['scopes without openid', [{ ...acme, scopes: ['email'] }], '(acme) scopes must include openid'],
    ['a scope with a space', [{ ...acme, scopes: ['openid email'] }], '(acme) scopes is not'],
    ['a boolean as text', [{ ...acme, trustEmail: 'true' }], '(acme) trustEmail is not'],
    ['no tenant', [{ ...google, preset: 'microsoft' }], '(google) tenant is missing'],
    ['a tenant that is a path', [{ ...google, preset: 'microsoft', tenant: '../evil' }], '(google) tenant is not'],
    [
      'trust in the e-mails of everybody',
      [{ ...google, preset: 'microsoft', tenant: 'common', trustEmail: true }],
      '(google) trustEmail must not be set',
    ],
    ['Apple with no key', [{ ...apple, privateKey: SECRET }], '(apple) privateKey is not'],
  ]
  test.each(wrong)('refuse %s', (_, providers, says) => {
    const message = refusal(() => parse(providers))
    expect(message).toStartWith('OIDC_PROVIDERS: ')
    expect(message).toContain(says)
    expect(message).not.toContain(SECRET)
  })

  test('on this machine may be without TLS, but not in production', () => {
    const local = [{ ...acme, issuer: 'http://127.0.0.1:4000' }]
    expect(parse(local).providers).toHaveLength(1)
    const production = { NODE_ENV: 'production', APP_URL: 'https://id.example.com' }
    expect(refusal(() => parse(local, production))).toContain('(acme) issuer must be an https URL')
  })
})

describe('return URLs', () => {
  test('are asked for where there are providers', () => {
    expect(refusal(() => parse([google], { RETURN_URLS: '' }))).toStartWith('RETURN_URLS: is missing')
  })

  test.each([
    'app.example.com',
    '/relative',
    '//app.example.com/x',
    'http://app.example.com/x',
    'javascript:alert(1)',
    'data:text/html,x',
    'https://app.example.com/x#y',
    'https://*.example.com/',
    'https://user:password@app.example.com/',
    'https://app.example.com/a/../b',
    'https://APP.example.com/x',
    'com.example.app:/in',
  ])('refuse %s', (url) => {
    expect(refusal(() => parse([google], { RETURN_URLS: `https://ok.example.com/,${url}` }))).toStartWith(
      'RETURN_URLS: entry 2 must be',
    )
  })

  test('on this machine may be without TLS, but not in production', () => {
    const env = { RETURN_URLS: 'http://localhost:5173/in' }
    expect(parse([google], env).returnUrls).toEqual(['http://localhost:5173/in'])
    const production = { NODE_ENV: 'production', APP_URL: 'https://id.example.com' }
    expect(refusal(() => parse([google], { ...env, ...production }))).toStartWith('RETURN_URLS: entry 1 must be')
  })
})
