/** @jsxImportSource @kitajs/html */
/** A page with a program of its own (`src/modules/<name>/browser`): its document. `http/program-pages.ts` serves it. */
import { escapeHtml } from '@kitajs/html'
import manifest from '../../../package.json' with { type: 'json' }
import type { Config } from '../../config.ts'
import type { Locale } from '../../lib/languages.ts'
import { toHtml } from '../mail/to-html.ts'
import { brandOf } from './brand.ts'

export interface ProgramPage {
  /** The folder of `src/modules` whose program it is, and the first word of its URLs. */
  program: string
  locale: Locale
  title: string
  /** What the program reads with `readSetting`. */
  setting: unknown
  /** A script of its folder that runs before the program, and is the same for everybody. */
  before?: string
  /** HTML that is shown until the program runs. */
  first?: string
  /** Shown instead of the program without JavaScript. */
  noscript: string
  /** The name of the link that signs out without JavaScript. Absent: nobody has to be signed in. */
  signOut?: string
}

/** The whole HTML document. */
export function programPage(
  { program, locale, title, setting, before, first = '', noscript, signOut }: ProgramPage,
  config: Config,
): string {
  const { styles, favicon, faviconType } = brandOf(config)
  const url = (name: string) => `/${program}/assets/${name}?v=${encodeURIComponent(manifest.version)}`
  const html = (
    <html lang={locale}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title safe>{`${title} · ${config.brandName}`}</title>
        <link rel="icon" type={faviconType} href={escapeHtml(favicon)} />
        {styles.map((url) => toHtml(<link rel="stylesheet" href={escapeHtml(url)} />)).join('')}
        <link rel="stylesheet" href={url('main.css')} />
        {before === undefined ? '' : toHtml(<script type="module" src={url(before)}></script>)}
        <script type="module" src={url('main.js')}></script>
      </head>
      <body class="program">
        <div id="app" data-setting={escapeHtml(JSON.stringify(setting))}>
          {first}
          <noscript>
            <p safe>{noscript}</p>
            <p>
              <a href="/" safe>
                {config.brandName}
              </a>
              {signOut === undefined ? '' : ' · '}
              {signOut === undefined
                ? ''
                : toHtml(
                    <a href="/oauth/logout" safe>
                      {signOut}
                    </a>,
                  )}
            </p>
          </noscript>
        </div>
      </body>
    </html>
  )
  return `<!doctype html>${toHtml(html)}`
}
