import { plain } from '../../runtime/round-trips/operation.ts'
import { defineContract } from '../../support/contract.ts'
import { pagesCases } from './runtime-cases.ts'

export const contract = defineContract({
  access: {
    // Opening the page of a link in a mail does not use the link.
    'GET /verify-email': 'public',
    'GET /confirm-email': 'public',
    'GET /reset-password': 'public',
    'GET /accept-invitation': 'public',
    'GET /pages/assets/:name': 'public',
    'GET /favicon.ico': 'public',
  },
  writes: {
    budget: {
      'GET /verify-email': 0,
      'GET /confirm-email': 0,
      'GET /reset-password': 0,
      'GET /accept-invitation': 0,
      'GET /pages/assets/:name': 0,
      'GET /favicon.ico': 0,
    },
    ask: async ({ pay }) => {
      for (const path of ['/verify-email', '/confirm-email', '/reset-password', '/accept-invitation'])
        await pay(`GET ${path}`, path)
      await pay('GET /pages/assets/:name', '/pages/assets/pages.js')
      await pay('GET /favicon.ico', '/favicon.ico', {}, 303)
    },
  },
  roundTrips: [
    plain('GET /verify-email'),
    plain('GET /confirm-email'),
    plain('GET /reset-password'),
    plain('GET /accept-invitation'),
    plain('GET /pages/assets/:name', 'GET /pages/assets/pages.js'),
    plain('GET /favicon.ico', 'GET /favicon.ico', 303),
  ],
  runtime: pagesCases,
})
