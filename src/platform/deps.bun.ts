/** The effects of a Bun process, built once from its Config. */
import type { OpenedDatabase } from '../../db/client.ts'
import type { Config } from '../config.ts'
import type { Deps, Log } from '../deps.ts'
import { machineClock } from './clock.bun.ts'
import { compressLater } from './compress-later.ts'
import { createDeferred } from './deferred.ts'
import { assembleDeps } from './deps.ts'
import { createLog } from './log.ts'
import { readMadeAsset } from './made-assets.bun.ts'
import { openSmtp } from './mailer/smtp.bun.ts'
import { passwordsLater } from './passwords/passwords-later.ts'
import { publicFetchLater } from './public-fetch-later.ts'
import { openWhenFree, reachDatabase } from './reach-database.bun.ts'
import { createServerTiming, type Timed } from './server-timing.bun.ts'
import { createWorker, type Worker } from './worker.ts'

export interface BunDeps extends Deps {
  /** Set by the entry; `peerAddress` and `accepting` use it. */
  server: { addressOf: (request: Request) => string | undefined; accepting: boolean; stopping: AbortController }
  worker: Worker
  /** Answers a request, and says what it asked of the database. In development alone. */
  timed?: Timed
  /** Waits for deferred work, then closes the database. */
  close(): Promise<void>
}

/**
 * Opens the database and applies its migrations. Waits up to `patienceMs` for a server that does not answer yet, and up
 * to `lockPatienceMs` for a process that owns the file; both are 0 by default. Throws `DatabaseOpenError` with a message for
 * the operator, or the error of the server. `keepsCopy`: as DATABASE_REPLICA_PATH says, for a process that serves.
 */
export async function createBunDeps(
  config: Config,
  { patienceMs = 0, lockPatienceMs = 0, keepsCopy = false } = {},
): Promise<BunDeps> {
  const log = createLog(config, (line) => process.stderr.write(line))
  const database = await openWhenFree(config, { log, patienceMs: lockPatienceMs })
  try {
    await reachDatabase(config, database, { log, patienceMs })
  } catch (error) {
    database.close()
    throw error
  }
  watchFile(database, log)
  const deferred = createDeferred(log)
  // Most servers have no Redis, and need none of that code.
  const redis =
    config.redisUrl === undefined
      ? undefined
      : await (await import('./redis/redis.bun.ts')).openRedis(config, config.redisUrl, { log, clock: machineClock })
  const folder = keepsCopy ? config.variables.DATABASE_REPLICA_PATH : undefined
  const replica =
    folder === undefined
      ? undefined
      : (await import('./replica/open-replica.bun.ts')).openReplica({
          folder,
          url: config.databaseUrl,
          authToken: config.databaseAuthToken,
          primary: database.db,
          log,
        })
  const worker = createWorker({ relay: redis?.jobs })
  const server: BunDeps['server'] = { addressOf: () => undefined, accepting: true, stopping: new AbortController() }
  const deps = assembleDeps(config, {
    database: { ...database, ...(replica && { staleReads: replica.db }) },
    windows: redis?.windows,
    bus: redis?.bus,
    sharedRows: redis?.rows,
    presence: redis?.presence,
    isRedisConnected: redis?.bus.isConnected,
    log,
    passwords: passwordsLater(async () => (await import('./passwords/passwords.bun.ts')).createBunPasswords()),
    asset: readMadeAsset,
    compress: compressLater(),
    openSmtp,
    publicFetch: publicFetchLater,
    clock: machineClock,
    defer: deferred.defer,
    queue: worker.queue,
    accepting: () => server.accepting,
    stopping: server.stopping.signal,
    noticed: redis?.warnings,
    peerAddress: (request) => server.addressOf(request),
  })
  return {
    ...deps,
    server,
    worker,
    ...(config.development ? { timed: createServerTiming([deps.db, deps.longReads]) } : {}),
    async close() {
      await deferred.settled()
      redis?.close()
      replica?.close()
      database.close()
    },
  }
}

/** Logs once what the start corrected. Logs each fault of the file while it is in use, when it begins and when it ends. */
function watchFile({ storage }: OpenedDatabase, log: Log): void {
  if (storage === undefined) return
  for (const notice of storage.notices) log.warning(notice)
  storage.onFault((fault) => {
    if (fault === undefined) log.info('the database file is reliable again')
    else log.error(fault.message, { code: fault.code })
  })
}
