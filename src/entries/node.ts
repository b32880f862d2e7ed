/** Entry for Node 20 and later, beside a libSQL server: `node dist/edge/node.js`. */
import type { ServerRequest } from 'srvx'
import { serve } from 'srvx/node'
import { listenFailure } from '../platform/listen-failure.ts'
import { cannotStart, longLived } from './edge/long-lived.ts'

const { config, fetch, listening } = longLived((request: ServerRequest) => request.ip)

const server = serve({
  port: config.port,
  hostname: config.host,
  fetch,
  // Ours tells load balancers first.
  gracefulShutdown: false,
  silent: true,
})
await Promise.resolve(server.ready()).catch((error: unknown) => cannotStart(listenFailure(error, config)))
await listening({ close: () => server.close() })
