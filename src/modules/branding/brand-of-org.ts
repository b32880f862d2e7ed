/** The brand that an organisation has published, for the pages that people open because of it. */
import { LRUCache } from 'lru-cache'
import type { StoredSettings } from '../../core/authz/org-settings.ts'
import type { Deps } from '../../deps.ts'
import { type BrandImage, parseBrandImage } from '../../lib/brand-images.ts'
import { parseBrandLink, parseSupport } from '../../lib/brand-links.ts'
import { oncePer } from '../../lib/once-per.ts'
import { type Brand, type BrandConfig, brandOf, shortHash } from '../pages/brand.ts'
import { brandingBySlug, type PublishedBranding } from './queries.ts'

export interface OrgBrand {
  brand: Brand
  /** The file behind `brand.logo`. */
  logo: BrandImage | undefined
  /** Of everything that determines its files. */
  version: string
}

type OrgBrandDeps = Pick<Deps, 'config' | 'db' | 'clock'>

const SLUG = /^[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$/
const MAX_KEPT = 500
/** A change is seen after this. Slugs that do not exist are kept as well, so that they cost no more than those that do. */
const KEPT_MS = 5_000

const memory = oncePer(
  (_: Deps['db']) => new LRUCache<string, { until: number; found: OrgBrand | undefined }>({ max: MAX_KEPT }),
)

/**
 * The brand of the organisation with this slug, from memory or in one round trip. Undefined for one that does not exist, was
 * deleted, or has published nothing: nobody can tell them apart.
 */
export async function brandOfOrg({ config, db, clock }: OrgBrandDeps, slug: string): Promise<OrgBrand | undefined> {
  if (!SLUG.test(slug)) return undefined
  const kept = memory(db)
  const now = clock.now()
  const known = kept.get(slug)
  if (known !== undefined && known.until > now && known.until <= now + KEPT_MS) return known.found
  const [row] = await brandingBySlug(db, slug)
  const found = row?.branding ? orgBrand(config, row.slug, row.branding) : undefined
  kept.set(slug, { until: now + KEPT_MS, found })
  return found
}

/**
 * For a page on which a person decides about the account: the organisation of an app stands beside the server, never alone. Anybody
 * can make an organisation with the name of a bank.
 */
export function brandOfClient(config: BrandConfig, published: PublishedBranding | undefined): Brand {
  const found = published?.branding ? orgBrand(config, published.slug, published.branding) : undefined
  if (found === undefined) return brandOf(config)
  const { brand } = found
  return brand.server === undefined ? brand : { ...brand, name: `${brand.name} · ${brand.server}` }
}

/**
 * The brand of this server with what the organisation has set in its place. `server` keeps the name of the server on the page.
 * An import may have stored what `PATCH /v1/orgs/{id}` refuses: each value is checked again here.
 */
export function orgBrand(
  config: BrandConfig,
  slug: string,
  { name, color, logo, termsUrl, privacyUrl, supportUrl }: NonNullable<StoredSettings['branding']>,
): OrgBrand | undefined {
  const image = logo ? parseBrandImage(logo) : undefined
  const picture = image !== undefined && 'accepted' in image ? image.accepted : undefined
  const links = {
    terms: termsUrl ? parseBrandLink(termsUrl) : undefined,
    privacy: privacyUrl ? parseBrandLink(privacyUrl) : undefined,
    support: supportUrl ? parseSupport(supportUrl) : undefined,
  }
  const own = { name: name ?? undefined, color: color ?? undefined, picture, links }
  if ([own.name, own.color, picture, ...Object.values(links)].every((value) => value === undefined)) return undefined
  const server = brandOf(config)
  const version = shortHash(JSON.stringify([server, own]))
  const file = (of: string) => `/branding/orgs/${slug}/${of}?v=${version}`
  return {
    version,
    logo: picture,
    brand: {
      ...server,
      name: own.name ?? server.name,
      color: own.color ?? server.color,
      logo: picture === undefined ? (own.name === undefined ? server.logo : undefined) : file('logo'),
      styles: own.color === undefined ? server.styles : [...server.styles, file('colors.css')],
      links: {
        terms: links.terms ?? server.links.terms,
        privacy: links.privacy ?? server.links.privacy,
        support: links.support ?? server.links.support,
      },
      ...(own.name === undefined ? {} : { server: server.name }),
    },
  }
}
