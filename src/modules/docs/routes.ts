/**
 * The docs: guides, API reference, error catalogue, the OpenAPI document, and the texts for language models. The build makes
 * them (`src/build/docs`); here they get their frame and the URL of this server. Nothing is loaded from another host.
 */
import { Elysia } from 'elysia'
import type { Assembled } from '../../core/feature.ts'
import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { access } from '../../http/access.ts'
import { fileCaching } from '../../http/file-caching.ts'
import { PREBUILT_APP_URL } from '../../http/openapi/prebuilt.ts'
import { programFile } from '../../http/program-pages.ts'
import { type Asked, publicFile } from '../../http/public-files.ts'
import { documentHeaders } from '../../http/security-headers.ts'
import { ofRelease } from '../../http/shared-caching.ts'
import { pagePolicy } from '../../lib/page-policy.ts'
import { errorsPage } from './errors-page.tsx'
import { docsPage, type Framed } from './layout.tsx'
import { siteOf } from './read-site.ts'
import { SEARCH_FILE } from './site.ts'
import { bareStartPage, startPage } from './start-page.tsx'

const HTML = {
  ...documentHeaders(pagePolicy()),
  'content-type': 'text/html; charset=utf-8',
  'cross-origin-opener-policy': 'same-origin',
}
/** Browsers show these as plain text, which runs nothing. */
const MARKDOWN = { 'content-type': 'text/markdown; charset=utf-8' }
const TEXT = { 'content-type': 'text/plain; charset=utf-8' }
const hidden = { detail: { hide: true } } as const
const mark = { public: true, ...hidden } as const

export function routes(deps: Deps, { allRoutes }: Assembled) {
  const { config } = deps
  const files = siteOf(deps, PREBUILT_APP_URL)
  const kept = { 'cache-control': ofRelease(config) }
  let openApi: string | undefined

  return new Elysia({ name: 'docs', normalize: false })
    .use(access(deps))
    .get(
      '/openapi.json',
      async ({ request, set }) => {
        openApi ??= await openApiDocument()
        return publicFile(deps, { request, set }, openApi, { ...kept, 'content-type': 'application/json' })
      },
      mark,
    )
    .get(
      '/docs',
      async ({ request, set }) => {
        const site = await files.site()
        return framed({ request, set }, site === undefined ? bareStartPage(config) : startPage(site, config))
      },
      mark,
    )
    .get('/docs/errors', async ({ request, set }) => framed({ request, set }, errorsPage(config)), mark)
    .get('/docs/api', async ({ request, set }) => made({ request, set }, '/docs/api'), mark)
    .get(
      '/docs/api/:tag',
      async ({ request, set, params: { tag } }) => made({ request, set }, `/docs/api/${tag}`),
      mark,
    )
    .get(
      '/docs/adr/:name',
      async ({ request, set, params: { name } }) => guide({ request, set }, `/docs/adr/${name}`),
      mark,
    )
    .get('/docs/:guide', async ({ request, set, params }) => guide({ request, set }, `/docs/${params.guide}`), mark)
    .get(
      '/docs/assets/:name',
      async ({ params: { name }, request, set }) => {
        const version = (await files.site().catch(() => undefined))?.version
        return name === SEARCH_FILE
          ? searchIndex({ request, set }, version)
          : programFile(deps, 'docs', name, { request, set }, { version: version ?? '' })
      },
      mark,
    )
    .get('/llms.txt', async ({ request, set }) => text({ request, set }, files.text('docs/llms.txt'), TEXT), mark)
    .get(
      '/llms-full.txt',
      async ({ request, set }) => text({ request, set }, files.text('docs/llms-full.txt'), TEXT),
      mark,
    )

  /** Loads every feature, and the generator, unless the build has made the document. */
  async function openApiDocument(): Promise<string> {
    const { production, appUrl } = config
    const prebuilt = production ? await deps.prebuiltOpenApi?.() : undefined
    // An origin has no character that JSON escapes.
    if (prebuilt !== undefined) return (await prebuilt.text()).replaceAll(PREBUILT_APP_URL, appUrl)
    const { createOpenApiDocument } = await import('../../http/openapi/document.ts')
    return JSON.stringify(createOpenApiDocument(await allRoutes(), config))
  }

  async function framed(asked: Asked, page: Framed): Promise<Response> {
    const site = await files.site().catch((cause: unknown) => {
      // In a checkout, a mistake in a guide. The errors are read without it.
      deps.log.error('the docs could not be made', { cause })
      return undefined
    })
    return publicFile(deps, asked, docsPage(page, site, config), { ...kept, ...HTML })
  }

  /** A page of the build. Throws `request.not_found`. */
  async function made(asked: Asked, path: string): Promise<Response> {
    const page = await files.page(path)
    if (page === undefined) throw problem('request.not_found')
    return framed(asked, { ...page, body: page.html, isWide: path.startsWith('/docs/api/') })
  }

  /** The same path with `.md` is the guide as it is written. */
  function guide(asked: Asked, path: string): Promise<Response> {
    return path.endsWith('.md')
      ? text(asked, files.markdown(path.slice(0, -'.md'.length)), MARKDOWN)
      : made(asked, path)
  }

  async function text(asked: Asked, found: Promise<string | undefined>, type: { 'content-type': string }) {
    const body = await found
    if (body === undefined) throw problem('request.not_found')
    return publicFile(deps, asked, body, { ...kept, ...type })
  }

  async function searchIndex(asked: Asked, version: string | undefined): Promise<Response> {
    const index = await deps.asset(`docs/${SEARCH_FILE}`)
    if (index === undefined) throw problem('request.not_found')
    const caching = fileCaching(config, asked.request.url, version)
    return publicFile(deps, asked, index, { 'content-type': 'application/json', 'cache-control': caching })
  }
}
