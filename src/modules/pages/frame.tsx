/** @jsxImportSource @kitajs/html */
/** The document of every page that the server writes: head, brand, one card, and a footer with the languages. */
import { escapeHtml } from '@kitajs/html'
import { type Locale, languageNames, locales } from '../../lib/languages.ts'
import { toHtml } from '../mail/to-html.ts'
import type { Brand } from './brand.ts'
import { speak } from './frame/messages/say.ts'

export interface FramedPage {
  brand: Brand
  locale: Locale
  /** Its host is the one that the address bar must show. */
  appUrl: string
  title: string
  /** The card. HTML. */
  content: string
  /** Below the card. HTML. */
  below?: string
  /** After the footer: what the scripts need. HTML. */
  after?: string
  /** Paths of our own origin. */
  scripts?: readonly string[]
  /** Stylesheets besides those of the brand. Paths of our own origin. */
  styles?: readonly string[]
  /** The class of `body`. */
  look?: string
  /** `data-*` attributes of `html`. */
  marks?: Readonly<Record<`data-${string}`, string | true>>
}

/** The whole HTML document. The links of its languages are finished by `http/languages.ts`, which knows the request. */
export function frame(page: FramedPage): string {
  const { brand, locale, appUrl, title, content, below = '', after = '', scripts = [], styles = [], look } = page
  const say = speak(locale, { brand: brand.name, host: new URL(appUrl).host, server: brand.server ?? '' })
  const html = (
    <html lang={locale} dir="ltr" {...page.marks}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title safe>{title === brand.name ? title : `${title} · ${brand.name}`}</title>
        <link rel="icon" type={escapeHtml(brand.faviconType)} href={escapeHtml(brand.favicon)} />
        {[...brand.styles, ...styles].map((url) => toHtml(<link rel="stylesheet" href={escapeHtml(url)} />)).join('')}
        {scripts.map((url) => toHtml(<script type="module" src={escapeHtml(url)}></script>)).join('')}
      </head>
      <body {...(look === undefined ? {} : { class: look })}>
        <header>
          <p class="brand">
            {brand.logo === undefined ? '' : toHtml(<img src={escapeHtml(brand.logo)} alt="" height="32" />)}
            <span safe>{brand.name}</span>
          </p>
        </header>
        <main>{content}</main>
        {below}
        <footer>
          <p safe>{say('footer')}</p>
          {brand.server === undefined ? '' : toHtml(<p safe>{say('server')}</p>)}
          {legal(brand, say)}
          {languages(locale, say('languages'))}
        </footer>
        {after}
      </body>
    </html>
  )
  return `<!doctype html>${toHtml(html)}`
}

/** Links that lead out of our pages. */
function legal({ links }: Brand, say: ReturnType<typeof speak>): string {
  const shown = (['terms', 'privacy', 'support'] as const).flatMap((name) => {
    const url = links[name]
    if (url === undefined) return []
    const link = (
      <li>
        <a href={escapeHtml(url)} rel="noreferrer" safe>
          {say(name)}
        </a>
      </li>
    )
    return [toHtml(link)]
  })
  return shown.length === 0 ? '' : toHtml(<ul class="legal">{shown.join('')}</ul>)
}

/** Each language, named in itself. Links, so that they work without JavaScript and where the policy allows no form. */
const languages = (current: Locale, label: string): string =>
  toHtml(
    <nav class="languages" aria-label={escapeHtml(label)}>
      <ul>
        {locales
          .map((locale) => {
            const mark = locale === current ? { 'aria-current': 'true' } : {}
            return toHtml(
              <li>
                <a href={`?lang=${locale}`} hreflang={locale} lang={locale} {...mark} safe>
                  {languageNames[locale]}
                </a>
              </li>,
            )
          })
          .join('')}
      </ul>
    </nav>,
  )
