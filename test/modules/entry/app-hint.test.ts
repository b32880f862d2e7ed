/** The pages for coming in name the app that sent the person there, as far as it is certain who that is. */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { locales } from '../../../src/lib/languages.ts'
import { naughtyStrings } from '../../support/naughty-strings.ts'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'
import { authorize, type Fields, visit } from '../authorize/support/browser.ts'
import { makeClient } from '../token/support/oauth.ts'

const CALLBACK = 'https://notes.example/callback'
const NAME = 'Notes'

let t: TestApp
beforeEach(async () => {
  t = await createTestApp({ env: { RATE_LIMIT: 'off' } })
})
afterEach(() => t.close())

const clientWith = (columns: Record<string, string | null>, uri = CALLBACK) =>
  makeClient(t, { name: NAME, redirect_uris: JSON.stringify([uri]), ...columns })

/** The sign-in page to which a request of this client leads. */
async function signInPageOf(client: { id: string }, uri = CALLBACK, more: Fields = {}): Promise<URL> {
  const { to, text } = await authorize(t, client, { redirect_uri: uri, ...more })
  if (to?.pathname !== '/sign-in') throw new Error(`no sign-in: ${to?.href ?? text}`)
  return to
}

/** The sentence below the heading, as its HTML. */
async function sentenceOn(url: URL, language = 'en'): Promise<string | undefined> {
  const { status, text } = await visit(t, url, { headers: { 'accept-language': language } })
  expect(status).toBe(200)
  return /<section data-state="(?:enter|new)"><h1>[^<]*<\/h1>(?:<p>([^<]*)<\/p>)?/.exec(text)?.[1]
}

const asSignUp = (url: URL): URL => new URL(url.href.replace('/sign-in', '/sign-up'))

describe('the name', () => {
  test('is that of a client of the instance, on sign-in and sign-up, in each language', async () => {
    const page = await signInPageOf(await clientWith({}))
    expect(await sentenceOn(page)).toBe('You then go on to Notes.')
    expect(await sentenceOn(asSignUp(page))).toBe('You then go on to Notes.')
    const sentences = await Promise.all(locales.map((language) => sentenceOn(page, language)))
    expect(new Set(sentences).size).toBe(locales.length)
    for (const sentence of sentences) expect(sentence).toContain(NAME)
  })

  test('stands on the page after a wrong password, too', async () => {
    const page = await signInPageOf(await clientWith({}))
    const { status, text } = await visit(t, page, {
      headers: { origin: ORIGIN },
      form: { email: 'nobody@example.com', password: 'not this one at all' },
    })
    expect([status, text.includes('<p>You then go on to Notes.</p>')]).toEqual([401, true])
  })

  test('is text, whatever it is', async () => {
    const hostile = ['<img src=x onerror=alert(1)>', '"><b>', '{app}', "'{'", '&lt;b&gt;', '\u202egnp.exe\u202c', 'א']
    const names = [...hostile, ...naughtyStrings.filter((text) => text.isWellFormed() && !text.includes('\0'))]
    for (const name of names.slice(0, 60)) {
      if (name.trim() === '') continue
      const { text } = await visit(t, await signInPageOf(await clientWith({ name })))
      const [, shown = ''] = /<h1>[^<]*<\/h1><p>([^<]*)<\/p>/.exec(text) ?? []
      expect(shown, name).not.toMatch(/[\u202a-\u202e]|<|>/)
      expect(text).not.toMatch(/<img|<b>/)
    }
    const turned = await sentenceOn(await signInPageOf(await clientWith({ name: 'אבג' })))
    expect(turned).toBe('You then go on to \u2068אבג\u2069.')
  })
})

describe('no client that a stranger made poses as another one', () => {
  const posing = { name: 'Threeger ID' }

  test.each([
    ['that registered itself', { source: 'registration' }],
    ['of an organisation', { org_id: 'org_00000000000000000000000000000001' }],
  ])('one %s is named by its host', async (_, columns) => {
    if ('org_id' in columns)
      await t.deps.db.$client.execute(
        `INSERT INTO organisations (id, name, slug, settings, created_at, updated_at, version) VALUES ('${columns.org_id}', 'Acme', 'acme', '{}', 0, 0, 1)`,
      )
    const page = await signInPageOf(await clientWith({ ...posing, ...columns }))
    const { text } = await visit(t, page)
    expect(text).toContain('<p>You then go on to notes.example.</p>')
    expect(text.split('<h1>')[1]?.split('</section>')[0]).not.toContain('<p>You then go on to Threeger ID')
  })

  test.each(['com.notes.app:/callback', 'http://127.0.0.1/callback'])(
    'one with %s is an app on this device, without its name',
    async (uri) => {
      const page = await signInPageOf(await clientWith({ ...posing, source: 'registration' }, uri), uri)
      expect(await sentenceOn(page)).toBe('You then go on to an app on this device.')
    },
  )

  test('one with a metadata document is named by the host of the document, which is not asked again', async () => {
    const [id, uri] = ['https://evil.example/client.json', 'https://evil.example/callback']
    const terms = { redirect_uris: [uri], grant_types: ['authorization_code'], token_endpoint_auth_method: 'none' }
    t.foreign.answer = async () => Response.json({ client_id: id, client_name: 'Threeger ID', ...terms })
    const page = await signInPageOf({ id }, uri)
    const asked = t.asked.length
    t.foreign.answer = () => Promise.reject(new Error('asked'))
    expect(await sentenceOn(page)).toBe('You then go on to evil.example.')
    expect(t.asked).toHaveLength(asked)
  })

  test('a request that this server did not check names nobody', async () => {
    const { id } = await clientWith({})
    const real = await signInPageOf({ id })
    const sealed = new URLSearchParams(real.searchParams.get('return_to')?.split('?')[1]).get('interaction') ?? ''
    for (const returnTo of [
      `/oauth/authorize?client_id=${id}&redirect_uri=${CALLBACK}`,
      `/oauth/authorize?interaction=${sealed.slice(0, -2)}`,
      `/oauth/authorize?interaction=`,
      `/oauth/authorize?interaction=x&interaction=${sealed}`,
      `/oauth/logout?interaction=${sealed}`,
      `/account?interaction=${sealed}`,
      `https://notes.example/oauth/authorize?interaction=${sealed}`,
    ]) {
      const page = new URL('/sign-in', ORIGIN)
      page.searchParams.set('return_to', returnTo)
      expect(await sentenceOn(page), returnTo).toBeUndefined()
    }
    expect(await sentenceOn(new URL('/sign-in', ORIGIN))).toBeUndefined()
    t.clock.advance(16 * 60_000)
    expect(await sentenceOn(real), 'an interaction that has expired').toBeUndefined()
  })

  test.each([
    ["UPDATE oauth_clients SET status = 'disabled'"],
    [`UPDATE oauth_clients SET redirect_uris = '["https://other.example/callback"]'`],
    ['DELETE FROM oauth_clients'],
  ])('nor does one that changed since: %s', async (change) => {
    const page = await signInPageOf(await clientWith({ source: 'registration' }))
    await t.deps.db.$client.execute(change)
    t.deps.principals.forgetAll()
    expect(await sentenceOn(page)).toBeUndefined()
  })
})
