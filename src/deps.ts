/** All effects of the app. Entries build them. No other code in `src` touches the world outside the process. */
import type { Database, DatabaseFile } from '../db/database.ts'
import type { Config } from './config.ts'
import type { Circumstances } from './core/authz/model.ts'
import type { Memberships, Scope } from './core/authz/scope.ts'
import type { Cache, RecordKind } from './core/cache/model.ts'
import type { Bus, Feed } from './core/feed/model.ts'
import type { Limiter } from './core/limits/model.ts'
import type { Measure } from './core/metrics/model.ts'
import type { Revocations } from './core/revocations/model.ts'
import type { StreamParts } from './core/rooms/parts.ts'
import type { IdPrefix } from './declared.ts'
import type { ActingFor } from './lib/acting-for.ts'
import type { ProxyRange } from './lib/addresses.ts'
import type { Coding } from './lib/content-coding.ts'
import type { KeyRing } from './lib/key-ring.ts'
import type { Locale } from './lib/languages.ts'
import type { Mailer } from './lib/mailer.ts'
import type { Bytes } from './lib/primitives/primitives.ts'
import type { FetchPublic } from './lib/public-addresses.ts'
import type { WarningCode } from './lib/warnings.ts'

export type { Allowance, Limiter, Take } from './core/limits/model.ts'
export type { Mail, Mailer } from './lib/mailer.ts'

export interface Deps {
  config: Config
  db: Database
  /** The same database for reads that may take long, such as a search: off the event loop if this process can do so. */
  longReads: Database
  /**
   * The same database for long reads whose answer may be some seconds old: a copy near this process, if there is one
   * (DATABASE_REPLICA_PATH), otherwise `longReads`. Never for what decides who may do something: `test/contract/stale-reads.test.ts`
   * lists each use.
   */
  staleReads: Database
  /** The database file, if this process owns one. A libSQL server manages its own file. */
  storage?: DatabaseFile
  clock: Clock
  random: Random
  passwords: Passwords
  principals: PrincipalCache
  cache: Cache
  tickets: Tickets
  limiter: Limiter
  keys: KeyRing
  queue: Queue
  bus: Bus
  feed: Feed
  streams: StreamParts
  revocations: Revocations
  mailer: Mailer
  /** For requests to other servers only. It must end by itself when its signal is aborted. */
  fetch: (url: string, init?: RequestInit) => Promise<Response>
  fetchPublic: FetchPublic
  log: Log
  /** Runs work after the response was sent. A failure is logged and never thrown. */
  defer: (work: () => Promise<unknown>) => void
  /** The address of the TCP peer, if the runtime has it. */
  peerAddress: (request: Request) => string | undefined
  /** A file for the browser or of the docs, made by `src/build/assets.ts`. The caller has checked the path: it has no `..`. */
  asset: (path: string) => Promise<Blob | undefined>
  /**
   * Compresses a file that everybody may read (`http/public-files.ts`), and keeps it. `name` is the same only for the same
   * bytes. Absent where the platform compresses answers.
   */
  compress?: ((coding: Coding, name: string, bytes: Bytes) => Promise<Bytes>) | undefined
  /**
   * The OpenAPI document of production, which the build made for the URL `PREBUILT_APP_URL`. Absent, or undefined if it
   * was not deployed: the document is made from the routes of all features.
   */
  prebuiltOpenApi?: (() => Promise<Blob | undefined>) | undefined
  /** True while the database has every migration of this release, and no migration that this release does not know. */
  migrated: () => Promise<boolean>
  /** False as soon as the process was asked to stop. */
  accepting: () => boolean
  /** Aborted at the same moment, and then streams end. */
  stopping: AbortSignal
  /** Numbers about this process, for `GET /metrics`. */
  measured: () => readonly Measure[]
  /** Warnings about the environment that this runtime has found, for `GET /readyz`. Never throws. */
  noticed?: (() => Promise<WarningCode[]>) | undefined
}

export interface Clock {
  /** Milliseconds since the epoch, UTC. */
  now(): number
  /** Milliseconds of a monotonic clock, which cannot be set. Absent if the platform may pause a process between requests. */
  elapsed?(): number
  /** True for the clock of the machine, which can be compared with the clock of another machine. */
  ofMachine?: boolean
}

export interface Random {
  /** From a CSPRNG. */
  bytes(count: number): Uint8Array<ArrayBuffer>
  /** `usr_` and 32 hex digits: a UUIDv7 (RFC 9562 §5.7), so ids sort by the time of their creation. */
  id(prefix: IdPrefix): string
  /** Unique across processes. It must be cheap, because every request takes one. It is not a secret. */
  requestId(): string
}

export interface Passwords {
  /**
   * Argon2id as a PHC string. Throws `server.busy` if the wait for a turn is too long. Each `line` (`lineOf`) gets its
   * turn, one after the other. So a caller with many hashes does not delay other callers.
   */
  hash(password: string, line?: string): Promise<string>
  /**
   * Verifies a password against a hash of this server or of another system (`lib/foreign-hashes`). False for a
   * mismatch, and for a hash that is corrupt, unknown or too expensive to compute. Throws `server.busy`.
   */
  verify(password: string, stored: string, line?: string): Promise<boolean>
}

/** The authenticated caller, of any kind. Handlers of routes that require a permission get this. */
export interface Actor {
  kind: string
  /** The id of the actor. Events and idempotency keys have it. */
  id: string
  /** The session of the actor; null for a kind without sessions. */
  sessionId: string | null
  /** The active organisation, in which the actor is a member; null outside of organisations. */
  orgId: string | null
  /** Null if the actor acts for itself. */
  actingFor: ActingFor | null
  /** The roles of the actor in the instance. They count in every organisation too. */
  roles: readonly string[]
  /** The roles of the actor in each organisation in which it is a member. */
  memberships: Memberships
  /** The permissions to which an API key is limited; null: it is not limited. */
  scopes: ReadonlySet<string> | null
  /** The key of the budget `requests:account` of the actor. */
  limiterKey: string
  /** The request that the actor sent. The guard puts it there, so every later question has it too. Absent: no request. */
  circumstances?: () => Circumstances
  /**
   * Where this request asked for a permission and got it: organisations, and null for the instance. What it then writes is written only
   * while the actor has its roles there (`commit`). Absent: no request.
   */
  askedIn?: Set<string | null>
}

/** Every kind of principal. A new kind adds its own fields to `Actor`, and its own checks to the guard. */
export type Principal = SessionPrincipal | ApiKeyPrincipal | ClientPrincipal

/** An API key that works, with what its owner (the last of `actingFor`) may do now. It may do what its scopes also name.
 * Null: no limit of its own (`requestsPerMinute`), and every address (`networks`). */
export interface ApiKeyPrincipal extends Actor {
  kind: 'api-key'
  scopes: ReadonlySet<string>
  requestsPerMinute: number | null
  networks: readonly ProxyRange[] | null
  expiresAt: number | null
  lastUsedAt: number | null
  /** A role of the owner requires a second factor, and the owner has none. */
  mfaMissing: boolean
}

/**
 * An OAuth client that calls our own API with an access token: for the person who allowed it (the last of `actingFor`), or
 * as its service account. It may do what the scopes of the token also name.
 */
export interface ClientPrincipal extends Actor {
  kind: 'client'
  /** The id of the client. */
  id: string
  /** The `jti` of the access token. */
  tokenId: string
  /** The person as the client knows them (`sub`), or the client. */
  subject: string
  scopes: ReadonlySet<string>
  /** The organisation of the client or of its service account, in which alone it works; null: it is not limited to one. */
  limitedToOrg: string | null
  /** The grant and the family of the token; null: the client acts for itself. */
  grantId: string | null
  familyId: string | null
  /** Of the access token, and of what it rests on, ms UTC. */
  expiresAt: number
  /** When the person authenticated, ms UTC; null: there is none. */
  authenticatedAt: number | null
  amr: readonly string[]
  /** A role of the person requires a second factor, and the person has none or had shown none. */
  mfaMissing: boolean
  /** Whether the person has a confirmed authenticator app or a passkey. */
  hasFactor: boolean
  /** The thumbprint of the key that must prove each request (RFC 9449); null: a bearer token. */
  jkt: string | null
}

/** A person with a session, read as one joined row. It says who the person is, and whether the session is still valid. */
export interface SessionPrincipal extends Actor {
  kind: 'session'
  sessionId: string
  sessionKind: 'token' | 'cookie'
  /** The time of the last proof of identity, ms UTC. */
  authenticatedAt: number
  expiresAt: number
  lastSeenAt: number
  /** Set while a used cookie is still accepted: the end of its grace period, ms UTC. */
  graceEndsAt: number | null
  /** The methods of authentication (RFC 8176). It has `mfa` after a second factor was shown. */
  amr: readonly string[]
  /** Whether a role of the person requires a second factor. */
  mfaRequired: boolean
  /** Whether a role requires a second factor, and the person has none or has shown none in this session. */
  mfaMissing: boolean
  /** Whether the person has a confirmed authenticator app or a passkey. */
  hasFactor: boolean
  /** Whether the account is anonymous: it has no address yet. */
  anonymous: boolean
  /** The administrator who uses the session in the place of its owner. */
  impersonatorId: string | null
  /** What the administrator has, by which the session was judged. Absent: the owner uses it. */
  impersonator?: Pick<Actor, 'roles' | 'memberships'>
  user: PrincipalUser
}

export interface PrincipalUser {
  id: string
  email: string
  emailVerified: boolean
  name: string
  username: string | null
  /** JSON that the person reads and only administrators write. */
  publicMetadata: Record<string, unknown>
  /** The language of mails. Null: that of the request that causes one. */
  locale: Locale | null
  status: 'active' | 'disabled'
  roles: string[]
  createdAt: number
  updatedAt: number
  version: number
}

/**
 * The coherent cache of principals and scopes. Every write goes through `commit`, which makes the cache forget what it
 * changes.
 */
export interface PrincipalCache {
  get(key: string): Principal | undefined
  /** The scope of the instance (`INSTANCE`) or of an organisation. */
  scope(id: string): Scope | undefined
  /**
   * Runs `load` and keeps the principal under `key`, and the scopes. If the cache forgot anything while `load` ran, it
   * keeps nothing, because the result may be stale.
   *
   * Calls at the same time share one load, if each wants the same: `wanted` says what the load reads besides.
   */
  load(key: string, load: () => Promise<Loaded>, wanted?: string): Promise<Loaded>
  /** The same for scopes alone. */
  loadScopes(load: () => Promise<readonly Scope[]>): Promise<readonly Scope[]>
  /**
   * A row that is read often and changes seldom, such as an OAuth client. `id` is the one that the events of its changes
   * make the cache forget.
   */
  record<Row>(kind: RecordKind, id: string): Row | undefined
  /** Runs `load` and keeps the row, as `load` above does. */
  loadRecord<Row>(kind: RecordKind, id: string, load: () => Promise<Row | undefined>): Promise<Row | undefined>
  /** Forgets the scope and the record with this id, and the principals of this user, organisation, service account or API key. */
  forget(id: string): void
  forgetAll(): void
}

export interface Loaded {
  principal: Principal | undefined
  scopes: readonly Scope[]
}

/** A ticket is a short-lived statement that the server signs, gives to a client and reads later (HS256). */
export interface Tickets {
  sign(purpose: TicketPurpose, claims: Record<string, string>, ttlSeconds: number): Promise<string>
  /** Undefined for a ticket that is expired, changed, or signed for another purpose. */
  verify(purpose: TicketPurpose, token: string): Promise<Record<string, unknown> | undefined>
}

export type TicketPurpose = 'setup' | 'mfa' | 'passkey'

/** Tells the worker of queued jobs (`modules/jobs`) that a job may be due. */
export interface Queue {
  /** Called after a commit that queued a job. Does not wait and does not throw. */
  wake(): void
  /** Resolves when this process has done the jobs that are due. */
  idle(): Promise<void>
}

export interface Log {
  debug(message: string, fields?: Record<string, unknown>): void
  info(message: string, fields?: Record<string, unknown>): void
  warning(message: string, fields?: Record<string, unknown>): void
  error(message: string, fields?: Record<string, unknown>): void
}
