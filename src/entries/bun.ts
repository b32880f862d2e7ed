/** Entry for Bun: environment → deps → listen, and an orderly stop. */
import { makeFilesPrivate } from '../../db/embedded.ts'
import { createApp } from '../app.ts'
import { logConfigWarnings } from '../lib/warnings.ts'
import { setupToken } from '../modules/setup/setup-token.ts'
import { mayNeedRekeying } from '../modules/users/rekey-queries.ts'
import { failureLines, toOwnFailure } from '../operator/failure.ts'
import { createBunDeps } from '../platform/deps.bun.ts'
import { readConfig } from '../platform/environment.ts'
import { outliveOutputs } from '../platform/outputs.ts'
import { serve } from '../platform/serve.bun.ts'
import { holdSignals } from '../platform/signals.ts'
import { startMessage } from './start-message.ts'

/** An application and its database are often started together; after this a supervisor knows better what to do. */
const PATIENCE_MS = 30_000
/** A server that is asked to stop, and is replaced, is soon gone. */
const LOCK_PATIENCE_MS = 10_000

makeFilesPrivate()
holdSignals()
outliveOutputs()
try {
  const config = readConfig()
  const deps = await createBunDeps(config, {
    patienceMs: PATIENCE_MS,
    lockPatienceMs: LOCK_PATIENCE_MS,
    keepsCopy: true,
  })
  logConfigWarnings(config, deps.log)
  await deps.keys.signing() // a wrong APP_SECRET shows now, not at the first sign-in
  // What fails here is in the log, and the job tries again: no start fails by it.
  if ((await mayNeedRekeying(deps.db, '', 1)).length > 0)
    await import('../jobs.ts').then(({ runJobs }) => runJobs(deps, 'rekey-emails')).catch(() => undefined)
  const token = await setupToken(deps) // before it serves: from then on nothing that fails may end the process
  const app = createApp(deps)
  // The first request needs it. A refusal that waits for this import would come after the client has sent a large body, and
  // the reset of that connection would take the answer with it.
  await import('../http/feature-app.ts')
  const server = serve(deps, app)
  console.log(startMessage(server.url, token))
} catch (error) {
  console.error(`Threeger ID cannot start.\n\n  ${failureLines(toOwnFailure(error)).join('\n  ')}\n`)
  process.exit(1)
}
