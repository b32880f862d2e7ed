/** HTTP/1.1 clients that see exactly what happened to each request; `fetch` would retry behind our back. */
import { connect, type Socket } from 'node:net'

export interface Outcome {
  /** Status of a complete answer. */
  status?: number
  body?: string
  /** The server said that this was the last answer on the connection. */
  closes?: boolean
  /** Instead of an answer: the error, and whether the request had been sent by then. */
  failed?: { code: string; sent: boolean }
}

interface Connection {
  socket: Socket
  /** True once the other side has closed it. */
  ended: boolean
}

/** Sends one request after another, over one connection as long as it lasts or over a fresh one each. */
export function createClient(port: number, { keepAlive }: { keepAlive: boolean }) {
  let connection: Connection | undefined

  return {
    async send(method: string, path: string, body = ''): Promise<Outcome> {
      const used = connection?.ended === false ? connection : await open(port)
      if (!('socket' in used)) return used
      const outcome = await exchange(used, requestText(method, path, body, keepAlive))
      connection = keepAlive && outcome.status !== undefined && !outcome.closes ? used : undefined
      if (!connection) used.socket.destroy()
      return outcome
    },
  }
}

const requestText = (method: string, path: string, body: string, keepAlive: boolean): string =>
  [
    `${method} ${path} HTTP/1.1`,
    'Host: localhost',
    ...(keepAlive ? [] : ['Connection: close']),
    ...(body === '' ? [] : ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`]),
    '',
    body,
  ].join('\r\n')

function open(port: number): Promise<Connection | Outcome> {
  const { promise, resolve } = Promise.withResolvers<Connection | Outcome>()
  const socket = connect(port, '127.0.0.1')
  const connection: Connection = { socket, ended: false }
  socket.once('connect', () => resolve(connection))
  socket.on('error', (error) => resolve({ failed: { code: codeOf(error), sent: false } }))
  socket.on('close', () => {
    connection.ended = true
  })
  return promise
}

function exchange({ socket }: Connection, request: string): Promise<Outcome> {
  const { promise, resolve } = Promise.withResolvers<Outcome>()
  let received = ''
  const onData = (chunk: Buffer) => {
    received += chunk
    const answer = parseAnswer(received)
    if (answer) resolve(answer)
  }
  const onError = (error: Error) => resolve({ failed: { code: codeOf(error), sent: true } })
  const onClose = () => resolve({ failed: { code: `closed after ${received.length} bytes`, sent: true } })
  socket.on('data', onData).on('error', onError).on('close', onClose)
  socket.write(request)
  return promise.finally(() => socket.off('data', onData).off('error', onError).off('close', onClose))
}

/** The answer once all of it is there. */
function parseAnswer(received: string): Outcome | undefined {
  const headEnd = received.indexOf('\r\n\r\n')
  if (headEnd < 0) return undefined
  const head = received.slice(0, headEnd)
  const body = received.slice(headEnd + 4)
  const length = Number(/^content-length: (\d+)$/im.exec(head)?.[1] ?? Number.NaN)
  if (Buffer.byteLength(body) < length || Number.isNaN(length)) return undefined
  return { status: Number(head.slice(9, 12)), body, closes: /^connection: close$/im.test(head) }
}

const codeOf = (error: Error): string => ('code' in error ? String(error.code) : error.message)
