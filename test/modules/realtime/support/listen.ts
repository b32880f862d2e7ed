/** A real listener for a test app. */
import { asksForSocket } from '../../../../src/platform/sockets.ts'
import { bunSockets } from '../../../../src/platform/sockets.bun.ts'
import type { TestApp } from '../../../support/test-app.ts'

export interface Listener {
  url: string
  stop(): Promise<void>
}

export function listen(t: TestApp): Listener {
  const sockets = bunSockets(t.app, t.deps.log)
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    websocket: sockets.handlers,
    fetch: (request, own) => (asksForSocket(request) ? sockets.upgrade(request, own) : t.app.fetch(request)),
  })
  return { url: `ws://127.0.0.1:${server.port}/v1/realtime`, stop: () => server.stop(true) }
}
