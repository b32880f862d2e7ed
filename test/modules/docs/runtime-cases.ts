import { expect } from 'bun:test'
import { join } from 'node:path'
import { catalogue } from '../../../src/errors.ts'
import { sessionCookieName } from '../../../src/lib/cookies.ts'
import { guarantee } from '../../runtime/case.ts'
import { holds } from '../../runtime/exceptions.ts'
import { APP_URL } from '../../runtime/tools.ts'

/** The APP_URL that `bun run openapi` writes the document for. */
const COMMITTED_URL = 'http://127.0.0.1:3000'
const HTML = 'text/html; charset=utf-8'

export const docsCases = [
  guarantee(
    'the OpenAPI document is the committed one, for its own APP_URL',
    ['GET /openapi.json'],
    async ({ call }) => {
      const answer = await call('GET /openapi.json')
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json'])
      const committed = await Bun.file(join(import.meta.dir, '../../../openapi.json')).text()
      expect(answer.body).toEqual(
        JSON.parse(committed.replaceAll(COMMITTED_URL, APP_URL).replace('session_3000', sessionCookieName(APP_URL))),
      )
    },
  ),

  guarantee(
    'the docs and every file they name are served by us, under their policy',
    ['GET /docs', 'GET /docs/assets/:name'],
    async ({ call, refused }) => {
      const page = await call('GET /docs')
      expect([page.status, page.headers.get('content-type')]).toEqual([200, HTML])
      expect(page.headers.get('content-security-policy')).toContain("require-trusted-types-for 'script'")
      const named = [...page.text.matchAll(/(?:src|href|data-index)="([^"]+)"/g)].map(([, url]) => url ?? '')
      expect(named.filter((url) => !/^[/#]/.test(url))).toEqual([])
      const assets = named.filter((url) => url.startsWith('/docs/assets/'))
      expect(assets.map((url) => url.replace(/\?.*/, '')).sort()).toEqual([
        '/docs/assets/main.css',
        '/docs/assets/main.js',
        '/docs/assets/search.json',
      ])
      for (const url of assets) {
        const asset = await call(`GET ${url}`)
        expect([asset.status, asset.text.length > 100], url).toEqual([200, true])
        expect(asset.headers.get('content-type'), url).toMatch(
          /^(?:text\/(?:css|javascript); charset=utf-8|application\/json)$/,
        )
      }
      for (const name of ['nothing.js', '..%2F..%2Fpackage.json', '__proto__', 'site.json'])
        await refused(`GET /docs/assets/${name}`, 'request.not_found')
    },
  ),

  guarantee(
    'every error code has its place on the page that problem documents point at',
    ['GET /docs/errors'],
    async ({ call }) => {
      const { status, text } = await call('GET /docs/errors')
      expect(status).toBe(200)
      for (const code of Object.keys(catalogue)) expect(text).toContain(`id="${code}"`)
    },
  ),

  guarantee(
    'guides, decisions and the reference name the server that serves them',
    ['GET /docs/:guide', 'GET /docs/adr/:name', 'GET /docs/api', 'GET /docs/api/:tag'],
    async ({ call, refused }) => {
      for (const [path, wanted] of [
        ['/docs/mcp', `${APP_URL}/v1/resources`],
        ['/docs/adr/0001-commit-and-witness-events', 'commit()'],
        ['/docs/api', `<code>${APP_URL}</code>`],
        ['/docs/api/auth', `${APP_URL}/v1/auth/sign-in`],
      ] as const) {
        const { status, headers, text } = await call(`GET ${path}`)
        expect([path, status, headers.get('content-type')]).toEqual([path, 200, HTML])
        expect(text, path).toContain(wanted)
        expect(text, path).not.toContain('app-url.invalid')
        const kept = await call(`GET ${path}`, { headers: { 'if-none-match': headers.get('etag') ?? '' } })
        expect([path, kept.status, kept.text]).toEqual([path, 304, ''])
      }
      for (const path of ['/docs/nothing', '/docs/api/nothing', '/docs/adr/nothing', '/docs/site', '/docs/..%2Fsite'])
        await refused(`GET ${path}`, 'request.not_found')
    },
  ),

  guarantee(
    'a public file is compressed for who accepts it, and is the same for everybody',
    ['GET /llms.txt', 'GET /docs', 'GET /docs/assets/:name'],
    async ({ call, runtime }) => {
      const ours = holds(runtime, 'public files are compressed by the server')
      for (const path of ['/llms.txt', '/docs', '/docs/assets/search.json']) {
        const as = (coding: string, more = {}) =>
          call(`GET ${path}`, { headers: { 'accept-encoding': coding, ...more } })
        const plain = await as('identity')
        expect([path, plain.headers.get('content-encoding')]).toEqual([path, null])
        for (const coding of ['gzip', 'br']) {
          const { headers, text } = await as(coding)
          expect([path, headers.get('content-encoding')]).toEqual([path, ours ? coding : null])
          expect([path, headers.get('content-type')]).toEqual([path, plain.headers.get('content-type')])
          expect(text === plain.text, path).toBe(true)
          const etag = headers.get('etag') ?? ''
          expect([path, etag === plain.headers.get('etag')]).toEqual([path, !ours])
          const kept = await as(coding, { 'if-none-match': etag })
          expect([path, kept.status, kept.text]).toEqual([path, 304, ''])
        }
      }
    },
  ),

  guarantee(
    'programs that read text get the guides as Markdown',
    ['GET /llms.txt', 'GET /llms-full.txt', 'GET /docs/:guide'],
    async ({ call }) => {
      const index = await call('GET /llms.txt')
      expect([index.status, index.headers.get('content-type')]).toEqual([200, 'text/plain; charset=utf-8'])
      expect(index.text).toStartWith('# Threeger ID\n\n> ')
      expect(index.text).toContain(`(${APP_URL}/docs/tokens.md)`)
      const guide = await call('GET /docs/tokens.md')
      expect([guide.status, guide.headers.get('content-type')]).toEqual([200, 'text/markdown; charset=utf-8'])
      expect(guide.text).toStartWith('# Tokens of clients\n')
      expect((await call('GET /llms-full.txt')).text).toContain(guide.text)
    },
  ),
]
