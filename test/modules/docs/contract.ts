import { plain } from '../../runtime/round-trips/operation.ts'
import { defineContract } from '../../support/contract.ts'
import { docsCases } from './runtime-cases.ts'

/** One address of each route. */
const DOCS_PATHS = {
  'GET /docs': '/docs',
  'GET /docs/:guide': '/docs/mcp',
  'GET /docs/adr/:name': '/docs/adr/0001-commit-and-witness-events',
  'GET /docs/api': '/docs/api',
  'GET /docs/api/:tag': '/docs/api/auth',
  'GET /docs/assets/:name': '/docs/assets/main.css',
  'GET /docs/errors': '/docs/errors',
  'GET /llms-full.txt': '/llms-full.txt',
  'GET /llms.txt': '/llms.txt',
  'GET /openapi.json': '/openapi.json',
} as const
type DocsRoute = keyof typeof DOCS_PATHS
const routes = Object.entries(DOCS_PATHS)
/** The same for every route: nobody is asked who they are, and nothing is asked of the database. */
const each = <T>(value: T) => Object.fromEntries(routes.map(([route]) => [route, value])) as Record<DocsRoute, T> // its keys

export const contract = defineContract({
  access: each('public' as const),
  writes: {
    budget: each(0),
    ask: async ({ pay }) => {
      for (const [route, path] of routes) await pay(route, path)
    },
  },
  roundTrips: routes.map(([route, path]) => plain(route, `GET ${path}`)),
  runtime: docsCases,
})
