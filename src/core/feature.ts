/**
 * What a feature declares of itself: data, which every start reads. It imports nothing of the feature at run time, so a
 * feature costs nothing before its first request. `src/features.ts` lists the features, and `src/declared.ts` puts together
 * what they declare.
 *
 * A function in a declaration names its return type (`routes: (): RouteFiles => …`). Without that, the type of the
 * declaration depends on the files that it imports, and those depend on the declaration.
 */
import type { AnyElysia } from 'elysia'
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

/** An entry of the error catalogue. Codes and titles are public and never change. */
export interface ErrorDeclaration {
  status: number
  title: string
  /** What the caller can do about it. */
  remedy: string
  /** The code that replaces this one. The server still sends this one where it always did. */
  deprecatedFor?: `${string}.${string}`
}

/** What is allowed only so often: `points` in each fixed window of `seconds`. */
export interface Budget {
  points: number
  seconds: number
}

/** A variable of the environment. It is optional when it has no `default`. An empty value counts as absent. */
export type Variable = {
  /** For `.env.example` and `--help`. */
  description: string
} & (
  | { type: 'integer'; minimum: number; maximum: number; default?: number }
  | { type: 'text'; pattern?: string; minLength?: number; maxLength?: number; default?: string }
  | { oneOf: readonly [string, ...string[]]; default?: string }
)

export interface Feature {
  /** The noun in its URLs, and the name of its folder. */
  name: string
  /** Its place in what people read, such as the catalogue of errors. Features without one follow, sorted by name. */
  position?: number
  /** Each route, as `METHOD /path/:parameter`, and its mark. The route lines say the same: a route that differs is refused. */
  paths?: Readonly<Record<`${string} /${string}`, Mark>>
  /** Whether the routes are served under this configuration. Absent: always. */
  served?: (config: { development: boolean }) => boolean
  /** Imports the route files, when the first request to one of `paths` comes. */
  routes?: () => RouteFiles
  /** Code (`noun.reason`) → what `problem(code)` answers. */
  errors?: Readonly<Record<`${string}.${string}`, ErrorDeclaration>>
  /** Types of events (`noun.happened`). Webhooks and the audit log show them, so they are never renamed. */
  events?: readonly `${string}.${string}`[]
  /** What a route can require (`noun:action`). The role `admin` has every one of them. */
  permissions?: readonly `${string}:${string}`[]
  /** The first letters of ids: `usr` of `usr_0190…`. */
  idPrefixes?: readonly string[]
  /** Each is spent with a key that its name tells: `guess:session`. */
  budgets?: Readonly<Record<`${string}:${string}`, Budget>>
  /** The points of one network. `core/limits/address-budgets.ts` says which wider budgets follow from each. */
  addressBudgets?: Readonly<Record<`${string}:address`, Budget>>
  /** Read as `config.variables.NAME`, or under the name that `src/config.ts` gives to what it derives. */
  variables?: Readonly<Record<Uppercase<string>, Variable>>
  /** Tags of the OpenAPI document, with their descriptions. */
  tags?: Readonly<Record<string, string>>
}

/** `export const feature = defineFeature({ name: 'roles', … })` */
export const defineFeature = <const F extends Feature>(feature: F): F => feature
