import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import type { NodeAdapter } from 'crossws/adapters/node'
import { NodeRequest } from 'srvx/node'
import type { App } from '../app.ts'
import type { Log } from '../deps.ts'
import { MAX_MESSAGE_BYTES } from '../modules/realtime/limits.ts'
import { asksForSocket, socketHooks } from './sockets.ts'

/** A client that says nothing is asked by a ping, and is gone if it does not answer in this time. */
const IDLE_SECONDS = 30
/** For the answer to a close frame. */
const LAST_WORDS_MS = 1000

/** WebSockets of Node. The adapter is loaded with the first handshake. */
export function nodeSockets(server: Server, app: Pick<App, 'fetch'>, log: Log) {
  let loading: Promise<NodeAdapter> | undefined
  const load = async (): Promise<NodeAdapter> => {
    const { default: create } = await import('crossws/adapters/node')
    return create({
      hooks: socketHooks(app, log),
      idleTimeout: IDLE_SECONDS,
      serverOptions: { maxPayload: MAX_MESSAGE_BYTES, perMessageDeflate: false },
    })
  }

  async function upgrade(message: IncomingMessage, socket: Duplex, head: Buffer, request: Request): Promise<void> {
    loading ??= load()
    await (await loading).handleUpgrade(message, socket, head, request)
  }

  server.on('upgrade', (message, socket, head) => {
    const request = new NodeRequest({ req: message })
    if (!asksForSocket(request)) return answerWithoutUpgrade(server, message, socket, head)
    // A client that goes away now must not end the process.
    socket.on('error', () => socket.destroy())
    upgrade(message, socket, head, request).catch((cause: unknown) => {
      log.error('a WebSocket failed', { cause })
      socket.destroy()
    })
  })

  return {
    /** Cuts off who does not answer the last words: the server waits for every connection. */
    cutOffSoon(): void {
      const cutOff = async () => (await loading)?.closeAll(undefined, undefined, true)
      setTimeout(() => void cutOff(), LAST_WORDS_MS).unref()
    },
  }
}

/**
 * With a listener for upgrades, Node hands it every request that offers one, such as h2c of Java, and reads no further. The server may
 * ignore the offer (RFC 9110 §7.8), so the connection begins again, with this request without it.
 */
function answerWithoutUpgrade(server: Server, message: IncomingMessage, socket: Duplex, head: Buffer): void {
  const { method, url, httpVersion, rawHeaders } = message
  const lines = [`${method} ${url} HTTP/${httpVersion}`]
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = [rawHeaders[at], rawHeaders[at + 1]]
    if (!/^(?:upgrade|connection|http2-settings)$/i.test(name)) lines.push(`${name}: ${value}`)
  }
  if (/\bclose\b/i.test(message.headers.connection ?? '')) lines.push('Connection: close')
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]))
  server.emit('connection', socket)
}
