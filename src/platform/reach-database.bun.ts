import { openDatabase } from '../../db/client.ts'
import { migrateDatabase } from '../../db/migrate.ts'
import { isMigrated } from '../../db/migration-state.ts'
import type { OpenedDatabase } from '../../db/remote.ts'
import type { Config } from '../config.ts'
import type { Log } from '../deps.ts'
import { storageProblem } from '../lib/database-errors.ts'
import { describeError } from '../lib/error-description.ts'

const RETRY_MS = 1_000
/** A migration may rewrite a large table, and no request waits for it. */
const MIGRATION_LIMIT_MS = 120_000

/**
 * Applies the migrations of the database. A server that does not answer yet is asked again each second for
 * `patienceMs`, each time with a line in the log: an application and its database are often started together. Throws
 * what it met last.
 */
export async function reachDatabase(
  config: Pick<Config, 'databaseUrl' | 'databaseAuthToken'>,
  database: OpenedDatabase,
  { log, patienceMs }: { log: Log; patienceMs: number },
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
