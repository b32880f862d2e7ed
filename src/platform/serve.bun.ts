import type { App } from '../app.ts'
import { listenForOperator } from '../operator/socket.bun.ts'
import type { BunDeps } from './deps.bun.ts'
import { listenFailure } from './listen-failure.ts'
import { LOAD_REST_MS, loadRest } from './load-rest.ts'
import { shutPort } from './shut-port.bun.ts'
import { IGNORED, onSignals } from './signals.ts'
import { bunSockets } from './sockets.bun.ts'
import { asksForSocket } from './sockets.ts'
import { readTls } from './tls.bun.ts'

/** The time that a request may still run after the process was told to stop. */
const DRAIN_MS = 10_000
/** The wait for requests on their way: a new connection needs one round trip until its request arrives. */
const LAST_ARRIVALS_MS = 250
/** The shorter wait without a grace and without requests in flight, when a new connection is unlikely. */
const QUIET_ARRIVALS_MS = 50
const QUIET_AFTER_MS = 100
/**
 * Jobs begin with the first answer, or after this time without a request. Loading their code does not delay the first request,
 * and an idle server runs them too.
 */
const FIRST_JOBS_MS = 500
/** Bun's own cap answers without a problem document, so it is out of the way: ours (1 MiB) reads no further either. */
const MAX_WIRE_BODY_BYTES = Number.MAX_SAFE_INTEGER

/**
 * Listens, and stops without dropping a request. On SIGTERM or SIGINT readiness fails, and every response says
 * `Connection: close`. For SHUTDOWN_GRACE_SECONDS it serves requests. Then the listener closes, requests in flight end,
 * deferred work is finished, and the database is closed.
 */
export function serve(deps: BunDeps, app: App): { url: string } {
  const { config, log } = deps
  // Elysia sets reusePort by default: a second instance would share the port and the database file without an error.
  let lastRequestAt = Number.NEGATIVE_INFINITY
  const tls = readTls(config)
  const sockets = bunSockets(app, log)
  const server = listen(config.port)
  const operator = listenForOperator(deps)
  let jobsBegin: Timer | undefined = setTimeout(startJobs, FIRST_JOBS_MS)
  deps.server.addressOf = (request) => server.requestIP(request)?.address

  onSignals({
    stop(signal) {
      if (deps.server.accepting) void shutDown(signal)
    },
    ignored: (signal) => log.info(IGNORED, { signal }),
  })
  return { url: config.port === 0 ? String(server.url).replace(/\/$/, '') : config.appUrl }

  function beginJobs(): void {
    setTimeout(startJobs, 0)
  }

  function startJobs(): void {
    if (jobsBegin === undefined) return
    clearTimeout(jobsBegin)
    jobsBegin = undefined
    deps.worker.start(deps)
    setTimeout(() => loadRest(deps, app), LOAD_REST_MS).unref()
  }

  function listen(port: number) {
    try {
      return Bun.serve({
        port,
        hostname: config.host,
        reusePort: false,
        ...(tls === undefined ? {} : { tls }),
        idleTimeout: 30,
        maxRequestBodySize: MAX_WIRE_BODY_BYTES,
        websocket: sockets.handlers,
        fetch(request, listener) {
          lastRequestAt = performance.now()
          if (asksForSocket(request)) return sockets.upgrade(request, listener)
          const answer = deps.timed === undefined ? app.fetch(request) : deps.timed(() => app.fetch(request))
          if (jobsBegin !== undefined) void Promise.resolve(answer).then(beginJobs, beginJobs)
          return answer instanceof Promise ? answer.then(sayWhetherLast) : sayWhetherLast(answer)
        },
      })
    } catch (error) {
      throw listenFailure(error, config)
    }
  }

  /**
   * After a stop began, the client must not send another request on this connection. This is checked when the answer is
   * ready: a request from before the signal may be answered after the listener closed.
   */
  function sayWhetherLast(response: Response): Response {
    if (!deps.server.accepting) response.headers.set('connection', 'close')
    return response
  }

  async function shutDown(signal: string): Promise<void> {
    log.info('stopping', { signal })
    clearTimeout(jobsBegin)
    jobsBegin = undefined
    deps.server.accepting = false
    deps.server.stopping.abort()
    await Bun.sleep(config.shutdownGraceSeconds * 1000)
    // Connections from before the port was shut have sent their requests by then. New connections are refused.
    const quiet =
      config.shutdownGraceSeconds === 0 &&
      server.pendingRequests === 0 &&
      performance.now() - lastRequestAt > QUIET_AFTER_MS
    if (server.port !== undefined && shutPort(server.port))
      await Bun.sleep(quiet ? QUIET_ARRIVALS_MS : LAST_ARRIVALS_MS)
    sockets.cutOffSoon()
    const late = setTimeout(() => void [server.stop(true), operator.stop(true)], DRAIN_MS)
    // If a job takes longer, the next worker does it again with the same id.
    const jobs = Promise.race([deps.worker.stop(), Bun.sleep(DRAIN_MS)])
    await Promise.all([server.stop(), operator.stop(), jobs])
    clearTimeout(late)
    await deps.close()
    log.info('stopped')
    process.exit(0)
  }
}
