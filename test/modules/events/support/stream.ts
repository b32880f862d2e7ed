/** Reads `GET /v1/events` as a browser would (HTML Living Standard §9.2.6). */
import { ORIGIN, type TestApp } from '../../../support/test-app.ts'

export interface StreamFrame {
  event: string
  id: string | undefined
  data: Record<string, unknown>
}

export interface Asked {
  token?: string
  cookie?: string
  headers?: Record<string, string>
  /** `rooms=…&after=…` */
  query?: string
}

export interface Stream {
  status: number
  headers: Headers
  /** Events, without those of the stream itself. */
  events: StreamFrame[]
  /** `stream.open`, `stream.reset`, `stream.end`. */
  words: StreamFrame[]
  lastEventId: () => string
  /** The problem document of a refusal. */
  problem: Record<string, unknown>
  isOver: () => boolean
  /** Resolves when it holds; it is asked after each frame, and each few milliseconds. */
  until: (holds: () => boolean) => Promise<void>
  close: () => Promise<void>
}

export const openStream = (t: TestApp, asked: Asked): Promise<Stream> =>
  readStream(async (request) => t.app.handle(request), ORIGIN, asked)

/** The same from any server. */
export async function readStream(
  send: (request: Request) => Promise<Response>,
  origin: string,
  { token, cookie, headers = {}, query }: Asked,
): Promise<Stream> {
  const response = await send(
    new Request(`${origin}/v1/events${query === undefined ? '' : `?${query}`}`, {
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(cookie === undefined ? {} : { cookie: `__Host-session=${cookie}` }),
        ...headers,
      },
    }),
  )
  const events: StreamFrame[] = []
  const words: StreamFrame[] = []
  let lastEventId = ''
  let isOver = false
  let problem: Record<string, unknown> = {}
  const isStream = response.headers.get('content-type') === 'text/event-stream'
  if (!isStream) {
    const text = await response.text()
    problem = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)
    isOver = true
  }
  const reader = isStream ? response.body?.getReader() : undefined

  function take(block: string): void {
    const fields = new Map<string, string>()
    for (const line of block.split('\n')) {
      if (line.startsWith(':')) continue
      const colon = line.indexOf(':')
      fields.set(line.slice(0, colon), line.slice(colon + 1).replace(/^ /, ''))
    }
    const id = fields.get('id')
    if (id !== undefined) lastEventId = id
    const data = fields.get('data')
    if (data === undefined) return
    const frame = { event: fields.get('event') ?? 'message', id, data: JSON.parse(data) as StreamFrame['data'] }
    ;(frame.event.startsWith('stream.') ? words : events).push(frame)
  }

  async function read(): Promise<void> {
    const decoder = new TextDecoder()
    let text = ''
    for (;;) {
      const piece = await reader?.read()
      if (piece === undefined || piece.done) break
      text += decoder.decode(piece.value, { stream: true })
      const blocks = text.split('\n\n')
      text = blocks.pop() ?? ''
      blocks.forEach(take)
    }
    isOver = true
  }
  const reading = read().catch(() => {
    isOver = true
  })

  return {
    status: response.status,
    headers: response.headers,
    events,
    words,
    problem,
    lastEventId: () => lastEventId,
    isOver: () => isOver,
    async until(holds) {
      while (!holds()) {
        if (isOver && !holds()) throw new Error(`the stream ended: ${JSON.stringify([...words, ...events.slice(-3)])}`)
        await Bun.sleep(5)
      }
    },
    async close() {
      await reader?.cancel()
      await reading
    },
  }
}
