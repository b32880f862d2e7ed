/** The effects of a Bun process, built once from its Config. */
import { openDatabase } from '../../db/client.ts'
import type { Config } from '../config.ts'
import type { Deps } from '../deps.ts'
import { readAsset } from './assets.bun.ts'
import { createDeferred } from './deferred.ts'
import { assembleDeps } from './deps.ts'
import { createLog } from './log.ts'
import { createBunPasswords } from './passwords.bun.ts'
import { reachDatabase } from './reach-database.bun.ts'

export interface BunDeps extends Deps {
  /** Set by the entry: what `peerAddress` and `accepting` answer from. */
  server: { addressOf: (request: Request) => string | undefined; accepting: boolean }
  /** Waits for deferred work, then closes the database. */
  close(): Promise<void>
}

/**
 * Opens the database and applies its migrations. Waits up to `patienceMs` for a server that does not answer yet; by
 * default not at all. Throws `DatabaseOpenError` with a message for the operator, and what a server failed with.
 */
export async function createBunDeps(config: Config, { patienceMs = 0 } = {}): Promise<BunDeps> {
  const log = createLog(config, (line) => process.stderr.write(line))
  const database = openDatabase({ url: config.databaseUrl, authToken: config.databaseAuthToken })
  await reachDatabase(config, database, { log, patienceMs })
  const deferred = createDeferred(log)
  const server: BunDeps['server'] = { addressOf: () => undefined, accepting: true }
  const deps = assembleDeps(config, {
    database,
    log,
    passwords: createBunPasswords(),
    asset: readAsset,
    defer: deferred.defer,
    accepting: () => server.accepting,
    peerAddress: (request) => server.addressOf(request),
  })
  return {
    ...deps,
    server,
    async close() {
      await deferred.settled()
      database.close()
    },
  }
}
