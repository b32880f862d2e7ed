/** The files of brands: logos, icons, and the colours of an organisation. */
import { Elysia } from 'elysia'
import { limitAddressHere } from '../../core/limits/request-budgets.ts'
import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { access } from '../../http/access.ts'
import { fileCaching } from '../../http/file-caching.ts'
import { type Asked, publicFile } from '../../http/public-files.ts'
import { documentHeaders } from '../../http/security-headers.ts'
import { type BrandImage, imageBytes } from '../../lib/brand-images.ts'
import { brandVersion } from '../pages/brand.ts'
import { colorRules } from '../pages/styles.ts'
import { brandOfOrg } from './brand-of-org.ts'

const mark = { public: true, detail: { hide: true } } as const

/**
 * An SVG that is opened on its own is a document of our origin. With this policy it runs nothing, loads nothing, and has an
 * origin of its own. The pages show it as a picture, in which browsers run and load nothing either. A link of a stranger still
 * could show text and links under our address. So browsers save it, and show it in pages alone.
 */
const PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"

export function routes(deps: Deps) {
  const { config } = deps
  const { logo, favicon } = config.brand

  const picture = (asked: Asked, image: BrandImage | undefined, cacheControl: string): Promise<Response> => {
    if (image === undefined) throw problem('request.not_found')
    return publicFile(deps, asked, imageBytes(image), {
      ...documentHeaders(PICTURE_POLICY),
      'content-type': image.type,
      'content-disposition': 'attachment',
      'cache-control': cacheControl,
      'cross-origin-resource-policy': 'same-origin',
    })
  }

  return new Elysia({ name: 'branding', normalize: false })
    .use(access(deps))
    .get(
      '/branding/:name',
      async ({ params: { name }, request, set }) => {
        const pictures = new Map([
          ['logo', logo],
          ['favicon', favicon],
        ])
        const caching = fileCaching(config, request.url, brandVersion(config))
        return picture({ request, set }, pictures.get(name), caching)
      },
      mark,
    )
    .get(
      '/branding/orgs/:slug/:name',
      async ({ params: { slug, name }, request, set, cause }) => {
        if (name !== 'logo' && name !== 'colors.css') throw problem('request.not_found')
        limitAddressHere(deps, 'branding:address', cause())
        const found = await brandOfOrg(deps, slug)
        const cacheControl = fileCaching(config, request.url, found?.version)
        if (name === 'logo') return picture({ request, set }, found?.logo, cacheControl)
        if (found === undefined) throw problem('request.not_found')
        return publicFile(deps, { request, set }, colorRules(found.brand.color, config.brand.variables), {
          'content-type': 'text/css; charset=utf-8',
          'cache-control': cacheControl,
        })
      },
      mark,
    )
}
