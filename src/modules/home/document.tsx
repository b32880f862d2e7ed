/** The document of these pages. They work without JavaScript: the script copies texts and shows the state of the server. */
import manifest from '../../../package.json' with { type: 'json' }
import type { Config } from '../../config.ts'
import type { Shown } from '../../lib/answered.ts'
import type { Locale } from '../../lib/languages.ts'
import { formPageHeaders, pagePolicy } from '../../lib/page-policy.ts'
import { type BrandConfig, brandOf } from '../pages/brand.ts'
import { frame } from '../pages/frame.tsx'
import { type Say, speak } from './messages/say.ts'

export type HomeConfig = BrandConfig & Pick<Config, 'appUrl'>

export const sayIn = (locale: Locale, { brandName }: HomeConfig): Say => speak(locale, { brand: brandName })

/** Forms that post to ourselves: signing out works without JavaScript. */
const HEADERS = formPageHeaders(pagePolicy({ forms: ["'self'"] }))

export interface HomeDocument {
  locale: Locale
  title: string
  /** HTML. */
  content: string
  /** HTML below the card. */
  below?: string
  /** By default 200. */
  status?: number
}

export function homeAnswer({ status = 200, ...page }: HomeDocument, config: HomeConfig): Shown {
  const file = (name: string) => `/home/assets/${name}?v=${encodeURIComponent(manifest.version)}`
  const html = frame({
    ...page,
    brand: brandOf(config),
    appUrl: config.appUrl,
    styles: [file('main.css')],
    // It has work in development alone.
    scripts: page.below === undefined ? [] : [file('main.js')],
    look: 'home',
  })
  return {
    html,
    status,
    headers: {
      ...HEADERS,
      'content-language': page.locale,
      vary: 'Accept, Accept-Language, Cookie',
    },
  }
}
