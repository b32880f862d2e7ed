/**
 * What a feature declares of itself: data, which every start reads. It imports nothing of the feature at run time, so a
 * feature costs nothing before its first request. `src/features.ts` lists the features, and `src/declared.ts` puts together
 * what they declare.
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
import type { Letters, MailFields } from './letters.ts'

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

/** What the handler of a queued job gets: the same `id` each time the job is tried. */
export interface QueuedJob {
  id: string
  userId: string | null
  payload: unknown
  /** ms UTC. */
  queuedAt: number
}

/** Does a job, or throws: `PermanentFailure` when trying again is of no use. Must give up by itself within a minute. */
export type JobHandler = (deps: Deps, job: QueuedJob) => Promise<unknown>
/** The handler, from its file. */
export type LoadedHandler = Promise<JobHandler>

/** Work that is queued with a change (`queueJob`), by the kind of the job. */
export interface QueuedWork {
  /** Whether this process does it under this configuration; if not, the jobs wait. Absent: always. */
  done?: (config: { mailUrl: string | undefined }) => boolean
  run: () => LoadedHandler
}

/** Why a clock is believed: by the time the process has run, by the record in the database, or after the wait. */
export type ClockBasis = 'process' | 'record' | 'wait'

/**
 * One batch of at most `limit` rows of each kind. Returns how many rows it dealt with, by what they were; all 0: done.
 * `basis`: why `now` is believed; absent for jobs that do not ask.
 */
export type BatchOfWork = (
  deps: Deps,
  now: number,
  limit: number,
  basis?: ClockBasis,
) => Promise<Readonly<Record<string, number>>>
export type LoadedBatch = Promise<BatchOfWork>

type Deletion = BatchItem<'sqlite'> & { _: { result: { rowsAffected: number } } }
/** Statements that delete at most `limit` rows each, by what the rows are. They are one transaction, in this order. */
export type Sweep = (db: Database, now: number, limit: number) => Readonly<Record<string, Deletion>>
export type LoadedSweep = Promise<Sweep>

/** Work that has a time of its own, by the name of the job. Features may share a job for their sweeps. */
export type ScheduledWork = {
  /** A cron pattern, UTC. */
  pattern: string
  /**
   * What the job needs of the clock. `believed`: it deletes what its time is over for, so it waits while the clock is
   * doubted (`modules/jobs/clock-trust.ts`). `not behind`: it writes times by which something is deleted later. `any`: no
   * row depends on it.
   */
  clock: 'believed' | 'not behind' | 'any'
} & ({ run: () => LoadedBatch } | { sweep: () => LoadedSweep })

/** What the fields of an export section are made of, so that a declaration loads no TypeBox. */
export interface FieldTypes {
  Type: typeof Type
  /** ISO 8601. The row has ms UTC under a name that is `at` or ends in `At`. */
  timestamp: TSchema
  /** The same, or null. */
  time: (description: string) => TSchema
  nullable: (description: string, example?: string) => TSchema
}
export type SectionFields = TProperties

/** `key` and `item` (JSON) of at most `limit` rows of a user, in the order of `key`, after the key `after`. Bounded by an index. */
export type SectionRows = (userId: string, after: string, limit: number) => SQL
export type LoadedRows = Promise<SectionRows>

/** A list in `GET /v1/me/export`: what the owner of a table holds about a user. Nothing that would open the account. */
export interface ExportSection {
  description: string
  fields: (types: FieldTypes) => SectionFields
  rows: () => LoadedRows
}

export type LoadedLetters = Promise<Letters>

/** A way to prove that one reads a mailbox: a link to a page that asks for a click, or six digits to type. */
export const proofMail = { link: 'link', code: 'code', minutes: 'minutes' } as const

export interface Feature {
  /** The noun in its URLs, and the name of its folder. */
  name: string
  /** Its place in what people read, such as the catalogue of errors. Features without one follow, sorted by name. */
  position?: number
  /** Each route, as `METHOD /path/:parameter`, and its mark. The route lines say the same: a route that differs is refused. */
  paths?: Readonly<Record<`${string} /${string}`, Mark>>
  /** Routes of `paths` that take a body of `application/x-www-form-urlencoded`, which every other route refuses. */
  forms?: readonly `${string} /${string}`[]
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
  /** Handlers of queued jobs, by the kind of the job. */
  queued?: Readonly<Record<string, QueuedWork>>
  /** By the name of the job, as `bun run cli jobs run NAME` takes it. */
  scheduled?: Readonly<Record<string, ScheduledWork>>
  /** Lists in the export of an account, by their name in its JSON. */
  exports?: Readonly<Record<string, ExportSection>>
  /** Templates of mails, and what each shows. */
  mails?: Readonly<Record<string, MailFields>>
  /** Those mails in words. */
  letters?: () => LoadedLetters
  /** Tags of the OpenAPI document, with their descriptions. */
  tags?: Readonly<Record<string, string>>
}

/** `export const feature = defineFeature({ name: 'roles', … })` */
export const defineFeature = <const F extends Feature>(feature: F): F => feature
