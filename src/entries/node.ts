/** Entry for Node 20 and later, beside a libSQL server: `node dist/edge/node.js`. */
import './edge/with-resolvers.ts'
import type { Server } from 'node:http'
import type { ServerRequest } from 'srvx'
import { serve } from 'srvx/node'
import { listenFailure } from '../platform/listen-failure.ts'
import { nodeSockets } from '../platform/sockets.node.ts'
import { cannotStart, longLived } from './edge/long-lived.ts'

const { config, fetch, log, listening } = longLived((request: ServerRequest) => request.ip)

const server = serve({
  port: config.port,
  hostname: config.host,
  fetch,
  // Ours tells load balancers first.
  gracefulShutdown: false,
  silent: true,
  // Longer than proxies keep an idle connection (60 s in most): Node's 5 s would cut some requests as they are sent.
  node: { keepAliveTimeout: 75_000 },
})
const sockets = server.node?.server && nodeSockets(server.node.server as Server, { fetch }, log) // plain http: no HTTP/2
await Promise.resolve(server.ready()).catch((error: unknown) => cannotStart(listenFailure(error, config)))
await listening({
  close() {
    sockets?.cutOffSoon()
    return server.close()
  },
})
