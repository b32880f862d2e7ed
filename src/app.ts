/** The table of contents. Building it does nothing: no I/O, no globals; many apps can live in one process. */
import type { AnyElysia } from 'elysia'
import type { Feature } from './core/feature.ts'
import type { Deps } from './deps.ts'
import * as known from './features.ts'
import { bareProblem } from './http/bare-problem.ts'
import type { FeatureApps, Framework } from './http/feature-app.ts'
import { createRouteTable } from './http/route-table.ts'
import { securityHeaders } from './http/security-headers.ts'

type Fetch = (request: Request) => Response | Promise<Response>

export interface App {
  fetch: Fetch
  handle(request: Request): Promise<Response>
  /** The routes of every feature that is served. Loads them all; rejects when one cannot be loaded. */
  allRoutes(): Promise<AnyElysia['routes']>
}

export interface AppOptions {
  /** Loaded with the framework, by the first request. */
  framework?: () => Promise<Framework>
  /** What is loaded with the routes of a feature, besides them. */
  withRoutes?: (feature: Feature) => Promise<void>
  /** By default those of `features.ts`. */
  features?: readonly Feature[]
}

/**
 * Nothing of a feature is loaded, nor the framework, before the first request that is for it. Throws for what
 * `createRouteTable` refuses.
 */
export function createApp(
  deps: Deps,
  {
    features = Object.values(known),
    framework: runtime = async () => ({}),
    withRoutes = async () => {},
  }: AppOptions = {},
): App {
  const served = features.filter((feature) => feature.served?.(deps.config) !== false)
  const table = createRouteTable(served)
  const framework = later(async (): Promise<FeatureApps> => {
    const [{ createFeatureApps }, options] = await Promise.all([import('./http/feature-app.ts'), runtime()])
    return createFeatureApps(deps, table, options)
  })
  /** Why a request is answered with an error although its route is known. */
  const failures = new WeakMap<Request, unknown>()
  const rest = later(async () => (await framework.get()).rest((request) => failures.get(request)).fetch as Fetch)

  const apps = new Map(
    served.map((feature) => {
      const load = later(async () => {
        const { routes = async () => [] } = feature
        const [apps, modules] = await Promise.all([framework.get(), routes(), withRoutes(feature)])
        return apps.of(feature, modules, { allRoutes })
      })
      return [feature, { load, fetch: undefined as Fetch | undefined }]
    }),
  )

  /** The first requests for a feature, and those after a failure: the next one tries again. */
  async function answerFirst(request: Request, feature: Feature | undefined): Promise<Response> {
    const app = feature && apps.get(feature)
    if (app !== undefined && !(await framework.get()).isRefused(request)) {
      // Reading `fetch` compiles the router, which can fail as an import can.
      const loading = app.load.get().then((loaded) => loaded.fetch as Fetch)
      const loaded = await loading.catch((cause: unknown) => {
        failures.set(request, new Error(`the feature ${feature?.name} cannot be loaded`, { cause }))
      })
      if (loaded) {
        app.fetch = loaded
        return app.fetch(request)
      }
    }
    return (await rest.get())(request)
  }

  const fetch: Fetch = (request) => {
    const feature = table.featureOf(request.method, request.url)
    const answer = feature === undefined ? rest.value : apps.get(feature)?.fetch
    if (answer !== undefined) return answer(request)
    return answerFirst(request, feature).catch((cause: unknown) => withoutFramework(deps, request, cause))
  }

  async function allRoutes(): Promise<AnyElysia['routes']> {
    const loaded = await Promise.all(served.map(async (feature) => (await apps.get(feature)?.load.get())?.routes ?? []))
    return loaded.flat().filter(({ method }) => method !== 'OPTIONS') // of the CORS plugin, in each
  }

  return { fetch, handle: async (request) => fetch(request), allRoutes }
}

/** The answer to a request while the framework cannot be loaded: `server.error`, logged. */
function withoutFramework({ config, log, random }: Deps, { method }: Request, cause: unknown): Response {
  const code = 'server.error'
  const requestId = random.requestId()
  log.error('request failed', { requestId, method, code, cause })
  return bareProblem(code, { requestId, appUrl: config.appUrl, headers: securityHeaders(config) })
}

/** Made once, however many ask at once; when that fails, made again for the next one. */
function later<Value>(make: () => Promise<Value>) {
  let made: Promise<Value> | undefined
  const kept = {
    value: undefined as Value | undefined,
    get: (): Promise<Value> =>
      (made ??= make().then(
        (value) => (kept.value = value),
        (error: unknown) => {
          made = undefined
          throw error
        },
      )),
  }
  return kept
}
