/** Deps from the parts of a runtime. Making them does no I/O and uses no randomness, because Workers forbid both at start-up. */
import type { Database, DatabaseFile } from '../../db/database.ts'
import { migrationState } from '../../db/migration-state.ts'
import type { Config } from '../config.ts'
import type { StreamParts } from '../core/rooms/parts.ts'
import type { Clock, Deps } from '../deps.ts'
import { createKeyRing } from '../modules/signing-keys/key-ring.ts'
import { createLocalBus } from './bus.ts'
import { createCache, type SharedRows } from './cache/cache.ts'
import { createForgetting } from './cache/tell-forgotten.ts'
import { systemClock } from './clock.ts'
import { createFeed, createOwnFeeds, POLL_MS } from './feed.ts'
import { createForeignFetch } from './foreign-fetch.ts'
import { createLibsqlWindows } from './limiter/libsql.ts'
import { createLimiter, type WindowStore } from './limiter/limiter.ts'
import { createMailer, type MailerParts } from './mailer/mailer.ts'
import { measuresOf } from './measures.ts'
import { createPrincipalCache, REMOTE_PRINCIPAL_TTL_MS } from './principal-cache.ts'
import { createRandom } from './random.ts'
import { createOwnRevocations, createRevocations } from './revocations.ts'
import { createStreamParts } from './streams.ts'
import { createTickets } from './tickets.ts'

/** The parts that differ between runtimes. */
export interface Runtime
  extends Pick<
    Deps,
    | 'log'
    | 'passwords'
    | 'asset'
    | 'compress'
    | 'prebuiltOpenApi'
    | 'peerAddress'
    | 'accepting'
    | 'stopping'
    | 'defer'
    | 'queue'
    | 'noticed'
  > {
  database: { db: Database; owned: boolean; longReads?: Database; staleReads?: Database; storage?: DatabaseFile }
  openSmtp?: MailerParts['openSmtp']
  /** Makes `fetchPublic`. */
  publicFetch: (options: { privateTargets: boolean }) => Deps['fetchPublic']
  /** By default a clock for a process that may be suspended between two requests. */
  clock?: Clock
  /** Whether each listener of the feed has a reader of its own (`createOwnFeeds`). Then each stream has a hub of its own. */
  ownFeeds?: boolean
  /** How long an answer may take, and whether it is sent when it is whole. Absent: no end. */
  answers?: Pick<StreamParts, 'maxMs' | 'whole'>
  /** Absent: the messages stay in this process. */
  bus?: Deps['bus'] | undefined
  /** The store of points. Absent: memory for an embedded database, otherwise the database. */
  windows?: WindowStore | undefined
  /** Who is where, in every process. Absent: in this one. */
  presence?: StreamParts['presence'] | undefined
  /** Rows that the processes share. Absent: each process reads by itself. */
  sharedRows?: SharedRows | undefined
  /** Whether this process hears the others at the moment. Absent without Redis. */
  isRedisConnected?: (() => boolean) | undefined
}

const MAX_PRINCIPALS = 50_000

export function assembleDeps(
  config: Config,
  { database, windows, openSmtp, publicFetch, clock = systemClock, ownFeeds = false, answers, ...parts }: Runtime,
): Deps {
  const { sharedRows, isRedisConnected, presence, ...runtime } = parts
  const { db, owned, longReads = db, staleReads = longReads, storage } = database
  const random = createRandom(clock)
  const ttlMs = owned ? 0 : REMOTE_PRINCIPAL_TTL_MS
  const sharesLoads = !ownFeeds
  const cache = createCache({ clock, ttlMs, sharesLoads, shared: sharedRows })
  // Only a bus that reaches other processes is told, and only of a database that others write to.
  const forgetting = owned || runtime.bus === undefined ? undefined : createForgetting(runtime.bus, random)
  const principals = createPrincipalCache({
    maxEntries: MAX_PRINCIPALS,
    ttlMs,
    clock,
    cache,
    sharesLoads,
    tell: forgetting?.tell,
  })
  forgetting?.follow(principals.hear)
  const shared = windows ?? (owned ? undefined : createLibsqlWindows(db, clock))
  const { log, bus = createLocalBus(log) } = runtime
  const feedOptions = { db, log, bus, pollMs: owned ? undefined : POLL_MS }
  const feed = ownFeeds ? createOwnFeeds(feedOptions) : createFeed(feedOptions)
  const followed = {
    db,
    feed,
    clock,
    log,
    stopping: runtime.stopping,
    accessTtlMs: config.accessTtlSeconds * 1000,
    maxFollowers: config.variables.REVOCATION_FOLLOWERS,
  }
  return {
    ...runtime,
    bus,
    feed,
    revocations: ownFeeds ? createOwnRevocations(followed) : createRevocations(followed),
    streams: createStreamParts({ shared: !ownFeeds, ...(presence && { presence }), ...answers }),
    config,
    db,
    longReads,
    staleReads,
    clock,
    random,
    principals,
    cache,
    measured: () => measuresOf({ principals, cache, isRedisConnected }),
    tickets: createTickets(config.appSecret, config.appUrl, clock),
    limiter: createLimiter({ config, clock, log: runtime.log, shared }),
    keys: createKeyRing({ config, db, clock, random, principals }),
    mailer: createMailer(config, { clock, openSmtp }),
    fetch: createForeignFetch(clock),
    fetchPublic: publicFetch(config),
    migrated: createMigrated(db, { owned, newer: config.databaseNewer }),
    ...(storage === undefined ? {} : { storage }),
  }
}

/**
 * A process that saw its own migration state on a libSQL server stays ready when a later release migrates the server.
 * Migrations only add, and otherwise all old processes would leave the load balancer at once in a rolling upgrade. A process
 * that finds a newer database at its first check is not ready. No other process migrates an embedded file.
 */
function createMigrated(db: Database, { owned, newer }: { owned: boolean; newer: 'refuse' | 'serve' }) {
  let known = newer === 'serve'
  return async (): Promise<boolean> => {
    const { state } = await migrationState(db)
    if (state === 'current' && !owned) known = true
    return state === 'current' || (state === 'newer' && known)
  }
}
