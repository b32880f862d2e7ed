/**
 * WebSocket clients in a process of their own, steered over HTTP: `POST /open` opens connections, `GET /take` tells what they
 * heard since, and `POST /close` closes them. Argument: the URL of the WebSocket.
 */
const [, , url = ''] = Bun.argv
const open = new Set<WebSocket>()
/** ms from the event to its arrival, of each message. */
let delays: number[] = []
let first = 0
let last = 0

export interface Opening {
  connections: number
  token: string
  room?: string
}

export interface Taken {
  messages: number
  /** Between the first and the last message. */
  seconds: number
  p50Ms: number
  p99Ms: number
}

/** So many handshakes at a time. */
const AT_ONCE = 50

async function connect({ token, room }: Opening): Promise<void> {
  // Bun's own can send headers; the types here are those of browsers.
  const socket = new (WebSocket as unknown as new (url: string, options: object) => WebSocket)(url, {
    headers: { authorization: `Bearer ${token}` },
  })
  const ready = Promise.withResolvers<void>()
  socket.onclose = ({ code, reason }) => {
    open.delete(socket)
    ready.reject(new Error(`closed: ${code} ${reason}`))
  }
  socket.onmessage = ({ data }) => {
    const text = String(data)
    if (text.startsWith('{"type":"event"')) {
      const now = performance.timeOrigin + performance.now()
      delays.push(now - Date.parse(text.slice(text.indexOf('"at":"') + 6, text.indexOf('"at":"') + 30)))
      if (first === 0) first = now
      last = now
    } else if (text.startsWith('{"type":"welcome"')) {
      if (room === undefined) ready.resolve()
      else socket.send(JSON.stringify({ type: 'subscribe', room }))
    } else if (text.startsWith('{"type":"subscribed"')) ready.resolve()
    else ready.reject(new Error(text))
  }
  open.add(socket)
  await ready.promise
}

function take(): Taken {
  const sorted = delays.sort((a, b) => a - b)
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN
  const taken = { messages: sorted.length, seconds: (last - first) / 1000, p50Ms: at(0.5), p99Ms: at(0.99) }
  delays = []
  first = 0
  return taken
}

const server = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  idleTimeout: 0,
  async fetch(request) {
    const { pathname } = new URL(request.url)
    if (pathname === '/open') {
      const opening = (await request.json()) as Opening // sent by the bench
      for (let left = opening.connections; left > 0; left -= AT_ONCE)
        await Promise.all(Array.from({ length: Math.min(left, AT_ONCE) }, () => connect(opening)))
    } else if (pathname === '/close')
      for (const socket of open) {
        socket.onclose = null
        socket.close()
        open.delete(socket)
      }
    else return Response.json(take())
    return Response.json({ open: open.size })
  },
})
console.log(server.url.href.replace(/\/$/, ' '))
