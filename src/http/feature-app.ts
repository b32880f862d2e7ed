/**
 * The Elysia app of one feature, or of none: what every request meets, in this order, and the routes of the feature. Loaded
 * with the first request, as the framework is.
 */
import { cors } from '@elysiajs/cors'
import { type AnyElysia, Elysia } from 'elysia'
import type { ElysiaAdapter } from 'elysia/adapter'
import type { Assembled, Feature, RoutesModule } from '../core/feature.ts'
import type { Deps } from '../deps.ts'
import { ACCESS, assertMarked } from './access.ts'
import { bodies, withoutParsersOfReads } from './bodies.ts'
import { everyOrigin } from './every-origin.ts'
import { pagesWithoutCors } from './pages-without-cors.ts'
import { problems } from './problems.ts'
import { requestLog } from './request-log.ts'
import { createRefusals, requests } from './requests.ts'
import type { RouteTable } from './route-table.ts'

const CORS = {
  methods: ['GET', 'POST', 'PATCH', 'DELETE'],
  allowedHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key', 'If-Match', 'X-Request-Id'],
  exposeHeaders: [
    'ETag',
    'Idempotency-Replayed',
    'Location',
    'RateLimit',
    'RateLimit-Policy',
    'Retry-After',
    'X-Request-Id',
  ],
  credentials: true,
  maxAge: 600,
}

/** What a runtime asks of the framework. */
export interface Framework {
  /** Workers have one of their own. */
  adapter?: ElysiaAdapter
}

export interface FeatureApps {
  /** Whether a request is refused whichever route it is for. */
  isRefused(request: Request): boolean
  /** Answers what no feature does: refusals, 404, 405, CORS preflights, and requests that `fail` with an error. */
  rest(fail: (request: Request) => unknown): AnyElysia
  /** Throws when the routes differ from what the feature declares: it must not answer at all then. */
  of(feature: Feature, modules: readonly RoutesModule[], assembled: Assembled): AnyElysia
}

export function createFeatureApps(deps: Deps, table: RouteTable, framework: Framework): FeatureApps {
  const { corsOrigins } = deps.config
  // The plugin compares a list loosely: `toString` and `x://https://good.example` would pass.
  const isAllowed = ({ headers }: Request) => corsOrigins.includes(headers.get('origin') ?? '')
  const refuse = createRefusals(deps.config, table.takesForm)

  function shared(): AnyElysia {
    const app: AnyElysia = new Elysia({
      name: 'threeger',
      normalize: false,
      ...framework,
    })
    return app
      .use(problems(deps, table.allow, table.problemPage))
      .use(corsOrigins.length > 0 ? cors({ ...CORS, origin: isAllowed }).use(pagesWithoutCors()) : new Elysia())
      .use(requests(deps, table.takesForm))
      .use(everyOrigin(table))
      .use(requestLog(deps))
      .use(bodies(deps, (): AnyElysia['routes'] => app.routes))
  }

  return {
    isRefused(request) {
      try {
        refuse(request)
        return false
      } catch {
        return true
      }
    },
    rest(fail) {
      return shared().onRequest(({ request }) => {
        const error = fail(request)
        if (error !== undefined) throw error
      })
    },
    of(feature, modules, assembled) {
      const app = shared()
      for (const { routes, orgRoutes, ownRoutes, adminRoutes } of modules)
        for (const plugin of [routes, orgRoutes, ownRoutes, adminRoutes]) if (plugin) app.use(plugin(deps, assembled))
      withoutParsersOfReads(app)
      assertMarked(app)
      assertDeclared(feature, app.routes)
      return app
    },
  }
}

/** Elysia keeps a name of a parameter; the table and the routes must use the same. */
function assertDeclared({ name, paths = {} }: Feature, routes: AnyElysia['routes']): void {
  const made = routes
    .filter(({ method }) => method !== 'OPTIONS') // of the CORS plugin
    .map(({ method, path, hooks }) => `${method} ${plain(path)} ${hooks.detail?.[ACCESS]}`)
  const declared = Object.entries<string>(paths).map(([route, mark]) => `${route} ${mark}`)
  const differing = [
    ...declared.filter((route) => !made.includes(route)).map((route) => `only feature.ts has ${route}`),
    ...made.filter((route) => !declared.includes(route)).map((route) => `only the routes have ${route}`),
  ]
  if (differing.length > 0 || made.length !== declared.length)
    throw new Error(`feature.ts of ${name} and its routes differ: ${[...new Set(differing)].join(', ') || 'one twice'}`)
}

const plain = (path: string): string => (path.length > 1 ? path.replace(/\/$/, '') : path)
