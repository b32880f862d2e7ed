/** Entry for Bun: environment → deps → listen, and an orderly stop. */
import { DatabaseOpenError, makeFilesPrivate } from '../db/embedded.ts'
import { createApp } from './app.ts'
import { ConfigError } from './config.ts'
import { storageProblem } from './lib/database-errors.ts'
import { describeError } from './lib/error-description.ts'
import { startMessage } from './lib/start-message.ts'
import { logConfigWarnings } from './lib/warnings.ts'
import { setupToken } from './modules/setup/service.ts'
import { createBunDeps } from './platform/deps.bun.ts'
import { readConfig } from './platform/environment.ts'
import { serve } from './platform/serve.bun.ts'

/** An application and its database are often started together; after this a supervisor knows better what to do. */
const PATIENCE_MS = 30_000

makeFilesPrivate()
try {
  const config = readConfig()
  const deps = await createBunDeps(config, { patienceMs: PATIENCE_MS })
  logConfigWarnings(config, deps.log)
  await deps.keys.signing() // a wrong APP_SECRET shows now, not at the first sign-in
  const token = await setupToken(deps) // before it serves: from then on nothing that fails may end the process
  const app = createApp(deps)
  const server = serve(deps, app)
  console.log(startMessage(server.url, token))
} catch (error) {
  const reason = reasonOf(error)
  if (reason === undefined) throw error
  console.error(`Threeger ID cannot start.\n\n  ${reason}\n`)
  process.exit(1)
}

/** What the operator can do something about, in a sentence that names the variable; undefined for a bug. */
function reasonOf(error: unknown): string | undefined {
  if (error instanceof ConfigError || error instanceof DatabaseOpenError) return error.message
  if (storageProblem(error) === undefined) return undefined
  const { code, message } = describeError(error)
  return code?.startsWith('SQLITE_')
    ? `DATABASE_URL: ${message}. Check the disk that holds the database: its mount, its free space, the log of the system.`
    : `DATABASE_URL: ${message}. Start the database, or correct DATABASE_URL and DATABASE_AUTH_TOKEN.`
}
