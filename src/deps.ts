/** Every effect the app may have, on one page. Entries build them; nothing else in `src` touches the world. */
import type { Database, DatabaseFile } from '../db/database.ts'
import type { Config } from './config.ts'
import type { BudgetName, IdPrefix, Permission } from './declared.ts'
import type { ActingFor } from './lib/acting-for.ts'
import type { Ed25519PublicJwk, Sign, Verify } from './lib/primitives/primitives.ts'
import type { WarningCode } from './lib/warnings.ts'

export interface Deps {
  config: Config
  db: Database
  /** The same database for reads that may take long, such as a search: off the event loop where this process runs it. */
  longReads: Database
  /** The database file, where this process owns one; a libSQL server looks after its own. */
  storage?: DatabaseFile
  clock: Clock
  random: Random
  passwords: Passwords
  principals: PrincipalCache
  tickets: Tickets
  limiter: Limiter
  keys: KeyRing
  queue: Queue
  mailer: Mailer
  /** For foreign networks only. Must give up by itself when handed an aborted signal. */
  fetch: (url: string, init?: RequestInit) => Promise<Response>
  log: Log
  /** Runs work after the response has been sent. A failure is logged, never thrown. */
  defer: (work: () => Promise<unknown>) => void
  /** Address of the TCP peer, where the runtime can tell. */
  peerAddress: (request: Request) => string | undefined
  /** A file of the docs page, from this machine alone. Undefined where the runtime carries none. */
  asset: (name: AssetName) => Promise<Blob | undefined>
  /** True while the database has every migration of this release, and none that it does not know. */
  migrated: () => Promise<boolean>
  /** False from the moment the process was asked to stop. */
  accepting: () => boolean
  /** What this runtime notices of what it was given, for `GET /readyz`. Never throws. */
  noticed?: (() => Promise<WarningCode[]>) | undefined
}

/** Files of `swagger-ui-dist`; nothing else of it is served. */
export type AssetName = 'swagger-ui.css' | 'swagger-ui-bundle.js' | 'favicon-32x32.png'

export interface Clock {
  /** Milliseconds since the epoch, UTC. */
  now(): number
  /** Milliseconds of a clock that nobody can set. Absent where a process may be held between two requests. */
  elapsed?(): number
  /** It is that of the machine, so it can be compared with that of another one. */
  ofMachine?: boolean
}

export interface Random {
  /** From a CSPRNG. */
  bytes(count: number): Uint8Array<ArrayBuffer>
  /** `usr_` and 32 hex digits: a UUIDv7 (RFC 9562 §5.7), so that ids sort by the time they were made. */
  id(prefix: IdPrefix): string
  /** Unique across processes, and cheap: every request takes one. Not a secret. */
  requestId(): string
}

export interface Passwords {
  /**
   * Argon2id as a PHC string. Throws `server.busy` when the wait for a turn is too long. Turns go round from `line` to
   * line (`lineOf`), so that one who asks for many keeps nobody else waiting.
   */
  hash(password: string, line?: string): Promise<string>
  /**
   * Against a hash of ours or of another system (`lib/foreign-hashes`). False for a mismatch and for a hash that is
   * corrupt, unknown or too dear to compute. Throws `server.busy`.
   */
  verify(password: string, stored: string, line?: string): Promise<boolean>
}

/** What is known of who is asking, whatever kind of principal it is. Handlers of routes that require a permission get this. */
export interface Actor {
  kind: string
  /** Who acts. Events and idempotency keys name it. */
  id: string
  /** The session in which it acts; null for a kind that has none. */
  sessionId: string | null
  /** The organisation for which it acts; null outside of organisations. */
  orgId: string | null
  /** Null where it acts for itself. */
  actingFor: ActingFor | null
  permissions: ReadonlySet<Permission>
  /** The key of its budget `requests:account`. */
  limiterKey: string
}

/** Every kind of principal there is. A new one adds fields of its own to `Actor`, and what the guard asks of it. */
export type Principal = SessionPrincipal

/** A person with a session: one joined row, the answer to "who are you, and may you still". */
export interface SessionPrincipal extends Actor {
  kind: 'session'
  sessionId: string
  sessionKind: 'token' | 'cookie'
  /** When the person last proved who they are, ms UTC. */
  authenticatedAt: number
  expiresAt: number
  lastSeenAt: number
  /** Set while a spent cookie is still honoured: the end of its grace, ms UTC. */
  graceEndsAt: number | null
  /** How they were authenticated (RFC 8176); `mfa` once a second factor was shown. */
  amr: readonly string[]
  /** A role of theirs asks for a second factor, … */
  mfaRequired: boolean
  /** … and they have none, or this session has shown none. */
  mfaMissing: boolean
  /** They have a confirmed authenticator app or a passkey. */
  hasFactor: boolean
  /** Signed up with nothing, and has given no address yet. */
  anonymous: boolean
  user: PrincipalUser
}

export interface PrincipalUser {
  id: string
  email: string
  emailVerified: boolean
  name: string
  status: 'active' | 'disabled'
  roles: string[]
  createdAt: number
  updatedAt: number
  version: number
}

/** The coherent cache of principals. Every write of the app forgets, through `commit`, whom it concerns. */
export interface PrincipalCache {
  get(key: string): Principal | undefined
  /** Runs `load` and keeps its answer, unless anything was forgotten while it ran: then the answer may be stale. */
  load(key: string, load: () => Promise<Principal | undefined>): Promise<Principal | undefined>
  forgetUser(userId: string): void
  forgetAll(): void
}

/** The signing keys of access tokens, read from the database and held decrypted in memory. */
export interface KeyRing {
  /** What signs now. Makes the first one when there is none. Throws `server.error` under a wrong APP_SECRET. */
  signing(): Promise<{ id: string; sign: Sign }>
  /** By a published key; undefined for an id that is not ours or has retired. */
  verification(id: string): Promise<Verify | undefined>
  /** RFC 7517 §5: every published key, the next one included. */
  jwks(): Promise<{ keys: PublicJwk[] }>
  /** Publishes a new key and puts it to use once every verifier has had time to fetch it. Returns its id. */
  rotate(): Promise<{ id: string; activeAt: number }>
}

export interface PublicJwk extends Ed25519PublicJwk {
  kid: string
  alg: 'EdDSA'
  use: 'sig'
}

/** A ticket is a short-lived statement that the server signs, hands to a client and reads when it comes back (HS256). */
export interface Tickets {
  sign(purpose: TicketPurpose, claims: Record<string, string>, ttlSeconds: number): Promise<string>
  /** Undefined for anything expired, altered, or signed for another purpose. */
  verify(purpose: TicketPurpose, token: string): Promise<Record<string, unknown> | undefined>
}

export type TicketPurpose = 'setup' | 'mfa' | 'passkey'

/** Tells the worker of queued jobs (`modules/jobs`) that one may be due. */
export interface Queue {
  /** After a commit that queued something. Neither waits nor throws. */
  wake(): void
  /** Resolves once this process has done what is due. */
  idle(): Promise<void>
}

/** A mail, ready to be sent. */
export interface Mail {
  /** Of the job that sends it. The same mail sent twice carries it twice: as Message-ID, and as the provider's Idempotency-Key. */
  id: string
  to: string
  subject: string
  text: string
  html: string
}

export interface Mailer {
  /** Resolves once the other side has taken the mail; throws when it has not, or nobody can tell. */
  send(mail: Mail): Promise<void>
  /** The latest mails, newest first, in development alone; elsewhere none is remembered. */
  sent(): readonly (Mail & { at: number })[]
}

/** Counts what is allowed only so often (`core/limits/budgets.ts`). */
export interface Limiter {
  /** Takes a point of `requests:account`, in the memory of this process and at once: it is asked on every request. */
  takeRequest(limiterKey: string): Allowance
  /** The same of any budget: for what protects this process alone. */
  takeHere(budget: BudgetName, key: string): Allowance
  /** Gives back a point that `takeHere` took. */
  giveBackHere(budget: BudgetName, key: string): void
  /** Takes one point of a budget. Never throws: without its store it counts in memory. */
  take(budget: BudgetName, key: string): Promise<Allowance>
  /**
   * Takes a point of each budget in this order, and of none after one that is refused, which is the last of the answer. In
   * one trip where a store takes trips; there, points after a refusal that was not foreseen are taken too.
   */
  takeInTurn(takes: readonly Take[]): Promise<Allowance[]>
  /** What is left, without taking any. */
  look(budget: BudgetName, key: string): Promise<Allowance>
  /** Gives one point back: what it was taken for was no failure. The points of earlier failures stay taken. */
  giveBack(budget: BudgetName, key: string): Promise<void>
  /** Forgets everything that was taken. */
  forget(budget: BudgetName, key: string): Promise<void>
}

/** A budget, and whose. */
export type Take = readonly [budget: BudgetName, key: string]

export interface Allowance {
  allowed: boolean
  budget: BudgetName
  /** Points of the whole window, and how many are left of it. */
  limit: number
  remaining: number
  /** Until the window ends and all points are back. */
  resetSeconds: number
  windowSeconds: number
}

export interface Log {
  debug(message: string, fields?: Record<string, unknown>): void
  info(message: string, fields?: Record<string, unknown>): void
  warning(message: string, fields?: Record<string, unknown>): void
  error(message: string, fields?: Record<string, unknown>): void
}
