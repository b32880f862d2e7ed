import { expect } from 'bun:test'
import { join } from 'node:path'
import { catalogue } from '../../../src/errors.ts'
import { sessionCookieName } from '../../../src/lib/cookies.ts'
import { guarantee } from '../../runtime/case.ts'
import { APP_URL } from '../../runtime/tools.ts'

/** The APP_URL that `bun run openapi` writes the document for. */
const COMMITTED_URL = 'http://127.0.0.1:3000'

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
    'the docs page and every file it names are served by us, under its policy',
    ['GET /docs', 'GET /docs/assets/:name'],
    async ({ call, refused }) => {
      const page = await call('GET /docs')
      expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
      expect(page.headers.get('content-security-policy')).toContain("script-src 'self'")
      const named = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url ?? '')
      expect(named.filter((url) => !url.startsWith('/'))).toEqual([])
      const assets = named.filter((url) => url.startsWith('/docs/assets/'))
      expect(assets.length).toBe(5)
      for (const url of assets) {
        const asset = await call(`GET ${url}`)
        expect([asset.status, asset.text.length > 100], url).toEqual([200, true])
        expect(asset.headers.get('content-type'), url).toMatch(
          /^(?:text\/(?:css|javascript); charset=utf-8|image\/png)$/,
        )
      }
      for (const name of ['nothing.js', '..%2F..%2Fpackage.json', '__proto__'])
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

  guarantee('the guide for MCP servers names the server that serves it', ['GET /docs/mcp'], async ({ call }) => {
    const { status, text } = await call('GET /docs/mcp')
    expect(status).toBe(200)
    expect(text).toContain(`${APP_URL}/v1/resources`)
    expect(text).toContain('oauth-protected-resource')
  }),
]
