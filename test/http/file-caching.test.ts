/** What caches may keep: a file under a URL that names what it is, and no other. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import manifest from '../../package.json' with { type: 'json' }
import { fileCaching } from '../../src/http/file-caching.ts'
import { brandVersion } from '../../src/modules/pages/brand.ts'
import { call } from '../support/client.ts'
import { createTestApp, type TestApp } from '../support/test-app.ts'

const FOR_GOOD = 'public, max-age=31536000, immutable'

let t: TestApp
beforeAll(async () => {
  t = await createTestApp()
})
afterAll(() => t.close())

test('only the own version, or a hash in the name, is kept', () => {
  const caching = (url: string, version: string | undefined = '1.0.0', production = true) =>
    fileCaching({ production, appUrl: 'https://id.example' }, url, version)
  expect(caching('/x/assets/main.js?v=1.0.0')).toBe(FOR_GOOD)
  expect(caching('/x/assets/part-k3j9x0aq.js')).toBe(FOR_GOOD)
  expect(caching('/x/assets/part-k3j9x0aq.js?v=9')).toBe(FOR_GOOD)
  for (const url of [
    'main.js',
    'main.js?v=',
    'main.js?v=99.0.0',
    'main.js?v=1.0.0x',
    'main.js?v=2&v=1.0.0',
    'main.js?x=-k3j9x0aq.js',
  ])
    expect([url, caching(`/x/assets/${url}`)]).toEqual([url, 'no-cache'])
  expect(fileCaching({ production: true, appUrl: 'https://id.example' }, '/main.js?v=undefined', undefined)).toBe(
    'no-cache',
  )
  expect(caching('/x/assets/main.js?v=1.0.0', '1.0.0', false)).toBe('no-cache')
})

test.each([
  '/sign-in/assets/main.js',
  '/home/assets/main.js',
  '/account/assets/main.js',
  '/account/assets/texts-de.js',
  '/console/assets/main.css',
  '/setup/assets/main.js',
  '/docs/assets/main.js',
  '/docs/assets/search.json',
  '/pages/assets/pages.css',
  '/pages/assets/pages.js',
])('%s of another version is kept by no cache', async (path) => {
  for (const query of ['', '?v=99.0.0', '?v=undefined']) {
    const { status, headers } = await call(t, `GET ${path}${query}`)
    expect([query, status, headers.get('cache-control')]).toEqual([query, 200, 'no-cache'])
  }
})

test('the URLs that pages name are kept', async () => {
  for (const path of [
    `/sign-in/assets/main.js?v=${manifest.version}`,
    `/pages/assets/pages.css?v=${brandVersion(t.deps.config)}`,
  ]) {
    const { headers } = await call(t, `GET ${path}`)
    expect(headers.get('cache-control')).toBe(t.deps.config.production ? FOR_GOOD : 'no-cache')
  }
})
