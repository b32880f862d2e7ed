/**
 * The declaration of a feature. It is data, and every start reads it. It imports no code of the feature at run time, so
 * the code of a feature is loaded with its first request. `src/features.ts` lists the features, and `src/declared.ts`
 * combines their declarations.
 *
 * A function in a declaration names its return type (`routes: (): RouteFiles => …`). Without that, the type of the
 * declaration depends on the files that it imports, and those depend on the declaration.
 */
import type { TProperties, TSchema, Type } from '@sinclair/typebox'
import type { SQL } from 'drizzle-orm'
import type { BatchItem } from 'drizzle-orm/batch'
import type { AnyElysia } from 'elysia'
import type { Database } from '../../db/database.ts'
import type { Deps } from '../deps.ts'
import type { Shown } from '../lib/answered.ts'
import type { Locale } from '../lib/languages.ts'
import type { Letters, MailFields } from './letters.ts'

/** The built-in roles of an organisation. Each has the permissions of the ones after it. */
export const builtInOrgRoles = ['owner', 'admin', 'member'] as const
export type BuiltInOrgRole = (typeof builtInOrgRoles)[number]

/** A file of routes. The audience names the file: `routes.ts`, `own-routes.ts` (`/v1/me/…`), `org-routes.ts` (`/v1/orgs/:id/…`), `admin-routes.ts`, and `page-routes.ts` for pages beside an API. */
export interface RoutesModule {
  routes?: RoutePlugin
  orgRoutes?: RoutePlugin
  ownRoutes?: RoutePlugin
  adminRoutes?: RoutePlugin
}
export type RoutePlugin = (deps: Deps, app: Assembled) => AnyElysia

/** What a route can know of the app that it is part of. */
export interface Assembled {
  /** The routes of every feature. Loads them. */
  allRoutes: () => Promise<AnyElysia['routes']>
}

/** The loaded route files of a feature. A function that returns it names this type, to avoid a circular type. */
export type RouteFiles = Promise<readonly RoutesModule[]>

/** Who may call a route: `public`, or the mark that the route sets with `requires` (`http/access.ts`). */
export type Mark =
  | 'public'
  | 'principal'
  | 'session'
  | 'fresh-session'
  | 'any-session'
  | 'fresh-any-session'
  | `${string}:${string}`

/** An entry of the error catalogue. Codes are public and never change. Titles and remedies are for people and may be reworded. */
export interface ErrorDeclaration {
  status: number
  title: string
  /** What the caller can do about the error. */
  remedy: string
  /** The code that replaces this one. The server still sends this one in the same cases as before. */
  deprecatedFor?: `${string}.${string}`
}

/** A rate limit: `points` in each fixed window of `seconds`. */
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

/** What the handler of a queued job gets. The `id` is the same for each attempt. */
export interface QueuedJob {
  id: string
  userId: string | null
  payload: unknown
  /** ms UTC. */
  queuedAt: number
}

/**
 * Does a job. Throws when it fails, and throws `PermanentFailure` when a retry would be useless. It must end within a
 * minute.
 */
export type JobHandler = (deps: Deps, job: QueuedJob) => Promise<unknown>
/** The handler, loaded from its file. */
export type LoadedHandler = Promise<JobHandler>

/** A kind of queued job (`queueJob`). */
export interface QueuedWork {
  /** Whether this process does these jobs under this configuration. If not, the jobs wait. Absent: always. */
  done?: (config: { mailUrl: string | undefined }) => boolean
  run: () => LoadedHandler
}

/**
 * Why the server believes a clock: the running time of the process, the record in the database, or the end of the wait.
 */
export type ClockBasis = 'process' | 'record' | 'wait'

/**
 * Handles one batch of at most `limit` rows of each kind. Returns the number of rows by kind. The job is done when all
 * are 0. `basis` says why the server believes `now`. It is absent for jobs that do not depend on the clock.
 */
export type BatchOfWork = (
  deps: Deps,
  now: number,
  limit: number,
  basis?: ClockBasis,
) => Promise<Readonly<Record<string, number>>>
export type LoadedBatch = Promise<BatchOfWork>

type Deletion = BatchItem<'sqlite'> & { _: { result: { rowsAffected: number } } }
/**
 * Statements that each delete at most `limit` rows, by the kind of the rows. They run in one transaction, in this
 * order.
 */
export type Sweep = (db: Database, now: number, limit: number) => Readonly<Record<string, Deletion>>
export type LoadedSweep = Promise<Sweep>

/** A job with its own schedule. Features can share one job for their sweeps. */
export type ScheduledWork = {
  /** A cron pattern, UTC. */
  pattern: string
  /**
   * What the job needs of the clock. `believed`: the job deletes rows by age, so it waits while the server does not
   * believe the clock (`modules/jobs/clock-trust.ts`). `not behind`: it writes times by which rows are deleted later.
   * `any`: no row depends on the clock.
   */
  clock: 'believed' | 'not behind' | 'any'
} & ({ run: () => LoadedBatch } | { sweep: () => LoadedSweep })

/** The types for the fields of an export section. They are passed in, so a declaration does not load TypeBox. */
export interface FieldTypes {
  Type: typeof Type
  /** ISO 8601. The row has ms UTC under a name that is `at` or ends in `At`. */
  timestamp: TSchema
  /** The same, or null. */
  time: (description: string) => TSchema
  nullable: (description: string, example?: string) => TSchema
}
export type SectionFields = TProperties

/**
 * Selects `key` and `item` (JSON) of at most `limit` rows of a user, after the key `after`, in the order of `key`. It
 * must use an index.
 */
export type SectionRows = (userId: string, after: string, limit: number) => SQL
export type LoadedRows = Promise<SectionRows>

/**
 * A list in `GET /v1/me/export`: what a table holds about a user. It must hold nothing that gives access to the
 * account.
 */
export interface ExportSection {
  description: string
  fields: (types: FieldTypes) => SectionFields
  rows: () => LoadedRows
}

export type LoadedLetters = Promise<Letters>

/** The fields of a mail that verifies an address: a link to a page that asks for a click, or a code of six digits. */
export const proofMail = { link: 'link', code: 'code', minutes: 'minutes' } as const

/** A failed request, as its problem document tells it. */
export interface FailedPage {
  /** Of its URL. */
  path: string
  locale: Locale
  requestId: string
  code: string
  status: number
  title: string
  retryAfterSeconds?: number | undefined
}
/** The page for people in place of a problem document. Undefined: a program asks, or a route of the API is asked. */
export type ProblemPage = (deps: Deps, failed: FailedPage) => Shown | undefined
export type LoadedProblemPage = Promise<ProblemPage>

export interface Feature {
  /** The noun in its URLs. It is also the name of its folder. */
  name: string
  /**
   * The position in lists for readers, such as the catalogue of errors. Features without a position follow, sorted by
   * name.
   */
  position?: number
  /**
   * The mark of each route, as `METHOD /path/:parameter`. The route declares the same mark. The server refuses a route
   * with another mark.
   */
  paths?: Readonly<Record<`${string} /${string}`, Mark>>
  /** Routes of `paths` that take a body of `application/x-www-form-urlencoded`, which every other route refuses. */
  forms?: readonly `${string} /${string}`[]
  /**
   * Routes of `paths` that pages of every origin may call. No cookie counts there, so browsers send none. `CORS_ORIGINS` says who
   * may call every other route.
   */
  everyOrigin?: readonly `${string} /${string}`[]
  /** Whether the routes are served under this configuration. Absent: always. */
  served?: (config: { development: boolean }) => boolean
  /** Imports the route files, with the first request to one of `paths`. */
  routes?: () => RouteFiles
  /** What a browser shows when a request for a page fails. At most one feature has it. Imported with the first such failure. */
  problemPage?: () => LoadedProblemPage
  /** The errors by code (`noun.reason`), as `problem(code)` answers them. */
  errors?: Readonly<Record<`${string}.${string}`, ErrorDeclaration>>
  /** Types of events (`noun.happened`). Webhooks and the audit log show them, so they are never renamed. */
  events?: readonly `${string}.${string}`[]
  /** Permissions that a route can require (`noun:verb`). The role `admin` of the instance has all of them. */
  permissions?: readonly `${string}:${string}`[]
  /**
   * Permissions that a role of an organisation can have there, and the lowest built-in role that has each. The role
   * `admin` of the instance has all of them in every organisation.
   */
  orgPermissions?: Readonly<Record<`${string}:${string}`, BuiltInOrgRole>>
  /** The first letters of ids, such as `usr` in `usr_0190…`. */
  idPrefixes?: readonly string[]
  /** Budgets. The name says what the key is: `guess:session` is counted by session. */
  budgets?: Readonly<Record<`${string}:${string}`, Budget>>
  /** The points of one network. `core/limits/address-budgets.ts` says which wider budgets are derived from each. */
  addressBudgets?: Readonly<Record<`${string}:address`, Budget>>
  /** Read as `config.variables.NAME`. If `src/config.ts` derives a value from it, read that value instead. */
  variables?: Readonly<Record<Uppercase<string>, Variable>>
  /** Handlers of queued jobs, by the kind of the job. */
  queued?: Readonly<Record<string, QueuedWork>>
  /** By the name of the job, which `bun run cli jobs run NAME` takes. */
  scheduled?: Readonly<Record<string, ScheduledWork>>
  /** Lists in the export of an account, by their name in its JSON. */
  exports?: Readonly<Record<string, ExportSection>>
  /** Templates of mails, and the fields of each. */
  mails?: Readonly<Record<string, MailFields>>
  /** The texts of these mails. */
  letters?: () => LoadedLetters
  /** Tags of the OpenAPI document, with their descriptions. */
  tags?: Readonly<Record<string, string>>
}

/** `export const feature = defineFeature({ name: 'roles', … })` */
export const defineFeature = <const F extends Feature>(feature: F): F => feature
