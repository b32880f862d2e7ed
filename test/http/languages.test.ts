/** Which language a browser gets, and what keeps it. */
import { describe, expect, test } from 'bun:test'
import { chosenLanguage, languageCookie, languageOf, withLanguageLinks } from '../../src/http/languages.ts'

const APP = 'https://id.example'
const asking = (path: string, headers: Record<string, string> = {}) => new Request(`${APP}${path}`, { headers })

describe('the language', () => {
  const all = { cookie: 'session=x; lang=fr', 'accept-language': 'es' }
  test.each([
    ['of the URL, before all others', '/?ui_locales=ja&lang=de', all, 'de'],
    ['of the cookie, before what an app asks for', '/?ui_locales=ja', all, 'fr'],
    ['that the app asks for', '/?ui_locales=nl%20ja-JP%20de', { 'accept-language': 'es' }, 'ja'],
    ['that an app asked for before', '/', { cookie: 'lang=ja~app', 'accept-language': 'es' }, 'ja'],
    ['of another app, before the one of an earlier app', '/?ui_locales=pt', { cookie: 'lang=ja~app' }, 'pt'],
    ['of the browser', '/', { 'accept-language': 'nl, es;q=0.5' }, 'es'],
    ['English without any', '/', {}, 'en'],
    ['of the browser, if the URL names none of ours', '/?lang=xx', { 'accept-language': 'es' }, 'es'],
    ['of the browser, if the cookie is no language', '/', { cookie: 'lang=%00', 'accept-language': 'es' }, 'es'],
    ['of the browser, for a property of each object', '/?lang=toString', { 'accept-language': 'es' }, 'es'],
    ['of the last one that works, in a long list', `/?ui_locales=${'xx%20'.repeat(500)}de`, {}, 'en'],
  ] as const)('%s', (_, path, headers, expected) => {
    expect(languageOf(asking(path, headers))).toBe(expected)
  })

  test('is unknown if nothing says it, so that a mail can follow the account', () => {
    expect(chosenLanguage(asking('/'))).toBeUndefined()
  })
})

describe('the cookie', () => {
  test('keeps the choice of the person for a year', () => {
    expect(languageCookie(asking('/?lang=de'), APP)).toBe('lang=de; Max-Age=31536000; Path=/; Secure; SameSite=Lax')
    expect(languageCookie(asking('/?lang=de', { cookie: 'lang=fr' }), 'http://localhost:3000')).toBe(
      'lang=de; Max-Age=31536000; Path=/; SameSite=Lax',
    )
  })

  test('keeps what an app asks for until the browser closes', () => {
    expect(languageCookie(asking('/?ui_locales=de'), APP)).toBe('lang=de~app; Path=/; Secure; SameSite=Lax')
    expect(languageCookie(asking('/?ui_locales=de', { cookie: 'lang=fr~app' }), APP)).toStartWith('lang=de~app;')
  })

  test.each([
    ['nothing was asked for', '/?language=de', ''],
    ['it is no language of ours', '/?lang=xx&ui_locales=nl', ''],
    ['it has the value already', '/?lang=de', 'lang=de'],
    ['an app asks, and the person has chosen', '/?ui_locales=de', 'lang=fr'],
    ['an app asks again', '/?ui_locales=de', 'lang=de~app'],
  ])('is not set if %s', (_, path, cookie) => {
    expect(languageCookie(asking(path, { cookie }), APP)).toBeUndefined()
  })
})

describe('the links to the other languages', () => {
  const html = '<a href="?lang=de" hreflang="de">'
  test('keep the parameters of the page, and name the language once', () => {
    const path = '/sign-in?return_to=%2Fdevice%3Fuser_code%3DA%26b&lang=fr&login_hint=a%2Bb%40example.com'
    expect(withLanguageLinks(html, asking(path))).toBe(
      '<a href="?return_to=%2Fdevice%3Fuser_code%3DA%26b&amp;login_hint=a%2Bb%40example.com&amp;lang=de" hreflang="de">',
    )
    expect(withLanguageLinks(html, asking('/sign-in?lang=fr'))).toBe(html)
  })

  test('take no markup from the URL, and leave the texts of others alone', () => {
    const hostile = withLanguageLinks(`${html}<p> href=&quot;?lang=de&quot;</p>`, asking(`/?x=%22%3E%3Cscript%3E$&$1'`))
    expect(hostile).not.toContain('<script>')
    expect(hostile.split('"')).toHaveLength(html.split('"').length)
    expect(hostile).toEndWith('<p> href=&quot;?lang=de&quot;</p>')
  })
})
