/**
 * What a feature declares of itself: data, which every start reads. It imports nothing of the feature at run time, so a
 * feature costs nothing before its first request. `src/features.ts` lists them.
 */
import type { AnyElysia } from 'elysia'
import type { Config } from '../config.ts'
import type { Deps } from '../deps.ts'

/** A file of routes. The audience names the file: `routes.ts`, `own-routes.ts` (`/v1/me/…`), `admin-routes.ts`. */
export interface RoutesModule {
  routes?: RoutePlugin
  ownRoutes?: RoutePlugin
  adminRoutes?: RoutePlugin
}
export type RoutePlugin = (deps: Deps, app: Assembled) => AnyElysia

/** What a route may know of the app it is part of. */
export interface Assembled {
  /** The routes of every feature. Loads them. */
  allRoutes: () => Promise<AnyElysia['routes']>
}

/** The route files of a feature, loaded. A function that returns it names this type, so that no type goes in a circle. */
export type RouteFiles = Promise<readonly RoutesModule[]>

/** Who may call a route: `public`, or what its line says with `requires` (`http/access.ts`). */
export type Mark = 'public' | 'session' | 'fresh-session' | 'any-session' | 'fresh-any-session' | `${string}:${string}`

export interface Feature {
  /** The noun in its URLs, and the name of its folder. */
  name: string
  /** Each route, as `METHOD /path/:parameter`, and its mark. The route lines say the same: a route that differs is refused. */
  paths?: Readonly<Record<`${string} /${string}`, Mark>>
  /** Routes of `paths` that take a body of `application/x-www-form-urlencoded`, which every other route refuses. */
  forms?: readonly `${string} /${string}`[]
  /** Whether the routes are served under this configuration. Absent: always. */
  served?: (config: Config) => boolean
  /** Imports the route files, when the first request to one of `paths` comes. */
  routes?: () => RouteFiles
}

/** `export const feature = defineFeature({ name: 'roles', … })` */
export const defineFeature = <const F extends Feature>(feature: F): F => feature
