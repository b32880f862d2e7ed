/** The brand that an organisation has published, for the pages that people open because of it. */
import type { Deps } from '../../deps.ts'
import { type BrandImage, parseBrandImage } from '../../lib/brand-images.ts'
import { parseBrandLink, parseSupport } from '../../lib/brand-links.ts'
import { createLru } from '../../lib/lru.ts'
import { oncePer } from '../../lib/once-per.ts'
import { shownName } from '../orgs/shown-name.ts'
import { type Brand, type BrandConfig, brandOf, shortHash } from '../pages/brand.ts'
import { brandingBySlug, type PublishedBranding } from './queries.ts'

export interface OrgBrand {
  brand: Brand & { server: string }
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

const memory = oncePer((_: Deps['db']) => createLru<{ until: number; found: OrgBrand | undefined }>(MAX_KEPT))

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
  const found = await orgBrand(config, row)
  kept.set(slug, { until: now + KEPT_MS, found })
  return found
}

/**
 * For a page on which a person decides about the account: the organisation of an app stands beside the server, never alone. Anybody
 * can make an organisation with the name of a bank.
 */
export async function brandOfClient(config: BrandConfig, published: PublishedBranding | undefined): Promise<Brand> {
  const found = await orgBrand(config, published)
  return found === undefined ? brandOf(config) : { ...found.brand, name: `${found.brand.name} · ${found.brand.server}` }
}

/**
 * The brand of this server with what the organisation has set in its place. `server` keeps the name of the server on the page.
 * An import may have stored what `PATCH /v1/orgs/{id}` refuses: each value is checked again here.
 */
async function orgBrand(config: BrandConfig, published: PublishedBranding | undefined): Promise<OrgBrand | undefined> {
  if (!published?.branding) return undefined
  const { slug, name, branding } = published
  const { color, logo, termsUrl, privacyUrl, supportUrl } = branding
  const image = logo ? parseBrandImage(logo) : undefined
  const picture = image !== undefined && 'accepted' in image ? image.accepted : undefined
  const links = {
    terms: termsUrl ? parseBrandLink(termsUrl) : undefined,
    privacy: privacyUrl ? parseBrandLink(privacyUrl) : undefined,
    support: supportUrl ? parseSupport(supportUrl) : undefined,
  }
  const set = [branding.name ?? undefined, color ?? undefined, picture, ...Object.values(links)]
  if (set.every((value) => value === undefined)) return undefined
  const ownName = await shownName(config, { name, branding })
  if (ownName === undefined) return undefined
  const own = { name: ownName, color: color ?? undefined, picture, links }
  const server = brandOf(config)
  const version = shortHash(JSON.stringify([server, own]))
  const file = (of: string) => `/branding/orgs/${slug}/${of}?v=${version}`
  return {
    version,
    logo: picture,
    brand: {
      ...server,
      name: own.name,
      color: own.color ?? server.color,
      logo: picture && file('logo'),
      styles: own.color === undefined ? server.styles : [...server.styles, file('colors.css')],
      links: {
        terms: links.terms ?? server.links.terms,
        privacy: links.privacy ?? server.links.privacy,
        support: links.support ?? server.links.support,
      },
      server: server.name,
    },
  }
}
