/** Entry for Deno, beside a libSQL server: `deno run --unstable-cron --allow-net --allow-env --allow-read dist/edge/deno.js`. */
import { listenFailure } from '../platform/listen-failure.ts'
import { denoSockets } from '../platform/sockets.deno.ts'
import { asksForSocket } from '../platform/sockets.ts'
import { cannotStart, longLived } from './edge/long-lived.ts'

/** The part of Deno we use. */
declare const Deno: {
  /** Absent without --unstable-cron; Deno Deploy has it. */
  cron?: (name: string, schedule: string, work: () => Promise<unknown>) => Promise<void>
  serve(
    options: { port: number; hostname: string; onListen: () => void },
    handler: (
      request: Request,
      info: { remoteAddr: { transport: string; hostname: string; port: number } },
    ) => Response | Promise<Response>,
  ): { shutdown(): Promise<void> }
}

const peers = new WeakMap<Request, string>()
const { config, fetch, log, listening } = longLived((request) => peers.get(request))
const sockets = denoSockets({ fetch }, log)

const server = listen()
const { cron } = Deno
await listening({
  close: () => server.shutdown(),
  cron: cron && ((jobs) => void cron('threeger jobs', '* * * * *', jobs)),
})

function listen() {
  try {
    return Deno.serve({ port: config.port, hostname: config.host, onListen() {} }, (request, { remoteAddr }) => {
      peers.set(request, remoteAddr.hostname)
      return asksForSocket(request) ? sockets.upgrade(request, { remoteAddr }) : fetch(request)
    })
  } catch (error) {
    return cannotStart(listenFailure(error, config))
  }
}
