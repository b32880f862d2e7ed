/** The page at which a person decides about an app of an organisation: it has its look, and stays a page of the server. */
import { afterEach, beforeEach, expect, test } from 'bun:test'
import type { Org } from '../../../src/modules/orgs/schema.ts'
import { call, signInWithCookie, signUp } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import { authorize, REDIRECT, visit } from '../authorize/support/browser.ts'

let t: TestApp
beforeEach(async () => {
  t = await createTestApp()
})
afterEach(() => t.close())

async function consentOfClient(branding: unknown) {
  const owner = await signUp(t, 'owner@example.com')
  const token = owner.accessToken
  const { body: org } = await call<Org>(t, 'POST /v1/orgs', { token, body: { name: 'Acme Internal', slug: 'acme' } })
  const published = await call(t, `PATCH /v1/orgs/${org.id}`, { token, body: { settings: { branding } } })
  expect(published.status, published.text).toBe(200)
  const client = await call<{ clientId: string }>(t, 'POST /v1/oauth-clients', {
    token,
    body: {
      name: 'Board',
      orgId: org.id,
      redirectUris: [REDIRECT],
      grantTypes: ['authorization_code'],
      tokenEndpointAuthMethod: 'none',
    },
  })
  expect(client.status, client.text).toBe(201)
  const cookie = await signInWithCookie(t, 'owner@example.com')
  const asked = await authorize(t, { id: client.body.clientId }, {}, cookie)
  if (asked.to === undefined) throw new Error(asked.text)
  return visit(t, asked.to, { cookie })
}

test('it has the colour and the logo that the organisation publishes, and its name beside that of the server', async () => {
  const { status, text, headers } = await consentOfClient({ name: 'Acme', color: '#0f766e' })
  expect([status, text.includes('>Acme · Threeger ID<')]).toEqual([200, true])
  expect(text).toMatch(/<link rel="stylesheet" href="\/branding\/orgs\/acme\/colors\.css\?v=/)
  expect(text).toContain('This page is a service of Threeger ID.')
  expect(text).toContain('Check that the address bar shows')
  expect(text).not.toContain('Acme Internal')
  expect(headers.get('content-security-policy')).not.toMatch(/http:|\*|unsafe/)
})

test('without a name of its own it has that of the organisation, beside that of the server', async () => {
  const { text } = await consentOfClient({ supportUrl: 'https://evil.example/help' })
  expect(text).toContain('>Acme Internal · Threeger ID<')
  expect(text).toContain('This page is a service of Threeger ID.')
})

test('without branding it looks as every page', async () => {
  const { status, text } = await consentOfClient(null)
  expect([status, text.includes('>Threeger ID<'), text.includes('/branding/')]).toEqual([200, true, false])
})
