/** The brand of a page: whose name, colour, pictures and links it shows. */
import manifest from '../../../package.json' with { type: 'json' }
import type { Config } from '../../config.ts'

export interface Brand {
  name: string
  /** `#rrggbb`, as it was set. The stylesheets have what follows from it. */
  color: string
  /** A path of our own origin. Undefined: the name stands alone. */
  logo: string | undefined
  /** A path of our own origin. */
  favicon: string
  /** Its type, for `<link rel="icon">`. */
  faviconType: string
  /** Paths of our own origin, in the order in which a document loads them. */
  styles: readonly string[]
  /** Absolute https URLs; `support` may be `mailto:`. Each opens outside of our pages. */
  links: BrandLinks
  /** The name of this server, where the brand is of an organisation: the page still says whose it is. */
  server?: string
}

export interface BrandLinks {
  terms: string | undefined
  privacy: string | undefined
  support: string | undefined
}

export type BrandConfig = Pick<Config, 'brandName' | 'brandColor' | 'brand'>

/** The brand of this server. */
export function brandOf(config: BrandConfig): Brand {
  const { brandName, brandColor, brand } = config
  const version = brandVersion(config)
  return {
    name: brandName,
    color: brandColor,
    logo: brand.logo && `/branding/logo?v=${version}`,
    favicon: brand.favicon ? `/branding/favicon?v=${version}` : `/pages/assets/icon.svg?v=${version}`,
    faviconType: brand.favicon?.type ?? 'image/svg+xml',
    styles: [`/pages/assets/pages.css?v=${version}`],
    links: { terms: brand.termsUrl, privacy: brand.privacyUrl, support: brand.supportUrl },
  }
}

/** Of the release and everything that determines the files of the brand: another value, another URL. */
export const brandVersion = ({ brandName, brandColor, brand }: BrandConfig): string =>
  `${encodeURIComponent(manifest.version)}-${shortHash(JSON.stringify([brandName, brandColor, brand]))}`

/** FNV-1a, 32 bits. It tells versions of our own texts apart and protects nothing. */
export function shortHash(text: string): string {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0
  return hash.toString(36)
}
