import { expect } from 'bun:test'
import { guarantee } from '../../runtime/case.ts'
import { plain } from '../../runtime/round-trips/operation.ts'
import { defineContract } from '../../support/contract.ts'

/** Without a session, each leads to the sign-in page. */
const PAGES = {
  'GET /console': '/console',
  'GET /console/:section': '/console/users',
  'GET /console/:section/:item': '/console/users/usr_1',
  'GET /console/:section/:item/:tab': '/console/users/usr_1/sessions',
} as const
const FILE = 'GET /console/assets/:name'

export const contract = defineContract({
  access: {
    'GET /console': 'public',
    'GET /console/:section': 'public',
    'GET /console/:section/:item': 'public',
    'GET /console/:section/:item/:tab': 'public',
    'GET /console/assets/:name': 'public',
  },
  writes: {
    budget: {
      'GET /console': 1, // the first time: whether there is an administrator
      'GET /console/:section': 0,
      'GET /console/:section/:item': 0,
      'GET /console/:section/:item/:tab': 0,
      'GET /console/assets/:name': 0,
    },
    ask: async ({ pay }) => {
      for (const [route, path] of Object.entries(PAGES)) await pay(route, path, {}, 303)
      await pay(FILE, '/console/assets/main.js')
    },
  },
  roundTrips: [
    ...Object.entries(PAGES).map(([route, path]) => plain(route, `GET ${path}`, 303)),
    plain(FILE, 'GET /console/assets/main.js'),
  ],
  runtime: [
    guarantee(
      'the console leads to the sign-in page, and its program is served',
      [...Object.keys(PAGES), FILE],
      async ({ admin, call, refused }) => {
        await admin() // without one, the console leads to the set-up: setup-page.test.ts
        for (const path of Object.values(PAGES)) {
          const { status, headers } = await call(`GET ${path}`)
          expect([status, headers.get('location')]).toEqual([303, `/sign-in?return_to=${encodeURIComponent(path)}`])
        }
        for (const [name, type] of [
          ['main.js', 'text/javascript; charset=utf-8'],
          ['main.css', 'text/css; charset=utf-8'],
        ] as const) {
          const file = await call(`GET /console/assets/${name}`)
          expect([file.status, file.headers.get('content-type'), file.text.length > 20]).toEqual([200, type, true])
        }
        for (const name of ['nothing.js', '..%2Fopenapi.json', '__proto__', 'main.js.map'])
          await refused(`GET /console/assets/${name}`, 'request.not_found')
      },
    ),
  ],
})
