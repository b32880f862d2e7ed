/** The language that an app asks for reaches the sign-in page and the consent page. */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'
import { type ClientRow, makeClient, makePerson, postForm } from '../token/support/oauth.ts'
import { authorize, type Page, request, textOf, visit } from './support/browser.ts'

let t: TestApp
let client: ClientRow
beforeEach(async () => {
  t = await createTestApp()
  client = await makeClient(t)
})
afterEach(() => t.close())

const languageIn = ({ text }: Page): string | undefined => /<html lang="(\w+)"/.exec(text)?.[1]
const cookies = ({ headers }: Page): string[] => headers.getSetCookie().filter((text) => text.startsWith('lang='))

describe('ui_locales (OpenID Connect Core §3.1.2.1)', () => {
  test('is the language of the sign-in page, until the browser closes', async () => {
    const answer = await authorize(t, client, { ui_locales: 'nl de-AT fr' })
    expect(answer.to?.pathname).toBe('/sign-in')
    expect(cookies(answer)).toEqual(['lang=de~app; Path=/; Secure; SameSite=Lax'])
    // Also where the browser keeps no cookie.
    const page = await visit(t, answer.to ?? '', { headers: { 'accept-language': 'es' } })
    expect(languageIn(page)).toBe('de')
  })

  test('is the language of the consent page, also of a pushed request', async () => {
    const { cookie } = await makePerson(t)
    const pushed = await postForm<{ request_uri: string }>(
      t,
      '/oauth/par',
      Object.fromEntries(request(client, { ui_locales: 'fr' })),
    )
    expect(pushed.status).toBe(201)
    const uri = new URLSearchParams({ client_id: client.id, request_uri: pushed.body.request_uri })
    const answer = await visit(t, `/oauth/authorize?${uri}`, { cookie })
    expect(answer.to?.pathname).toBe('/oauth/consent')
    const consent = await visit(t, answer.to ?? '', { cookie })
    expect(languageIn(consent)).toBe('fr')
    expect(textOf(consent)).toContain('Autoriser')
  })

  test('gives way to what the person chose', async () => {
    const { to } = await authorize(t, client, { ui_locales: 'de' })
    const chosen = await visit(t, to ?? '', { headers: { cookie: 'lang=ja' } })
    expect([languageIn(chosen), cookies(chosen)]).toEqual(['ja', []])
    const changed = await visit(t, `${to?.href ?? ''}&lang=pt`, { headers: { cookie: 'lang=ja' } })
    expect([languageIn(changed), cookies(changed)]).toEqual([
      'pt',
      ['lang=pt; Max-Age=31536000; Path=/; Secure; SameSite=Lax'],
    ])
  })

  test('that the server does not have, or that is no list, changes nothing', async () => {
    for (const ui_locales of ['nl', '', '<script>', 'x'.repeat(1000)]) {
      const answer = await authorize(t, client, { ui_locales })
      expect([answer.to?.pathname, cookies(answer)]).toEqual(['/sign-in', []])
      expect(languageIn(await visit(t, answer.to ?? '', { headers: { 'accept-language': 'es' } }))).toBe('es')
    }
  })
})

test('the links of a page to its languages stay at its own address', async () => {
  const { cookie } = await makePerson(t)
  const page = await visit(t, '/device?user_code=BCDF-GHJK', { cookie })
  const links = [...page.text.matchAll(/<a href="([^"]+)" hreflang="(\w+)"/g)].map(([, href = '', lang]) => [
    new URL(href.replaceAll('&amp;', '&'), `${ORIGIN}/device`).href,
    lang,
  ])
  expect(links).toHaveLength(6)
  for (const [href, lang] of links) expect(href).toBe(`${ORIGIN}/device?user_code=BCDF-GHJK&lang=${lang}`)
})
