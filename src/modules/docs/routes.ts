/**
 * The API description for machines (OpenAPI), for people (Swagger UI), the error catalogue, and the guide for MCP servers.
 * Nothing is loaded from another host.
 */
import { Elysia } from 'elysia'
import type { Assembled } from '../../core/feature.ts'
import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { access } from '../../http/access.ts'
import { documentHeaders } from '../../http/security-headers.ts'
import { PREBUILT_APP_URL } from '../../http/openapi/prebuilt.ts'
import { docsPage, errorsPage, mcpPage } from './pages.ts'
import { SCRIPT, STYLES } from './texts.ts'

/**
 * Swagger UI sets styles through the DOM, which no CSP forbids, and its icons are `data:` images. So neither scripts
 * nor styles need 'unsafe-inline'. test/contract/docs-page.test.ts measures that in Chromium. Requests go to this
 * origin only.
 */
const CSP = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')

const HTML = 'text/html; charset=utf-8'
const hidden = { detail: { hide: true } } as const

/** The complete list. A name is looked up here, and is never used as a path. */
const ASSETS: Record<string, { type: string; body: (deps: Deps) => Promise<Blob | undefined> | string }> = {
  'docs.css': { type: 'text/css; charset=utf-8', body: () => STYLES },
  'docs.js': { type: 'text/javascript; charset=utf-8', body: () => SCRIPT },
  'swagger-ui.css': packaged('swagger-ui.css', 'text/css; charset=utf-8'),
  'swagger-ui-bundle.js': packaged('swagger-ui-bundle.js', 'text/javascript; charset=utf-8'),
  'favicon-32x32.png': packaged('favicon-32x32.png', 'image/png'),
}

function packaged(name: string, type: string) {
  return { type, body: (deps: Deps) => deps.asset(name) }
}

export function routes(deps: Deps, { allRoutes }: Assembled) {
  let openApi: string | undefined

  return new Elysia({ name: 'docs', normalize: false })
    .use(access(deps))
    .get(
      '/openapi.json',
      async ({ set }) => {
        set.headers['content-type'] = 'application/json'
        set.headers['cache-control'] = 'no-cache'
        openApi ??= await openApiDocument()
        return openApi
      },
      { public: true, ...hidden },
    )
    .get('/docs', ({ set }) => page(set, docsPage()), { public: true, ...hidden })
    .get('/docs/errors', ({ set }) => page(set, errorsPage()), { public: true, ...hidden })
    .get('/docs/mcp', ({ set }) => page(set, mcpPage(deps.config.appUrl)), { public: true, ...hidden })
    .get(
      '/docs/assets/:name',
      async ({ params: { name }, set }) => {
        const asset = Object.hasOwn(ASSETS, name) ? ASSETS[name] : undefined
        const body = await asset?.body(deps)
        if (asset === undefined || body === undefined) throw problem('request.not_found')
        // The URL contains the version, so a release never serves an old file. In development the version does not
        // change: no cache.
        set.headers['cache-control'] = deps.config.production ? 'public, max-age=31536000, immutable' : 'no-cache'
        // The header is set in the Response: for a text body some runtimes set their own, and `set.headers` does not
        // replace it.
        return new Response(body, { headers: { 'content-type': asset.type } })
      },
      { public: true, ...hidden },
    )

  /** Loads every feature, and the generator, unless the build has made the document. */
  async function openApiDocument(): Promise<string> {
    const { production, appUrl } = deps.config
    const prebuilt = production ? await deps.prebuiltOpenApi?.() : undefined
    // An origin has no character that JSON escapes.
    if (prebuilt !== undefined) return (await prebuilt.text()).replaceAll(PREBUILT_APP_URL, appUrl)
    const { createOpenApiDocument } = await import('../../http/openapi/document.ts')
    return JSON.stringify(createOpenApiDocument(await allRoutes(), deps.config))
  }

  function page(set: { headers: Record<string, string | number> }, html: string): string {
    set.headers['content-type'] = HTML
    Object.assign(set.headers, documentHeaders(CSP))
    set.headers['cache-control'] = 'no-cache'
    return html
  }
}
