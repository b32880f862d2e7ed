/** Deps from what a runtime brings. Nothing here does I/O or draws chance before it is first asked: workers forbid it. */
import type { Database, DatabaseFile } from '../../db/database.ts'
import { migrationState } from '../../db/migration-state.ts'
import type { Config } from '../config.ts'
import type { Clock, Deps } from '../deps.ts'
import { createKeyRing } from '../modules/signing-keys/key-ring.ts'
import { createTickets } from './tickets.ts'
import { systemClock } from './clock.ts'
import { createForeignFetch } from './foreign-fetch.ts'
import { createLibsqlWindows } from './limiter/libsql.ts'
import { createLimiter, type WindowStore } from './limiter/limiter.ts'
import { createMailer, type MailerParts } from './mailer/mailer.ts'
import { createPrincipalCache, REMOTE_PRINCIPAL_TTL_MS } from './principal-cache.ts'
import { createRandom } from './random.ts'

/** What differs from one runtime to the next. */
export interface Runtime
  extends Pick<Deps, 'log' | 'passwords' | 'asset' | 'peerAddress' | 'accepting' | 'defer' | 'queue' | 'noticed'> {
  database: { db: Database; owned: boolean; longReads?: Database; storage?: DatabaseFile }
  openSmtp?: MailerParts['openSmtp']
  /** By default one that may be held between two requests. */
  clock?: Clock
  /** Where points are counted. Absent: in memory beside a database of our own, else in the database. */
  windows?: WindowStore | undefined
}

const MAX_PRINCIPALS = 50_000

export function assembleDeps(
  config: Config,
  { database, windows, openSmtp, clock = systemClock, ...runtime }: Runtime,
): Deps {
  const { db, owned, longReads = db, storage } = database
  const random = createRandom(clock)
  const principals = createPrincipalCache({
    maxEntries: MAX_PRINCIPALS,
    ttlMs: owned ? 0 : REMOTE_PRINCIPAL_TTL_MS,
    clock,
  })
  const shared = windows ?? (owned ? undefined : createLibsqlWindows(db, clock))
  return {
    ...runtime,
    config,
    db,
    longReads,
    clock,
    random,
    principals,
    tickets: createTickets(config.appSecret, config.appUrl, clock),
    limiter: createLimiter({ config, clock, log: runtime.log, shared }),
    keys: createKeyRing({ config, db, clock, random, principals }),
    mailer: createMailer(config, { clock, openSmtp }),
    fetch: createForeignFetch(clock),
    migrated: createMigrated(db, { owned, newer: config.databaseNewer }),
    ...(storage === undefined ? {} : { storage }),
  }
}

/**
 * A process that found a server's database as it knows it stays ready when a later release migrates it: that only adds, and
 * in a rolling upgrade all old processes would otherwise leave the load balancer at once. A process that meets a newer
 * database first is not ready. A file of our own is migrated by nobody else.
 */
function createMigrated(db: Database, { owned, newer }: { owned: boolean; newer: 'refuse' | 'serve' }) {
  let known = newer === 'serve'
  return async (): Promise<boolean> => {
    const { state } = await migrationState(db)
    if (state === 'current' && !owned) known = true
    return state === 'current' || (state === 'newer' && known)
  }
}
