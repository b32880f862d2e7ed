import { plain } from '../../runtime/round-trips/operation.ts'
import { defineContract } from '../../support/contract.ts'
import { docsCases } from './runtime-cases.ts'

export const contract = defineContract({
  access: {
    'GET /docs': 'public',
    'GET /docs/assets/:name': 'public',
    'GET /docs/errors': 'public',
    'GET /docs/mcp': 'public',
    'GET /openapi.json': 'public',
  },
  writes: {
    budget: {
      'GET /docs': 0,
      'GET /docs/assets/:name': 0,
      'GET /docs/errors': 0,
      'GET /docs/mcp': 0,
      'GET /openapi.json': 0,
    },
    ask: async ({ pay }) => {
      for (const path of ['/docs', '/docs/errors', '/docs/mcp', '/openapi.json']) await pay(`GET ${path}`, path)
      await pay('GET /docs/assets/:name', '/docs/assets/nothing.js', {}, 404)
    },
  },
  roundTrips: [
    plain('GET /openapi.json'),
    plain('GET /docs'),
    plain('GET /docs/errors'),
    plain('GET /docs/mcp'),
    plain('GET /docs/assets/:name', 'GET /docs/assets/docs.css'),
  ],
  runtime: docsCases,
})
