import { openDatabase } from '../../db/client.ts'
import { DatabaseOpenError, databaseOwner } from '../../db/embedded.ts'
import { migrateDatabase } from '../../db/migrate.ts'
import { isMigrated } from '../../db/migration-state.ts'
import type { OpenedDatabase } from '../../db/remote.ts'
import type { Config } from '../config.ts'
import type { Log } from '../deps.ts'
import { storageProblem } from '../lib/database-errors.ts'
import { describeError } from '../lib/error-description.ts'
import { embeddedFile } from './operator-socket.bun.ts'

const RETRY_MS = 1_000
const LOCK_RETRY_MS = 50
/** A migration may rewrite a large table, and no request waits for it. */
const MIGRATION_LIMIT_MS = 120_000

interface Patience {
  log: Log
  patienceMs: number
}

/**
 * Opens the database. While another process owns its file, it is tried again for `patienceMs`, with one line in the log:
 * whoever stops is soon gone. Throws `DatabaseOpenError`.
 */
export async function openWhenFree(
  { databaseUrl, databaseAuthToken }: Pick<Config, 'databaseUrl' | 'databaseAuthToken'>,
  { log, patienceMs }: Patience,
): Promise<OpenedDatabase> {
  const giveUpAt = performance.now() + patienceMs
  for (let waiting = false; ; waiting = true) {
    try {
      return openDatabase({ url: databaseUrl, authToken: databaseAuthToken })
    } catch (error) {
      const isOwned = error instanceof DatabaseOpenError && error.code === 'database.locked'
      const owner = isOwned ? ownerOf(databaseUrl) : undefined
      if (!isOwned || owner?.pid === process.pid || performance.now() > giveUpAt) throw error
      if (!waiting) {
        const who = owner === undefined ? 'another process' : `pid ${owner.pid}`
        log.warning(`waiting for ${who} to release the database, ${Math.round(patienceMs / 1000)} s at most`, {
          database: databaseUrl,
        })
      }
      await Bun.sleep(LOCK_RETRY_MS)
    }
  }
}

function ownerOf(databaseUrl: string) {
  const file = embeddedFile(databaseUrl)
  const found = file === undefined ? undefined : databaseOwner(file)
  return found?.owned && found.owner !== 'unknown' ? found.owner : undefined
}

/**
 * Applies the migrations of the database. A server that does not answer yet is asked again each second for
 * `patienceMs`, each time with a line in the log: an application and its database are often started together. Throws
 * what it met last.
 */
export async function reachDatabase(
  config: Pick<Config, 'databaseUrl' | 'databaseAuthToken'>,
  database: OpenedDatabase,
  { log, patienceMs }: Patience,
): Promise<void> {
  if (database.owned) return migrateDatabase(database.db)
  const giveUpAt = performance.now() + patienceMs
  for (;;) {
    try {
      if (await isMigrated(database.db)) return
      return await migrateServer(config)
    } catch (error) {
      // A token that is refused will be refused again.
      const isAway =
        storageProblem(error)?.code === 'server.unavailable' && describeError(error).code !== 'REMOTE_REFUSED'
      if (!isAway || performance.now() + RETRY_MS > giveUpAt) throw error
      const { host } = new URL(config.databaseUrl)
      log.warning('the database does not answer yet', { variable: 'DATABASE_URL', host, cause: error })
      await Bun.sleep(RETRY_MS)
    }
  }
}

async function migrateServer({ databaseUrl, databaseAuthToken }: Pick<Config, 'databaseUrl' | 'databaseAuthToken'>) {
  const patient = openDatabase({ url: databaseUrl, authToken: databaseAuthToken, timeoutMs: MIGRATION_LIMIT_MS })
  try {
    await migrateDatabase(patient.db)
  } finally {
    patient.close()
  }
}
