/** Shared tenants are recognised in every spelling, and metadata may name only the configured issuer (security.md 30). */
import { describe, expect, test } from 'bun:test'
import { parseConfig } from '../../src/config.ts'
import { isMicrosoft, isSharedTenant, issuerOfToken, maySpeakAs } from '../../src/lib/provider-issuers.ts'

const CONSUMERS = '9188040d-6c67-4c5b-b112-36a304b66dad'
const TENANT = '9122040d-6c67-4c5b-b112-36a304b66dad'
const BASE = { APP_SECRET: 'test secret of more than thirty-two bytes', RETURN_URLS: 'https://app.example.com/in' }
const trusting = (provider: Record<string, string>) => () =>
  parseConfig({
    ...BASE,
    OIDC_PROVIDERS: JSON.stringify([
      { id: 'ms', preset: 'oidc', clientId: 'c', clientSecret: 's', trustEmail: true, ...provider },
    ]),
  })

describe('trustEmail is refused for a tenant of everybody', () => {
  test.each(['common', 'Common', 'COMMON', 'organizations', 'Organizations', 'consumers', 'CONSUMERS', CONSUMERS])(
    'of the preset: %s',
    (tenant) => {
      for (const spelt of [tenant, tenant.toUpperCase(), `${tenant}.`])
        expect(trusting({ preset: 'microsoft', tenant: spelt }), spelt).toThrow('trustEmail must not be set')
    },
  )

  test.each([
    'https://login.microsoftonline.com/common/v2.0',
    'https://LOGIN.MicrosoftOnline.com/common/v2.0',
    'https://login.microsoftonline.com:443/Common/v2.0/',
    'https://login.microsoftonline.com./common/v2.0',
    'https://login。microsoftonline。com/common/v2.0',
    'https://login.microsoftonline.com//common//v2.0',
    'https://login.microsoftonline.com/%63ommon/v2.0',
    'https://login.microsoftonline.com/x/../common/V2.0',
    'https://login.microsoftonline.com/common',
    'https://login.microsoftonline.com/',
    `https://login.microsoftonline.com/${CONSUMERS.toUpperCase()}/v2.0`,
    'https://login.microsoftonline.com/%7Btenantid%7D/v2.0',
    'https://login.microsoftonline.com/common/policy/v2.0',
    'https://login.microsoftonline.com/%zz/v2.0',
    'https://login.microsoftonline.com/anything-else/v2.0',
    `https://sts.windows.net/${CONSUMERS}/`,
    'https://sts.windows.net/common/',
    'https://login.windows.net/organizations/v2.0',
    'https://login.microsoftonline.us/common/v2.0',
    'https://login.partner.microsoftonline.cn/organizations/v2.0',
    'https://login.chinacloudapi.cn/common',
    'https://login.microsoftonline.de/common/v2.0',
    'https://contoso.ciamlogin.com/common/v2.0',
  ])('of an issuer: %s', (issuer) => {
    expect(isMicrosoft(issuer)).toBeTrue()
    expect(trusting({ issuer })).toThrow('trustEmail must not be set')
    expect(trusting({ preset: 'gitlab', issuer })).toThrow('trustEmail must not be set')
  })

  test.each([
    `https://login.microsoftonline.com/${TENANT}/v2.0`,
    `https://LOGIN.microsoftonline.com/${TENANT.toUpperCase()}/v2.0/`,
    'https://login.microsoftonline.com/contoso.example/v2.0',
    'https://login.microsoftonline.us/contoso.onmicrosoft.us/v2.0',
    `https://sts.windows.net/${TENANT}/`,
    `https://${TENANT}.ciamlogin.com/${TENANT}/v2.0`,
    'https://sso.acme.example/common/v2.0',
    'https://login.microsoftonline.com.evil.example/common/v2.0',
  ])('and taken for one of one’s own: %s', (issuer) => {
    expect(isSharedTenant(issuer)).toBeFalse()
    expect(trusting({ issuer })).not.toThrow()
  })
})

test('an issuer is refused at the start when it is the address of its metadata', () => {
  expect(trusting({ issuer: 'https://sso.acme.example/.well-known/openid-configuration' })).toThrow(
    'issuer must be the issuer itself',
  )
})

describe('metadata may name', () => {
  const microsoft = 'https://login.microsoftonline.com'
  const b2c = 'https://contoso.b2clogin.com'
  const right: [string, string][] = [
    ['https://sso.acme.example', 'https://sso.acme.example/'],
    ['https://SSO.acme.example:443/a', 'https://sso.acme.example/a'],
    [`${microsoft}/common/v2.0`, `${microsoft}/{tenantid}/v2.0`],
    [`${microsoft}/Organizations/v2.0/`, `${microsoft}/{tenantid}/v2.0`],
    [`${microsoft}/consumers/v2.0`, `${microsoft}/${CONSUMERS}/v2.0`],
    [`${microsoft}/contoso.example/v2.0`, `${microsoft}/${TENANT}/v2.0`],
    [`${microsoft}/${TENANT.toUpperCase()}/v2.0`, `${microsoft}/${TENANT}/v2.0`],
    [`${microsoft}/common`, 'https://sts.windows.net/{tenantid}/'],
    [`${microsoft}/${TENANT}`, `https://sts.windows.net/${TENANT}/`],
    [`${b2c}/contoso.onmicrosoft.com/B2C_1_in/v2.0`, `${b2c}/${TENANT}/v2.0/`],
    [`${b2c}/tfp/${TENANT}/b2c_1_in/v2.0/`, `${b2c}/tfp/${TENANT}/b2c_1_in/v2.0/`],
  ]
  test.each(right)('at %s: %s', (configured, announced) => {
    expect(maySpeakAs(configured, announced)).toBeTrue()
  })

  const wrong: [string, string][] = [
    ['https://sso.acme.example', 'https://accounts.google.com'],
    ['https://sso.acme.example/a', 'https://sso.acme.example/b'],
    ['https://sso.acme.example', 'http://sso.acme.example'],
    ['https://sso.acme.example', 'nonsense'],
    [`${b2c}/contoso.onmicrosoft.com/B2C_1_in/v2.0`, 'https://accounts.google.com'],
    [`${b2c}/contoso.onmicrosoft.com/B2C_1_in/v2.0`, `https://other.b2clogin.com/${TENANT}/v2.0/`],
    [`${b2c}/contoso.onmicrosoft.com/B2C_1_in/v2.0`, `http://contoso.b2clogin.com/${TENANT}/v2.0/`],
    [`${b2c}/contoso.onmicrosoft.com/B2C_1_in/v2.0`, `${microsoft}/{tenantid}/v2.0`],
    [`${b2c}/${CONSUMERS}/B2C_1_in/v2.0`, `${b2c}/${TENANT}/v2.0/`],
    [`${b2c}/contoso.onmicrosoft.com/B2C_1_in/v2.0`, `${b2c}/anything/v2.0/`],
    [`${microsoft}/common/v2.0`, 'https://accounts.google.com'],
    [`${microsoft}/common/v2.0`, `${microsoft}/${TENANT}/v2.0`],
    [`${microsoft}/consumers/v2.0`, `${microsoft}/{tenantid}/v2.0`],
    [`${microsoft}/${TENANT}/v2.0`, `${microsoft}/${CONSUMERS}/v2.0`],
    [`${microsoft}/${TENANT}/v2.0`, `${microsoft}/{tenantid}/v2.0`],
    [`${microsoft}/contoso.example/v2.0`, `${microsoft}/{tenantid}/v2.0`],
    [`${microsoft}/common/v2.0`, 'https://sts.windows.net/{tenantid}/'],
    [`${microsoft}/common/v2.0`, `https://evil.example/{tenantid}/v2.0`],
  ]
  test.each(wrong)('at %s not %s', (configured, announced) => {
    expect(maySpeakAs(configured, announced)).toBeFalse()
  })
})

test('a token of a multi-tenant provider has the issuer of its tenant, which is an id and no pattern', () => {
  const announced = 'https://login.microsoftonline.com/{tenantid}/v2.0'
  expect(issuerOfToken(announced, TENANT)).toBe(`https://login.microsoftonline.com/${TENANT}/v2.0`)
  for (const tid of [
    undefined,
    null,
    5,
    '',
    'common',
    '{tenantid}',
    '$&',
    "$'",
    `${TENANT}/v2.0#`,
    TENANT.toUpperCase(),
  ])
    expect(issuerOfToken(announced, tid)).toBeUndefined()
  expect(issuerOfToken('https://sso.acme.example', undefined)).toBe('https://sso.acme.example')
})
