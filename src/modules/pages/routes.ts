/**
 * The pages that links in mails open (docs/pages.md). A GET changes nothing and reads nothing from the database, so
 * mail scanners, previews and crawlers may open the pages. The action happens when a person presses a button. The
 * page then calls the public API, which custom pages can also use.
 */
import { Elysia } from 'elysia'
import type { Config } from '../../config.ts'
import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { access } from '../../http/access.ts'
import { fileCaching } from '../../http/file-caching.ts'
import { publicFile } from '../../http/public-files.ts'
import { languageCookie, languageOf, withLanguageLinks } from '../../http/languages.ts'
import { redirect } from '../../http/responses.ts'
import { documentHeaders } from '../../http/security-headers.ts'
import type { Locale } from '../../lib/languages.ts'
import { pagePolicy } from '../../lib/page-policy.ts'
import { assetsOf } from './assets.ts'
import { brandOf, brandVersion } from './brand.ts'
import { icon } from './icon.ts'
import { type PageName, pageNames } from './kinds.ts'
import { page } from './page.tsx'
import { SCRIPT } from './script.generated.ts'
import { styles } from './styles.ts'

const hidden = { detail: { hide: true } } as const

interface Asset {
  headers: Record<string, string> & { 'content-type': string }
  body: (config: Config) => string
}

/** The only files. The name is looked up here and never becomes a file path. */
const ASSETS: Record<string, Asset> = {
  'pages.css': { headers: { 'content-type': 'text/css; charset=utf-8' }, body: styles },
  'pages.js': { headers: { 'content-type': 'text/javascript; charset=utf-8' }, body: () => SCRIPT },
  // If a browser opens an SVG directly, it is a document.
  'icon.svg': { headers: { 'content-type': 'image/svg+xml; charset=utf-8', ...documentHeaders() }, body: icon },
}

export function routes(deps: Deps) {
  const { config } = deps
  const written = new Map<string, string>()
  /** Each page is rendered once for each language, because formatting the messages is most of the work. */
  function pageIn(name: PageName, locale: Locale): string {
    const key = `${name} ${locale}`
    const known = written.get(key) ?? page(name, locale, config, assetsOf(config).script)
    written.set(key, known)
    return known
  }

  const app = new Elysia({ name: 'pages', normalize: false }).use(access(deps)).get(
    '/pages/assets/:name',
    ({ params: { name }, request, set }) => {
      const asset = Object.hasOwn(ASSETS, name) ? ASSETS[name] : undefined
      if (asset === undefined) throw problem('request.not_found')
      const caching = fileCaching(config, request.url, brandVersion(config))
      return publicFile(deps, { request, set }, asset.body(config), { ...asset.headers, 'cache-control': caching })
    },
    { public: true, ...hidden },
  )
  // Browsers and link previews ask for it by themselves, wherever a document names no icon.
  app.get('/favicon.ico', () => redirect(`${config.appUrl}${brandOf(config).favicon}`, [], 303), {
    public: true,
    ...hidden,
  })
  for (const name of pageNames)
    app.get(
      `/${name}`,
      ({ request, set }) => {
        set.headers['content-type'] = 'text/html; charset=utf-8'
        Object.assign(set.headers, documentHeaders(pagePolicy()))
        set.headers['cache-control'] = 'no-cache'
        // Keeps the value that CORS has set.
        set.headers.vary = [set.headers.vary, 'Accept-Language, Cookie'].filter(Boolean).join(', ')
        set.headers['cross-origin-opener-policy'] = 'same-origin'
        const cookie = languageCookie(request, config.appUrl)
        if (cookie !== undefined) set.headers['set-cookie'] = cookie
        return withLanguageLinks(pageIn(name, languageOf(request)), request)
      },
      { public: true, ...hidden },
    )
  return app
}
