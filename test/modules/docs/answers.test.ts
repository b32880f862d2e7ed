/** What the docs answer: policies, versions, caching, and nothing that is not listed. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { makeAssets } from '../../../src/build/assets.ts'
import { catalogue } from '../../../src/errors.ts'
import { pageFile, type Site } from '../../../src/modules/docs/site.ts'
import { call } from '../../support/client.ts'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'

let t: TestApp
let files: Map<string, Blob>
let site: Site
beforeAll(async () => {
  t = await createTestApp({ env: { NODE_ENV: 'production' } })
  files = await makeAssets('docs')
  site = JSON.parse((await files.get('docs/site.json')?.text()) ?? '') as Site // written by the build
})
afterAll(() => t.close())

/** Every page of the site. */
const paths = (): string[] => [
  '/docs',
  '/docs/errors',
  '/docs/api',
  '/docs/adr',
  ...[...site.groups.flatMap(({ pages }) => pages), ...site.reference, ...site.decisions].map(({ path }) => path),
]

test('every page refuses inline scripts and styles, frames, forms, and foreign hosts', async () => {
  expect(paths().length).toBeGreaterThan(70)
  for (const path of paths()) {
    const { status, headers, text } = await call(t, `GET ${path}`)
    expect([path, status, headers.get('content-type')]).toEqual([path, 200, 'text/html; charset=utf-8'])
    expect(headers.get('content-security-policy'), path).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
    )
    const tags = [...text.matchAll(/<(\w+)((?:[^>"]|"[^"]*")*)>/g)]
    const loading = tags.flatMap(([, tag = '', attributes = '']) =>
      ['script', 'link', 'img'].includes(tag) ? [/(?:src|href)="([^"]*)"/.exec(attributes)?.[1] ?? 'inline'] : [],
    )
    expect(
      loading.filter((url) => !url.startsWith('/')),
      path,
    ).toEqual([])
    expect(
      tags.filter(([, tag = '', attributes = '']) => tag === 'style' || / (?:on\w+|style)=/.test(attributes)),
    ).toEqual([])
    expect(text, path).not.toContain('app-url.invalid')
    // Some examples of the API name a server that calls this one.
    if (!path.startsWith('/docs/api'))
      expect(text, path).not.toMatch(/http:\/\/127\.0\.0\.1:3000|https:\/\/id\.example\.com/)
  }
})

test('the examples name the server that serves them, and so does the Markdown', async () => {
  for (const path of ['/docs', '/docs/mcp', '/docs/mcp.md', '/docs/api/auth', '/llms.txt', '/docs/errors'])
    expect((await call(t, `GET ${path}`)).text, path).toContain(`${ORIGIN}/`)
})

test('a page is asked about each time, and sent again only if it is another', async () => {
  for (const path of ['/docs', '/docs/tokens', '/docs/tokens.md', '/docs/errors', '/llms.txt']) {
    const first = await call(t, `GET ${path}`)
    const etag = first.headers.get('etag') ?? ''
    const caching = 'public, max-age=0, s-maxage=300, stale-while-revalidate=600'
    expect([path, first.headers.get('cache-control')]).toEqual([path, caching])
    expect(etag).toMatch(/^"[\w-]{16}"$/)
    for (const offered of [etag, `W/${etag}`, `"other", ${etag}`]) {
      const again = await call(t, `GET ${path}`, { headers: { 'if-none-match': offered } })
      expect([path, again.status, again.text, again.headers.get('etag')]).toEqual([path, 304, '', etag])
    }
    expect((await call(t, `GET ${path}`, { headers: { 'if-none-match': '"other"' } })).status).toBe(200)
  }
})

test('files have a version in a URL that may be kept for a year', async () => {
  const { text } = await call(t, 'GET /docs')
  const urls = [...text.matchAll(/"(\/docs\/assets\/[^"]+)"/g)].map(([, url]) => url ?? '')
  expect(urls).toHaveLength(3)
  for (const url of urls) {
    expect(url).toEndWith(`?v=${site.version}`)
    const { status, headers, text: body } = await call(t, `GET ${url}`)
    expect([status, headers.get('cache-control')]).toEqual([200, 'public, max-age=31536000, immutable'])
    expect(body.length).toBeGreaterThan(200)
  }
})

test('nothing but the listed files and pages is served', async () => {
  for (const name of [
    'index.html',
    'package.json',
    'site.json',
    'llms.txt',
    '..%2fsite.json',
    '%2e%2e%2fpackage.json',
    'constructor',
    '__proto__',
  ])
    for (const path of [`/docs/assets/${name}`, `/docs/${name}`, `/docs/api/${name}`, `/docs/adr/${name}`]) {
      const { status, body, headers } = await call(t, `GET ${path}`)
      expect(`${path} ${status} ${body.code}`).toBe(`${path} 404 request.not_found`)
      expect(headers.get('content-type')).toBe('application/problem+json')
    }
})

test('the type of every problem document leads to its own anchor', async () => {
  const { text } = await call(t, 'GET /docs/errors')
  for (const code of Object.keys(catalogue)) expect(text).toContain(`<section class="error" id="${code}">`)
  const { body } = await call(t, 'GET /v1/me')
  expect(body.type).toBe('https://api.test/docs/errors#auth.required')
})

test('a runtime without the files has the errors and says on the start page what is missing', async () => {
  const bare = await createTestApp({ deps: { asset: async () => undefined } })
  for (const path of [
    '/docs/tokens',
    '/docs/api',
    '/docs/tokens.md',
    '/llms.txt',
    '/docs/assets/main.css',
    '/docs/assets/search.json',
  ])
    expect([path, (await call(bare, `GET ${path}`)).status]).toEqual([path, 404])
  const errors = await call(bare, 'GET /docs/errors')
  expect([errors.status, errors.text.includes('id="session.expired"')]).toEqual([200, true])
  const start = await call(bare, 'GET /docs')
  expect([start.status, start.text.includes('assets/docs'), start.text.includes('/docs/assets/')]).toEqual([
    200,
    true,
    false,
  ])
  await bare.close()
})

test('a mistake in a guide hides no error code', async () => {
  const broken = await createTestApp({
    deps: {
      asset: async () => {
        throw new Error('a guide that cannot be read')
      },
    },
  })
  const { status, text } = await call(broken, 'GET /docs/errors')
  expect([status, text.includes('id="session.expired"')]).toEqual([200, true])
  expect(broken.logged.map(({ level, message }) => `${level} ${message}`)).toContain('error the docs could not be made')
  await broken.close()
})

test('the brand is text on every page', async () => {
  const branded = await createTestApp({ env: { BRAND_NAME: "Ada & Söhne's &lt;b&gt;" } })
  for (const path of ['/docs', '/docs/tokens', '/docs/errors', '/docs/api/auth']) {
    const { text } = await call(branded, `GET ${path}`)
    expect(text.match(/<title>(.*?)<\/title>/)?.[1], path).toContain('Ada &amp; Söhne&#x27;s &amp;lt;b&amp;gt;')
    expect(text, path).not.toMatch(/& Söhne|(?<!&amp;lt;)b&gt;/)
  }
  await branded.close()
})

test('/llms.txt has the form of llmstxt.org, and each of its links is served', async () => {
  const { text } = await call(t, 'GET /llms.txt')
  const [title, , summary] = text.split('\n')
  expect([title, summary?.startsWith('> ')]).toEqual(['# Threeger ID', true])
  const sections = [...text.matchAll(/^## (.+)$/gm)].map(([, name]) => name)
  expect(sections.at(-1)).toBe('Optional')
  const links = [...text.matchAll(/^- \[[^\]]+\]\(([^)]+)\)/gm)].map(([, url]) => url ?? '')
  expect(links.length).toBeGreaterThan(45)
  for (const url of links) {
    expect(url).toStartWith(`${ORIGIN}/`)
    const { status, headers } = await call(t, `GET ${url.slice(ORIGIN.length)}`)
    expect([url, status, headers.get('content-type')?.includes('html')]).toEqual([url, 200, false])
  }
})

describe('sizes, gzip', () => {
  const gzipped = (text: string): number => Bun.gzipSync(text).length / 1024
  const sizeOf = async (path: string): Promise<number> => gzipped((await call(t, `GET ${path}`)).text)
  /** The files that each page loads. */
  const shared = async (): Promise<number> => {
    const { text } = await call(t, 'GET /docs')
    const urls = [...text.matchAll(/<(?:link rel="stylesheet"|script type="module") (?:href|src)="([^"]+)"/g)]
    const main = await Promise.all(urls.map(([, url]) => sizeOf(url ?? '')))
    const chunk = /from"\.\/([\w-]+\.js)"/.exec(await (files.get('docs/main.js')?.text() ?? ''))?.[1]
    return main.reduce((sum, size) => sum + size, 0) + (chunk === undefined ? 0 : await sizeOf(`/docs/assets/${chunk}`))
  }

  test('the start page is at most 20 KB with all that it loads', async () => {
    expect((await sizeOf('/docs')) + (await shared())).toBeLessThan(20)
  })

  test('a guide is at most 25 KB, a page of the reference at most 35, the list of operations at most 15', async () => {
    const sizes = await Promise.all(paths().map(async (path) => [path, await sizeOf(path)] as const))
    const limitOf = (path: string) => (path === '/docs/api' ? 15 : path.startsWith('/docs/api/') ? 35 : 25)
    expect(sizes.filter(([path, size]) => size > limitOf(path))).toEqual([])
  })

  test('the search is at most 85 KB, and is loaded when it is opened', async () => {
    const index = gzipped((await files.get('docs/search.json')?.text()) ?? '')
    const code = [...files.keys()].find((path) => /^docs\/search-\w+\.js$/.test(path)) ?? ''
    expect(index + gzipped((await files.get(code)?.text()) ?? '')).toBeLessThan(85)
    expect(await files.get('docs/main.js')?.text()).not.toContain('combobox')
  })
})

test('each page of the site has its file, and each file its page', () => {
  const made = [...files.keys()].filter((path) => /^docs\/pages\/.*\.json$/.test(path))
  const wanted = paths().filter((path) => !['/docs', '/docs/errors'].includes(path))
  expect(made.sort()).toEqual(wanted.map((path) => pageFile(path, 'json')).sort())
})
