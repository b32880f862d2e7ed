/**
 * Entry for Cloudflare Workers: bindings → deps → handlers. `bun run build:edge` bundles it.
 *
 * At start-up a Worker may not use randomness, timers, I/O or a Response with a body, and after it no code may be generated.
 * So the start loads no routes. The first request for a feature loads it, with the functions that the build generated.
 */

import { env } from 'cloudflare:workers'
import { asksForSocket } from '../platform/sockets.ts'
import { runJobs } from './edge/later.ts'
import { type ExecutionContext, executionContext, startWorker } from './edge/worker-app.ts'

export { RealtimeSockets } from './edge/realtime-sockets.ts'

/** The binding of `RealtimeSockets`. Without it there are no WebSockets, and the app says so. */
interface Sockets {
  idFromName(name: string): unknown
  get(id: unknown): { fetch(request: Request): Promise<Response> }
}

const worker = startWorker({ isObject: false })
const sockets = env.REALTIME as Sockets | undefined // bound by this name

export default {
  fetch(request: Request, _env: unknown, context: ExecutionContext): Promise<Response> {
    // One object has all of them, so that everybody in a room is seen there.
    if (sockets !== undefined && asksForSocket(request))
      return sockets.get(sockets.idFromName('realtime')).fetch(request)
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
