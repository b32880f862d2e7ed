import type { Server, ServerWebSocket, WebSocketHandler } from 'bun'
import type { Peer } from 'crossws'
import type { BunAdapter } from 'crossws/adapters/bun'
import type { App } from '../app.ts'
import type { Log } from '../deps.ts'
import { MAX_MESSAGE_BYTES } from '../modules/realtime/limits.ts'
import { socketHooks } from './sockets.ts'

type Handler = BunAdapter['websocket']
type Data = Handler extends WebSocketHandler<infer Kept> ? Kept : never

/** A client that says nothing is asked by a ping, and is gone if it does not answer in this time. */
const IDLE_SECONDS = 60
/** For the answer to a close frame. */
const LAST_WORDS_MS = 1000
/** Above what `sockets.ts` lets wait, so nothing is dropped. If it were, the connection is closed instead. */
const BACKPRESSURE_BYTES = 1_048_576

/** Each write is a system call, which costs more than all else that a message costs here. */
const together = ({ websocket }: Peer, act: () => void): void => {
  const socket = websocket as unknown as ServerWebSocket // what `open` has left to the adapter
  socket.cork(act)
}

/** WebSockets of Bun. The adapter is loaded with the first handshake. */
export function bunSockets(app: Pick<App, 'fetch'>, log: Log) {
  let adapter: BunAdapter | undefined
  let loading: Promise<BunAdapter> | undefined
  const load = async (): Promise<BunAdapter> => {
    const { default: create } = await import('crossws/adapters/bun')
    adapter = create({ hooks: socketHooks(app, log, together) })
    return adapter
  }
  const handlers: Handler = {
    open(ws) {
      // The adapter keeps the request as long as the connection, and all its headers. Nothing reads it any more. Without it,
      // `peer.websocket` is the socket itself, and no proxy.
      Reflect.deleteProperty(ws.data, 'request')
      adapter?.websocket.open?.(ws)
    },
    message: (ws, message) => adapter?.websocket.message?.(ws, message),
    close: (ws, code, reason) => adapter?.websocket.close?.(ws, code, reason),
    idleTimeout: IDLE_SECONDS,
    sendPings: true,
    maxPayloadLength: MAX_MESSAGE_BYTES,
    backpressureLimit: BACKPRESSURE_BYTES,
    closeOnBackpressureLimit: true,
    // A window of compression would cost each connection more than all the rest.
    perMessageDeflate: false,
  }
  return {
    handlers,
    /** Cuts off who does not answer the last words: the server waits for every connection. */
    cutOffSoon(): void {
      setTimeout(() => {
        for (const peers of adapter?.peers.values() ?? []) for (const peer of peers) peer.terminate()
      }, LAST_WORDS_MS).unref()
    },
    /** Undefined: the connection is a WebSocket now. */
    async upgrade(request: Request, server: Server<Data>): Promise<Response | undefined> {
      loading ??= load()
      return (await loading).handleUpgrade(request, server)
    },
  }
}
