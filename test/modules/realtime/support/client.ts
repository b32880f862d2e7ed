/** WebSocket clients that remember what they heard, and check it with the schemas of the AsyncAPI document. */
import { Value } from '@sinclair/typebox/value'
import { received } from '../../../../src/modules/realtime/schema.ts'

export type Heard = Record<string, unknown> & { type: string }

export interface Client {
  /** Everything that came, oldest first. */
  heard: Heard[]
  say(message: unknown): void
  /** The next message that fits and was not returned before. Waits for it; rejects when the connection closes first. */
  next(type: string, fits?: (message: Heard) => boolean): Promise<Heard>
  /** Resolves with the code and the reason. */
  closed: Promise<{ code: number; reason: string }>
  close(): void
  /** Without a closing handshake, as when a cable is cut. */
  vanish(): void
  socket: WebSocket
}

export interface Dial {
  token?: string | undefined
  cookie?: string
  origin?: string
  headers?: Record<string, string>
}

/** Bun's own can send headers; the types here are those of browsers. */
const SocketWithHeaders = WebSocket as unknown as new (
  url: string,
  options: { headers: Record<string, string> },
) => WebSocket & { terminate(): void }

/** Rejects when the handshake is refused. */
export async function dial(url: string, { token, cookie, origin, headers = {} }: Dial = {}): Promise<Client> {
  const socket = new SocketWithHeaders(url, {
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(cookie === undefined ? {} : { cookie: `__Host-session=${cookie}` }),
      ...(origin === undefined ? {} : { origin }),
      ...headers,
    },
  })
  const heard: Heard[] = []
  const used = new Set<Heard>()
  const waiting = new Set<() => void>()
  const wake = () => {
    for (const look of [...waiting]) look()
  }
  let end: { code: number; reason: string } | undefined
  socket.addEventListener('message', ({ data }) => {
    const message = JSON.parse(String(data)) as Heard
    const schema = received[message.type as keyof typeof received]
    if (!Value.Check(schema, message))
      throw new Error(
        `no such message is described: ${data} ${[...Value.Errors(schema, message)].map(({ path }) => path)}`,
      )
    heard.push(message)
    wake()
  })
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.addEventListener('close', ({ code, reason }) => {
      end = { code, reason }
      wake()
      resolve(end)
    })
  })
  await new Promise<void>((open, refuse) => {
    socket.addEventListener('open', () => open())
    socket.addEventListener('error', () => refuse(new Error('the handshake was refused')))
    void closed.then(() => refuse(new Error('the handshake was refused')))
  })
  return {
    heard,
    socket,
    closed,
    say: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    close: () => socket.close(),
    vanish: () => socket.terminate(),
    next: (type, fits = () => true) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = heard.find((message) => message.type === type && !used.has(message) && fits(message))
          if (found !== undefined) {
            used.add(found)
            waiting.delete(look)
            resolve(found)
          } else if (end !== undefined) {
            waiting.delete(look)
            reject(new Error(`no ${type} before the end ${end.code} ${end.reason}: ${JSON.stringify(heard)}`))
          }
        }
        waiting.add(look)
        look()
      }),
  }
}
