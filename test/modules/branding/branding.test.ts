/** Brands of organisations, over HTTP: who sees what, and what is refused. */
import { afterEach, beforeEach, describe, expect, spyOn, test } from 'bun:test'
import { brandOfOrg } from '../../../src/modules/branding/brand-of-org.ts'
import type { Org } from '../../../src/modules/orgs/schema.ts'
import { call, signUp } from '../../support/client.ts'
import { executeOn } from '../../support/sql.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'

const SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><rect width="1" height="1"/></svg>'
const dataUrl = (bytes: string, type = 'image/svg+xml') => `data:${type};base64,${btoa(bytes)}`
const PNG = '\x89PNG\r\n\x1a\n rest'

let t: TestApp
let token: string
let org: Org
const execute = executeOn(() => t)
beforeEach(async () => {
  t = await createTestApp({ env: { TERMS_URL: 'https://id.example/terms' } })
  token = (await signUp(t, 'owner@example.com')).accessToken
  org = (await call<Org>(t, 'POST /v1/orgs', { token, body: { name: 'Acme Internal', slug: 'acme' } })).body
})
afterEach(() => t.close())

const publish = (branding: unknown) =>
  call<Org & { errors: { path: string; message: string }[] }>(t, `PATCH /v1/orgs/${org.id}`, {
    token,
    body: { settings: { branding } },
  })
const none = { name: null, color: null, logo: null, termsUrl: null, privacyUrl: null, supportUrl: null }

test('is null until something is set, merges what changes, and is null again', async () => {
  expect(org.settings.branding).toBeNull()
  expect((await publish({ name: 'Acme', color: '#0F766E' })).body.settings.branding).toEqual({
    ...none,
    name: 'Acme',
    color: '#0F766E',
  })
  const links = { termsUrl: 'https://acme.example/terms', supportUrl: 'mailto:help@acme.example' }
  expect((await publish(links)).body.settings.branding).toMatchObject({ name: 'Acme', ...links })
  expect((await publish({ name: null })).body.settings.branding).toMatchObject({ name: null, color: '#0F766E' })
  expect((await publish(null)).body.settings.branding).toBeNull()
  expect((await publish({ name: null })).body.settings.branding).toBeNull()
})

describe('refuses', () => {
  test.each([
    ['the name of the server', { name: 'threeger  ＩＤ' }],
    ['the name of the server with a letter of another script', { name: 'Thrееger ID' }],
    ['the name of the server with capitals of another script', { name: 'ТHREEGER ID' }],
    ['the name of the server with a letter that looks like one', { name: 'Threeger lD' }],
    ['the name of the server with a blank letter', { name: 'Threeger\u3164ID' }],
    ['the name of the server with a soft hyphen', { name: 'Three\u00adger ID' }],
    ['the name of the server with a tag', { name: 'Threeger ID\u{e0041}' }],
    ['a name with markup', { name: '<b>Acme</b>' }],
    ['a name that nobody sees', { name: '\u200b\u2060' }],
    ['a name that turns letters', { name: 'Acme\u202e' }],
    ['a long name', { name: 'x'.repeat(61) }],
    ['a colour by name', { color: 'red' }],
    ['a colour that is more', { color: '#ffffff;}body{display:none' }],
    ['a picture elsewhere', { logo: 'https://evil.example/logo.png' }],
    ['a picture that is a page', { logo: dataUrl('<html>', 'text/html') }],
    ['a page as a picture', { logo: dataUrl('<html><script>alert(1)</script></html>') }],
    ['a PNG that is none', { logo: dataUrl('<script>', 'image/png') }],
    ['a picture that is too large', { logo: dataUrl(`${SVG}${' '.repeat(9100)}`) }],
    ['a link to a script', { termsUrl: 'javascript:alert(1)' }],
    ['a link to http', { termsUrl: 'http://acme.example' }],
    ['a link with a user', { privacyUrl: 'https://bank.example@evil.example' }],
    ['support with a subject', { supportUrl: 'mailto:a@b.example?subject=x' }],
    ['support that is data', { supportUrl: 'data:text/html,x' }],
    ['a field that there is not', { css: '--page: red' }],
    ['a list', []],
    ['a text', 'red'],
  ])('%s', async (_, branding) => {
    const { status, body, text } = await publish(branding)
    expect([status, body.errors[0]?.path.startsWith('/settings/branding')]).toEqual([422, true])
    // 422 never echoes what was sent.
    expect(text).not.toMatch(/evil|alert|display:none/)
    const { body: after } = await call<Org>(t, `GET /v1/orgs/${org.id}`, { token })
    expect(after.settings.branding).toBeNull()
  })

  test('a member, who is no admin', async () => {
    const other = (await signUp(t, 'other@example.com')).accessToken
    const { status } = await call(t, `PATCH /v1/orgs/${org.id}`, {
      token: other,
      body: { settings: { branding: { name: 'Mine' } } },
    })
    expect(status).toBe(404)
  })
})

test('takes pictures of each type', async () => {
  for (const logo of [dataUrl(SVG), dataUrl(PNG, 'image/png'), dataUrl('\xff\xd8\xff\xe0', 'image/jpeg')])
    expect((await publish({ logo })).body.settings.branding?.logo).toBe(logo)
})

describe('for strangers', () => {
  const NAME = 'Acme'
  const filesOf = async (slug: string) => {
    const [logo, colors] = [
      await call(t, `GET /branding/orgs/${slug}/logo`),
      await call(t, `GET /branding/orgs/${slug}/colors.css`),
    ]
    return [logo, colors].map(({ status, headers, text }) => ({
      status,
      type: headers.get('content-type'),
      text: text.replace(/"requestId":"[^"]+"/, ''),
    }))
  }

  test('an organisation without branding looks as one that does not exist, and so does a deleted one', async () => {
    const nobody = await filesOf('nobody')
    expect(nobody.map(({ status }) => status)).toEqual([404, 404])
    expect(await filesOf('acme')).toEqual(nobody)
    await publish({ logo: dataUrl(SVG), color: '#0f766e' })
    t.clock.advance(6_000)
    expect((await filesOf('acme')).map(({ status }) => status)).toEqual([200, 200])
    expect((await call(t, `DELETE /v1/orgs/${org.id}`, { token })).status).toBe(204)
    t.clock.advance(6_000)
    expect(await filesOf('acme')).toEqual(nobody)
  })

  test('only what was published is shown, under its own name', async () => {
    await publish({ name: 'Acme', color: '#0f766e' })
    expect(JSON.stringify(await brandOfOrg(t.deps, 'acme'))).not.toContain('Acme Internal')
  })

  test.each([{ color: '#0f766e' }, { logo: dataUrl(SVG) }, { supportUrl: 'https://evil.example/help' }])(
    'without a name of its own it has that of the organisation, beside the server: %j',
    async (branding) => {
      await publish(branding)
      const found = await brandOfOrg(t.deps, 'acme')
      expect(found?.brand).toMatchObject({ name: 'Acme Internal', server: 'Threeger ID' })
      expect(found?.brand.logo === undefined).toBe(!('logo' in branding))
    },
  )

  test('an organisation with the name of the server shows nothing of its own', async () => {
    await publish({ logo: dataUrl(SVG), supportUrl: 'https://evil.example/help' })
    for (const name of ['Threeger ID', 'Threeger\u3164ID', 'Тhreeger ID']) {
      await execute('UPDATE organisations SET name = ? WHERE id = ?', name, org.id)
      t.clock.advance(6_000)
      expect(await brandOfOrg(t.deps, 'acme')).toBeUndefined()
    }
    const branding = JSON.stringify({ branding: { name: 'THREEGER-ID', color: '#0f766e' } })
    await execute("UPDATE organisations SET name = 'Acme', settings = ? WHERE id = ?", branding, org.id)
    t.clock.advance(6_000)
    expect(await brandOfOrg(t.deps, 'acme')).toBeUndefined()
  })

  test('a page of an organisation names the server too', async () => {
    await publish({ name: NAME, termsUrl: 'https://acme.example/terms' })
    const found = await brandOfOrg(t.deps, 'acme')
    expect(found?.brand).toMatchObject({
      name: NAME,
      server: 'Threeger ID',
      logo: undefined,
      links: { terms: 'https://acme.example/terms' },
    })
  })

  test('costs one round trip, and then none for a while, whether it exists or not', async () => {
    await publish({ name: NAME })
    const trips = spyOn(t.deps.db.$client, 'execute')
    for (const slug of ['acme', 'nobody']) {
      trips.mockClear()
      for (let time = 0; time < 3; time++) await brandOfOrg(t.deps, slug)
      expect([slug, trips.mock.calls.length]).toEqual([slug, 1])
    }
    trips.mockClear()
    for (const slug of ['', 'A', '../acme', 'x'.repeat(64), 'acme\u0000'])
      expect(await brandOfOrg(t.deps, slug)).toBeUndefined()
    expect(trips.mock.calls).toEqual([])
    t.clock.advance(6_000)
    await brandOfOrg(t.deps, 'acme')
    expect(trips.mock.calls.length).toBe(1)
    trips.mockRestore()
  })

  test('what an import has stored past the checks is not shown', async () => {
    const bad = { name: NAME, logo: dataUrl('<html>'), termsUrl: 'javascript:alert(1)', supportUrl: 'data:,x' }
    await execute('UPDATE organisations SET settings = ? WHERE id = ?', JSON.stringify({ branding: bad }), org.id)
    const found = await brandOfOrg(t.deps, 'acme')
    expect(found?.logo).toBeUndefined()
    expect(found?.brand.links).toEqual({ terms: 'https://id.example/terms', privacy: undefined, support: undefined })
  })
})
