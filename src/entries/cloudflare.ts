/**
 * Entry for Cloudflare Workers: bindings → deps → handlers. `bun run build:edge` bundles it.
 *
 * At start-up a worker may not draw chance, set timers, do I/O or build a Response with a body, but only then may code
 * be generated: so the routes are compiled here, and everything else waits for a request.
 */

import { env } from 'cloudflare:workers'
import { AsyncLocalStorage } from 'node:async_hooks'
import argon2 from '@phi-ag/argon2/argon2.wasm'
import { CloudflareAdapter } from 'elysia/adapter/cloudflare-worker'
import { createApp } from '../app.ts'
import type { AssetName, Deps, Log } from '../deps.ts'
import { runJobs } from '../jobs.ts'
import { logConfigWarnings } from '../lib/warnings.ts'
import { createEdgeDeps, readEdgeConfig } from '../platform/deps.edge.ts'
import { createWasmPasswords } from '../platform/passwords/passwords.wasm.ts'
import { consoleLog } from './edge/console-log.ts'
import { misconfigured } from './edge/misconfigured.ts'

interface ExecutionContext {
  waitUntil(work: Promise<unknown>): void
}

interface Binding {
  fetch(url: string): Promise<Response>
}

/** Of the request being answered: `defer` is called somewhere below it, and nothing there knows of Workers. */
const executionContext = new AsyncLocalStorage<ExecutionContext>()

function start() {
  const texts = Object.entries(env).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  const config = readEdgeConfig(Object.fromEntries(texts))
  const log = consoleLog(config)
  logConfigWarnings(config, log)
  const deps: Deps = createEdgeDeps(config, {
    log,
    passwords: createWasmPasswords(argon2),
    asset: readAsset,
    defer: deferOn(log),
    queue: { wake: () => deps.defer(() => runJobs(deps, 'queue')), async idle() {} },
    accepting: () => true,
    // Set by Cloudflare on every request; what the client sent under this name is replaced.
    peerAddress: (request) => request.headers.get('cf-connecting-ip') ?? undefined,
  })
  const { fetch } = createApp(deps, { adapter: CloudflareAdapter })
  return { fetch, deps }
}

const deferOn = (log: Log) => (work: () => Promise<unknown>) =>
  executionContext.getStore()?.waitUntil(work().catch((cause: unknown) => log.error('deferred work failed', { cause })))

/** From the static assets of `wrangler.jsonc`; undefined where they were not deployed. */
async function readAsset(name: AssetName): Promise<Blob | undefined> {
  const response = await (env.ASSETS as Binding | undefined)?.fetch(`https://assets.test/${name}`) // bound by this name
  // Without its type: the route knows it better.
  return response?.ok ? new Blob([await response.arrayBuffer()]) : undefined
}

function startOrRefuse(): { fetch: (request: Request) => Response | Promise<Response>; deps: Deps | undefined } {
  try {
    return start()
  } catch (error) {
    return { fetch: misconfigured(error), deps: undefined }
  }
}

const worker = startOrRefuse()

export default {
  fetch(request: Request, _env: unknown, context: ExecutionContext): Promise<Response> {
    const response = executionContext.run(context, async () => worker.fetch(request))
    // What is loaded for one request serves others (the key ring): it is finished even when this client goes away.
    context.waitUntil(response)
    return response
  },

  /** A cron trigger: what is due. */
  async scheduled(_controller: unknown, _env: unknown, context: ExecutionContext): Promise<void> {
    const { deps } = worker
    if (deps === undefined) throw new Error('the environment is not valid: send a request, and read the log')
    await executionContext.run(context, () => runJobs(deps))
  },
}
