import { expect } from 'bun:test'
import { guarantee } from '../../runtime/case.ts'
import { plain } from '../../runtime/round-trips/operation.ts'
import { defineContract } from '../../support/contract.ts'

export const contract = defineContract({
  access: {
    // Without a session it leads to the sign-in page.
    'GET /account': 'public',
    'GET /account/:section': 'public',
    'GET /account/assets/:name': 'public',
  },
  writes: {
    budget: { 'GET /account': 0, 'GET /account/:section': 0, 'GET /account/assets/:name': 0 },
    ask: async ({ pay }) => {
      await pay('GET /account', '/account', {}, 303)
      await pay('GET /account/:section', '/account/security', {}, 303)
      await pay('GET /account/assets/:name', '/account/assets/main.js')
    },
  },
  roundTrips: [
    plain('GET /account', 'GET /account', 303),
    plain('GET /account/:section', 'GET /account/security', 303),
    plain('GET /account/assets/:name', 'GET /account/assets/main.js'),
  ],
  runtime: [
    guarantee(
      'the account page leads to the sign-in page, and its program is served',
      ['GET /account', 'GET /account/:section', 'GET /account/assets/:name'],
      async ({ call, refused }) => {
        for (const [path, location] of [
          ['/account', '/sign-in?return_to=%2Faccount'],
          ['/account/security', '/sign-in?return_to=%2Faccount%2Fsecurity'],
          ['/account/nothing', '/account'],
        ]) {
          const { status, headers } = await call(`GET ${path}`)
          expect([status, headers.get('location')]).toEqual([303, location ?? ''])
        }
        for (const [name, type] of [
          ['main.js', 'text/javascript; charset=utf-8'],
          ['texts-ja.js', 'text/javascript; charset=utf-8'],
          ['main.css', 'text/css; charset=utf-8'],
        ] as const) {
          const file = await call(`GET /account/assets/${name}`)
          expect([file.status, file.headers.get('content-type'), file.text.length > 20]).toEqual([200, type, true])
        }
        for (const name of ['nothing.js', 'texts-xx.js', '..%2Fopenapi.json', '__proto__', 'main.js.map'])
          await refused(`GET /account/assets/${name}`, 'request.not_found')
      },
    ),
  ],
})
