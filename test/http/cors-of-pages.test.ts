/** An origin of CORS_ORIGINS calls the API, and reads no page: pages show what is in the browser of the person. */
import { expect, test } from 'bun:test'
import { call } from '../support/client.ts'
import { createTestApp } from '../support/test-app.ts'
import { routesOf } from './support/routes.ts'

const APP = 'https://app.example'

test('no HTML is for another origin, and every other answer is', async () => {
  const t = await createTestApp({ env: { CORS_ORIGINS: APP } })
  const paths = (await routesOf(t.app)).filter(({ method }) => method === 'GET').map(({ path }) => path)
  const pages: string[] = []
  for (const path of [...new Set(paths), '/nothing-here']) {
    const { headers } = await call(t, `GET ${path.replaceAll(/:(\w+)/g, 'x')}`, {
      headers: { origin: APP, accept: 'text/html' },
    })
    const isPage = headers.get('content-type')?.startsWith('text/html') === true
    if (!isPage) continue
    pages.push(path)
    expect([path, headers.get('access-control-allow-origin'), headers.get('access-control-allow-credentials')]).toEqual(
      [path, null, null],
    )
  }
  for (const path of ['/sign-in', '/sign-up', '/forgot-password', '/verify-email', '/docs', '/setup', '/nothing-here'])
    expect(pages).toContain(path)
  const { headers } = await call(t, 'GET /v1/me', { headers: { origin: APP, accept: 'text/html' } })
  expect(headers.get('access-control-allow-origin')).toBe(APP)
  expect(headers.get('access-control-allow-credentials')).toBe('true')
  await t.close()
})
