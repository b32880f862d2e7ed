import { openDatabase } from '../../db/client.ts'
import { DatabaseOpenError, databaseOwner } from '../../db/embedded.ts'
import { accept, migrateDatabase } from '../../db/migrate.ts'
import { type MigrationState, migrationState, newerThanUs } from '../../db/migration-state.ts'
import type { OpenedDatabase } from '../../db/remote.ts'
import type { Config } from '../config.ts'
import type { Log } from '../deps.ts'
import { storageProblem } from '../lib/database-errors.ts'
import { describeError } from '../lib/error-description.ts'
import { embeddedFile } from '../operator/socket.bun.ts'

type DatabaseConfig = Pick<Config, 'databaseUrl' | 'databaseAuthToken' | 'databaseNewer'>
type OpenConfig = Pick<Config, 'databaseUrl' | 'databaseAuthToken' | 'databaseTimeoutMs'>

const RETRY_MS = 1_000
const LOCK_RETRY_MS = 50
/** The time limit of a batch. A migration may rewrite a large table, and no request waits for it. */
const MIGRATION_LIMIT_MS = 120_000

interface Patience {
  log: Log
  patienceMs: number
}

/**
 * Opens the database. While another process owns its file, it tries again for `patienceMs` and logs one line, because that
 * process may be stopping. Throws `DatabaseOpenError`.
 */
export async function openWhenFree(
  { databaseUrl, databaseAuthToken, databaseTimeoutMs }: OpenConfig,
  { log, patienceMs }: Patience,
): Promise<OpenedDatabase> {
  const giveUpAt = performance.now() + patienceMs
  for (let waiting = false; ; waiting = true) {
    try {
      return openDatabase({ url: databaseUrl, authToken: databaseAuthToken, timeoutMs: databaseTimeoutMs })
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
 * Applies the migrations of the database. If the server does not answer yet, it tries again each second for `patienceMs` and
 * logs a line each time, because an application and its database are often started together. Throws the last error.
 */
export async function reachDatabase(
  config: DatabaseConfig,
  database: OpenedDatabase,
  { log, patienceMs }: Patience,
): Promise<void> {
  const { databaseNewer: newer } = config
  if (database.owned) return warnIfNewer(await migrateDatabase(database.db, { newer }), log)
  const giveUpAt = performance.now() + patienceMs
  for (;;) {
    try {
      const found = await migrationState(database.db)
      return warnIfNewer(found.state === 'behind' ? await migrateServer(config) : accept(found, newer), log)
    } catch (error) {
      // The server would refuse the same token again.
      const isAway =
        storageProblem(error)?.code === 'server.unavailable' && describeError(error).code !== 'REMOTE_REFUSED'
      if (!isAway || performance.now() + RETRY_MS > giveUpAt) throw error
      const { host } = new URL(config.databaseUrl)
      log.warning('the database does not answer yet', { variable: 'DATABASE_URL', host, cause: error })
      await Bun.sleep(RETRY_MS)
    }
  }
}

/** With DATABASE_NEWER=serve a newer database is used without a change, and this logs it. */
function warnIfNewer(found: MigrationState, log: Log): void {
  if (found.state === 'newer')
    log.warning(`DATABASE_NEWER=serve: ${newerThanUs(found)}`, { variable: 'DATABASE_NEWER' })
}

async function migrateServer(config: DatabaseConfig): Promise<MigrationState> {
  const { databaseUrl, databaseAuthToken, databaseNewer: newer } = config
  const patient = openDatabase({ url: databaseUrl, authToken: databaseAuthToken, timeoutMs: MIGRATION_LIMIT_MS })
  try {
    return await migrateDatabase(patient.db, { newer })
  } finally {
    patient.close()
  }
}
