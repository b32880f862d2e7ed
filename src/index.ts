/** Entry for Bun: environment → deps → listen, and an orderly stop. */
import { DatabaseOpenError } from '../db/embedded.ts'
import { createApp } from './app.ts'
import { ConfigError } from './config.ts'
import { setupToken } from './modules/setup/service.ts'
import { createBunDeps } from './platform/deps.bun.ts'
import { readConfig } from './platform/environment.ts'
import { serve } from './platform/serve.bun.ts'

try {
  const config = readConfig()
  const deps = await createBunDeps(config)
  await deps.keys.signing() // a wrong APP_SECRET shows now, not at the first sign-in
  const app = createApp(deps)
  const server = serve(deps, app)
  console.log(`Threeger ID  ${server.url}\nAPI docs     ${server.url}/docs`)
  const token = await setupToken(deps)
  if (token)
    console.log(
      `\nNo administrator yet. Create the first one with this set-up token (good once, for a day):\n\n  ${token}\n`,
    )
} catch (error) {
  if (!(error instanceof ConfigError || error instanceof DatabaseOpenError)) throw error
  console.error(`Threeger ID cannot start.\n\n  ${error.message}\n`)
  process.exit(1)
}
