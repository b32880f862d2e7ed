/** What Node and Deno share: a process that listens, runs jobs, and stops in good order. */
import process from 'node:process'
import { createApp } from '../../app.ts'
import { type Config, ConfigError } from '../../config.ts'
import type { Deps, Log } from '../../deps.ts'
import { logConfigWarnings } from '../../lib/warnings.ts'
import { setupToken } from '../../modules/setup/setup-token.ts'
import { readAssetFile } from '../../platform/assets.files.ts'
import { processClock } from '../../platform/clock.ts'
import { compressLater } from '../../platform/compress-later.ts'
import { createDeferred } from '../../platform/deferred.ts'
import { createEdgeDeps, readEdgeConfig } from '../../platform/deps.edge.ts'
import { LOAD_REST_MS, loadRest } from '../../platform/load-rest.ts'
import { publicFetchLater } from '../../platform/public-fetch-later.ts'
import { holdSignals, IGNORED, onSignals } from '../../platform/signals.ts'
import { createWorker } from '../../platform/worker.ts'
import { startMessage } from '../start-message.ts'
import { consoleLog } from './console-log.ts'
import { runJobs, wasmPasswords } from './later.ts'

export interface LongLived {
  config: Config
  log: Log
  fetch: (request: Request) => Promise<Response>
  /** Prints where it listens, and from then on SIGTERM and SIGINT stop it: in 10 s at most. */
  listening(listener: Listener): Promise<void>
}

export interface Listener {
  /** Takes no more connections; resolves when the requests in flight have been answered. */
  close: () => Promise<unknown>
  /** Runs the jobs that are due, also where the runtime lets a process sleep and the worker with it. */
  cron?: ((jobs: () => Promise<unknown>) => unknown) | undefined
}

const DRAIN_MS = 10_000

const pause = (ms: number): Promise<void> => new Promise((wake) => setTimeout(wake, ms))

/** Reads the environment and makes the app. A wrong variable ends the process with a message that names it. */
export function longLived(peerAddress: Deps['peerAddress']): LongLived {
  holdSignals()
  const config = configOrExit()
  const log = consoleLog(config)
  logConfigWarnings(config, log)
  const deferred = createDeferred(log)
  const worker = createWorker()
  let accepting = true
  const stopping = new AbortController()
  const deps = createEdgeDeps(config, {
    log,
    // Hashes block the only thread: between two of them everybody else has a turn.
    passwords: wasmPasswords({ beforeEach: () => pause(0) }),
    publicFetch: publicFetchLater,
    asset: readAssetFile,
    compress: compressLater(),
    prebuiltOpenApi: () => readAssetFile('openapi.json'),
    clock: processClock,
    defer: deferred.defer,
    queue: worker.queue,
    accepting: () => accepting,
    stopping: stopping.signal,
    peerAddress,
  })

  async function stop(close: Listener['close']): Promise<void> {
    accepting = false
    stopping.abort()
    await pause(config.shutdownGraceSeconds * 1000)
    await Promise.race([Promise.all([close(), worker.stop()]), pause(DRAIN_MS)])
    await deferred.settled()
    process.exit(0)
  }

  const app = createApp(deps)

  return {
    config,
    log,
    async fetch(request) {
      const response = await app.fetch(request)
      // A connection kept open would be waited for when the listener closes.
      if (!accepting) response.headers.set('connection', 'close')
      return response
    },
    async listening({ close, cron }) {
      worker.start(deps)
      setTimeout(() => loadRest(deps, app), LOAD_REST_MS)
      cron?.(() => runJobs(deps))
      onSignals({
        stop() {
          if (accepting) void stop(close)
        },
        ignored: (signal) => log.info(IGNORED, { signal }),
      })
      // The token is only a hint: a database that is down now may be up for the first request.
      console.log(startMessage(config.appUrl, await setupToken(deps).catch(() => undefined)))
    },
  }
}

function configOrExit(): Config {
  try {
    return readEdgeConfig(process.env)
  } catch (error) {
    return cannotStart(error)
  }
}

/** For what the operator can mend: ends the process with a sentence that names the variable. Rethrows anything else. */
export function cannotStart(error: unknown): never {
  if (!(error instanceof ConfigError)) throw error
  console.error(`Threeger ID cannot start.\n\n  ${error.message.replaceAll('\n', '\n  ')}\n`)
  process.exit(1)
}
