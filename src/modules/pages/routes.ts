/**
 * The pages that links in mails open. A GET changes nothing and needs nothing from the database: mail scanners, previews
 * and crawlers may open them. What a link is for happens when somebody presses the button, and then over the same API
 * that is open to pages of one's own: docs/pages.md.
 */
import { Elysia } from 'elysia'
import manifest from '../../../package.json' with { type: 'json' }
import type { Config } from '../../config.ts'
import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { access } from '../../http/access.ts'
import { documentHeaders } from '../../http/security-headers.ts'
import { type Locale, preferredLocale } from '../../lib/languages.ts'
import { icon } from './icon.ts'
import { type PageName, pageNames } from './kinds.ts'
import { page } from './page.tsx'
import { SCRIPT } from './script.generated.ts'
import { styles } from './styles.ts'

/** Own files and the own API alone; nothing inline, no form that posts by itself, and no text ever becomes markup. */
const CSP = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ')

const hidden = { detail: { hide: true } } as const

interface Asset {
  headers: Record<string, string>
  body: (config: Config) => string
}

/** Exactly these. A name is looked up here, never made into a path. */
const ASSETS: Record<string, Asset> = {
  'pages.css': { headers: { 'content-type': 'text/css; charset=utf-8' }, body: ({ brandColor }) => styles(brandColor) },
  'pages.js': { headers: { 'content-type': 'text/javascript; charset=utf-8' }, body: () => SCRIPT },
  // Opened by itself an SVG is a document.
  'icon.svg': { headers: { 'content-type': 'image/svg+xml; charset=utf-8', ...documentHeaders() }, body: icon },
}

export function routes(deps: Deps) {
  const { config } = deps
  const written = new Map<string, string>()
  /** Written once in each language: putting messages into words is most of the work. */
  function pageIn(name: PageName, locale: Locale): string {
    const key = `${name} ${locale}`
    const known = written.get(key) ?? page(name, locale, config, assetsOf(config))
    written.set(key, known)
    return known
  }

  const app = new Elysia({ name: 'pages', normalize: false }).use(access(deps)).get(
    '/pages/assets/:name',
    ({ params: { name }, set }) => {
      const asset = Object.hasOwn(ASSETS, name) ? ASSETS[name] : undefined
      if (asset === undefined) throw problem('request.not_found')
      // The URL carries the version, so a release never meets an old file; while developing it would.
      set.headers['cache-control'] = config.production ? 'public, max-age=31536000, immutable' : 'no-cache'
      return new Response(asset.body(config), { headers: asset.headers })
    },
    { public: true, ...hidden },
  )
  for (const name of pageNames)
    app.get(
      `/${name}`,
      ({ request, set }) => {
        set.headers['content-type'] = 'text/html; charset=utf-8'
        Object.assign(set.headers, documentHeaders(CSP))
        set.headers['cache-control'] = 'no-cache'
        // Beside what CORS has put there.
        set.headers.vary = set.headers.vary === undefined ? 'Accept-Language' : `${set.headers.vary}, Accept-Language`
        set.headers['cross-origin-opener-policy'] = 'same-origin'
        return pageIn(name, preferredLocale(request.headers.get('accept-language')) ?? 'en')
      },
      { public: true, ...hidden },
    )
  return app
}

/** The version is that of all that decides what is in a file. */
function assetsOf({ brandColor, brandName }: Config) {
  const version = encodeURIComponent([manifest.version, brandColor.slice(1), [...brandName.trim()][0]].join('-'))
  const url = (name: string) => `/pages/assets/${name}?v=${version}`
  return { styles: url('pages.css'), script: url('pages.js'), icon: url('icon.svg') }
}
