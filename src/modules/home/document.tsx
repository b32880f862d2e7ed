/** @jsxImportSource @kitajs/html */
/** The document of these pages. They work without JavaScript: the script copies texts and shows the state of the server. */
import { escapeHtml } from '@kitajs/html'
import manifest from '../../../package.json' with { type: 'json' }
import type { Config } from '../../config.ts'
import { documentHeaders } from '../../http/security-headers.ts'
import type { Locale } from '../../lib/languages.ts'
import { toHtml } from '../mail/to-html.ts'
import { type BrandConfig, brandOf } from '../pages/brand.ts'
import { type Say, speak } from './messages/say.ts'

export type HomeConfig = BrandConfig & Pick<Config, 'appUrl'>

export const sayIn = (locale: Locale, { appUrl, brandName }: HomeConfig): Say =>
  speak(locale, { brand: brandName, host: new URL(appUrl).host })

/** Our own files and API, and forms that post to ourselves: signing out works without JavaScript. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ')

/**
 * The Referrer-Policy is `same-origin`: with `no-referrer`, browsers would send `Origin: null` with our own form, and the
 * check against CSRF could not tell it from another one.
 */
export const homeHeaders = (locale: Locale): Record<string, string> => ({
  ...documentHeaders(POLICY),
  'referrer-policy': 'same-origin',
  'content-type': 'text/html; charset=utf-8',
  'content-language': locale,
  'cache-control': 'no-store',
  'cross-origin-opener-policy': 'same-origin',
  vary: 'Accept, Accept-Language, Cookie',
})

export interface HomeDocument {
  locale: Locale
  title: string
  /** HTML. */
  main: string
  /** HTML below the card. */
  below?: string
}

export function homeDocument({ locale, title, main, below = '' }: HomeDocument, config: HomeConfig): string {
  const say = sayIn(locale, config)
  const brand = brandOf(config)
  const file = (name: string) => `/home/assets/${name}?v=${encodeURIComponent(manifest.version)}`
  const html = (
    <html lang={locale}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title safe>{title === brand.name ? title : `${title} · ${brand.name}`}</title>
        <link rel="icon" type={brand.faviconType} href={escapeHtml(brand.favicon)} />
        {brand.styles.map((url) => toHtml(<link rel="stylesheet" href={escapeHtml(url)} />)).join('')}
        <link rel="stylesheet" href={file('main.css')} />
        <script type="module" src={file('main.js')}></script>
      </head>
      <body class="home">
        <header>
          <p class="brand">
            <a href="/">
              {brand.logo ? toHtml(<img src={escapeHtml(brand.logo)} alt="" height="32" />) : ''}
              <span safe>{brand.name}</span>
            </a>
          </p>
        </header>
        <main>{main}</main>
        {below}
        <footer>
          <p safe>{say('footer')}</p>
          {legal(say, brand.links)}
        </footer>
      </body>
    </html>
  )
  return `<!doctype html>${toHtml(html)}`
}

function legal(say: Say, { terms, privacy, support }: ReturnType<typeof brandOf>['links']): string {
  const links = [
    [say('legal.terms'), terms],
    [say('legal.privacy'), privacy],
    [say('legal.support'), support],
  ] as const
  const shown = links.flatMap(([label, url]) =>
    url === undefined
      ? []
      : [
          toHtml(
            <a href={escapeHtml(url)} rel="noreferrer" safe>
              {label}
            </a>,
          ),
        ],
  )
  return shown.length === 0 ? '' : toHtml(<p class="legal">{shown.join('')}</p>)
}
