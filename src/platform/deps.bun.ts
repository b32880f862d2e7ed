/** The effects of a Bun process, built once from its Config. */
import { openDatabase } from '../../db/client.ts'
import { isMigrated, migrateDatabase } from '../../db/migrate.ts'
import type { Config } from '../config.ts'
import type { Deps } from '../deps.ts'
import { createKeyRing } from '../modules/keys/key-ring.ts'
import { readAsset } from './assets.bun.ts'
import { createChallenges } from './challenges.ts'
import { systemClock } from './clock.ts'
import { createForeignFetch } from './foreign-fetch.ts'
import { createLog } from './log.ts'
import { createBunPasswords } from './passwords.bun.ts'
import { createPrincipalCache, REMOTE_PRINCIPAL_TTL_MS } from './principal-cache.ts'
import { createRandom } from './random.ts'

export interface BunDeps extends Deps {
  /** Set by the entry: what `peerAddress` and `accepting` answer from. */
  server: { addressOf: (request: Request) => string | undefined; accepting: boolean }
  /** Waits for deferred work, then closes the database. */
  close(): Promise<void>
}

const MAX_PRINCIPALS = 50_000

/** Opens the database and applies its migrations. Throws `DatabaseOpenError` with a message for the operator. */
export async function createBunDeps(config: Config): Promise<BunDeps> {
  const log = createLog(config, (line) => process.stderr.write(line))
  const { db, owned, close } = openDatabase({ url: config.databaseUrl, authToken: config.databaseAuthToken })
  await migrateDatabase(db)
  const clock = systemClock
  const random = createRandom(clock)
  const principals = createPrincipalCache({
    maxEntries: MAX_PRINCIPALS,
    ttlMs: owned ? 0 : REMOTE_PRINCIPAL_TTL_MS,
    clock,
  })
  const deferred = new Set<Promise<unknown>>()
  const server: BunDeps['server'] = { addressOf: () => undefined, accepting: true }
  return {
    config,
    db,
    clock,
    random,
    log,
    principals,
    server,
    passwords: createBunPasswords(),
    challenges: createChallenges(config.appSecret, config.appUrl, clock),
    keys: createKeyRing({ config, db, clock, random, principals }),
    fetch: createForeignFetch(clock),
    asset: readAsset,
    migrated: () => isMigrated(db),
    accepting: () => server.accepting,
    peerAddress: (request) => server.addressOf(request),
    defer(work) {
      const running = work()
        .catch((cause: unknown) => log.error('deferred work failed', { cause }))
        .finally(() => deferred.delete(running))
      deferred.add(running)
    },
    async close() {
      await Promise.all(deferred)
      close()
    },
  }
}
