import { expect } from 'bun:test'
import { guarantee } from '../../runtime/case.ts'
import { plain } from '../../runtime/round-trips/operation.ts'
import { defineContract } from '../../support/contract.ts'

const BROWSER = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' }

export const contract = defineContract({
  access: {
    'GET /': 'public',
    'GET /home/assets/:name': 'public',
  },
  writes: {
    budget: { 'GET /': 0, 'GET /home/assets/:name': 0 },
    ask: async ({ pay }) => {
      await pay('GET /', '/', { headers: BROWSER })
      await pay('GET /home/assets/:name', '/home/assets/main.js')
    },
  },
  roundTrips: [
    // The page of development, which the measured server shows, reads the state of the database too.
    {
      route: 'GET /',
      status: 200,
      prepare: () => ({ methodAndPath: 'GET /', headers: { accept: 'application/json' } }),
    },
    plain('GET /home/assets/:name', 'GET /home/assets/main.js'),
  ],
  runtime: [
    guarantee(
      'the root is a page, and an index for who asks for JSON, and a page that there is not leads to it',
      ['GET /', 'GET /home/assets/:name'],
      async ({ call, refused }) => {
        const page = await call('GET /', { headers: { ...BROWSER, 'accept-language': 'de' } })
        expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
        expect(page.text).toStartWith('<!doctype html><html lang="de"')
        expect(page.text).toContain('href="/sign-in?return_to=%2F"')
        expect(page.headers.get('content-security-policy')).toStartWith("default-src 'none'; script-src 'self';")
        const anything = await call('GET /', { headers: { accept: '*/*' } })
        expect([anything.status, anything.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
        const index = await call<{ links: Record<string, string> }>('GET /', {
          headers: { accept: 'application/json' },
        })
        expect([index.status, index.headers.get('content-type')?.split(';')[0]]).toEqual([200, 'application/json'])
        expect(index.body.links.openapi).toEndWith('/openapi.json')
        for (const [name, type] of [
          ['main.js', 'text/javascript; charset=utf-8'],
          ['main.css', 'text/css; charset=utf-8'],
        ] as const) {
          const file = await call(`GET /home/assets/${name}`)
          expect([file.status, file.headers.get('content-type'), file.text.length > 20]).toEqual([200, type, true])
        }
        for (const name of ['nothing.js', '..%2Fopenapi.json', '__proto__'])
          await refused(`GET /home/assets/${name}`, 'request.not_found')
        const missing = await call('GET /nothing-here', { headers: BROWSER })
        expect([missing.status, missing.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8'])
        expect(missing.text).toContain('href="/"')
        await refused('GET /nothing-here', 'request.not_found')
        const api = await call('GET /v1/nothing-here', { headers: BROWSER })
        expect(api.headers.get('content-type')).toBe('application/problem+json')
      },
    ),
  ],
})
