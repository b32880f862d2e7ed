/**
 * The language of a browser: what its URL asks for (`?lang=`), what the person chose before (a cookie), what the app asks for
 * (`ui_locales` of OpenID Connect), what the browser prefers (Accept-Language), then English.
 *
 * What an app asks for is kept until the browser closes, because the sign-in has more pages than the one that it names. It never
 * replaces the choice of the person.
 */
import { stringifySetCookie } from 'cookie'
import { cookieValue } from '../lib/cookies.ts'
import { isLocale, type Locale, preferredLocale } from '../lib/languages.ts'

const COOKIE = 'lang'
const A_YEAR = 365 * 24 * 60 * 60
/** After a language in the cookie: an app asked for it. */
const BY_APP = '~app'
const MAX_UI_LOCALES = 256

/** For pages. */
export const languageOf = (request: Request): Locale => chosenLanguage(request) ?? 'en'

/** Undefined: nothing says it. */
export function chosenLanguage({ url, headers }: Request): Locale | undefined {
  const asked = inUrl(url)
  const kept = cookieValue(headers.get('cookie') ?? '', COOKIE)
  const [own] = [kept].filter(isLocale)
  const byApp = kept?.endsWith(BY_APP) ? kept.slice(0, -BY_APP.length) : undefined
  const [ofApp] = [byApp].filter(isLocale)
  return asked.byPerson ?? own ?? asked.byApp ?? ofApp ?? preferredLocale(headers.get('accept-language'))
}

/** The Set-Cookie that keeps what the URL asks for. Scripts may read it: it is no secret. */
export function languageCookie({ url, headers }: Request, appUrl: string): string | undefined {
  const { byPerson, byApp } = inUrl(url)
  const kept = cookieValue(headers.get('cookie') ?? '', COOKIE)
  const secure = appUrl.startsWith('https:')
  const write = (value: string, maxAge?: number) =>
    stringifySetCookie(COOKIE, value, { path: '/', secure, sameSite: 'lax', ...(maxAge && { maxAge }) })
  if (byPerson !== undefined) return kept === byPerson ? undefined : write(byPerson, A_YEAR)
  if (byApp === undefined || isLocale(kept) || kept === byApp + BY_APP) return undefined
  return write(byApp + BY_APP)
}

/**
 * The links to the other languages lead to the same page with the same parameters. The frame of a page writes them as
 * `href="?lang=…"`: no text of others can be that, because quotes in it are escaped.
 */
export function withLanguageLinks(html: string, { url }: Request): string {
  const { search } = readUrl(url)
  const others = new URLSearchParams(search)
  others.delete('lang')
  if (others.size === 0) return html
  const kept = `${others.toString().replaceAll('&', '&amp;')}&amp;`
  return html.replace(/ href="\?lang=(?=[a-z]{2}")/g, () => ` href="?${kept}lang=`)
}

/** The URL of a request may be a path alone. */
const readUrl = (url: string): URL => new URL(url, 'http://localhost')

function inUrl(url: string): { byPerson: Locale | undefined; byApp: Locale | undefined } {
  if (!url.includes('lang=') && !url.includes('ui_locales=')) return { byPerson: undefined, byApp: undefined }
  const { searchParams } = readUrl(url)
  const [byPerson] = [searchParams.get('lang')].filter(isLocale)
  const wanted = (searchParams.get('ui_locales') ?? '')
    .slice(0, MAX_UI_LOCALES)
    .toLowerCase()
    .split(/[\s,]+/)
  const [byApp] = wanted.map((tag) => tag.split('-')[0]).filter(isLocale)
  return { byPerson, byApp }
}
