/** An HTTP proxy before a libSQL server: it counts what passes, and can be slow, silent, gone, or cut an answer short. */
import { freePort } from './ports.ts'

/**
 * - `pass`: hands everything on.
 * - `refuse`: the port is closed; open connections are cut.
 * - `hang`: takes a request, hands nothing on and never answers, like a half-open connection.
 * - `cut-response`: hands the request on, so that it takes effect, and ends the connection in the middle of the answer.
 */
export type ProxyMode = 'pass' | 'refuse' | 'hang' | 'cut-response'

export interface CountingProxy {
  /** `http://127.0.0.1:PORT`, the same in every mode. */
  url: string
  /** Requests since the start or the last `reset`: a round trip each. */
  count(): number
  reset(): void
  /** Added to every request before it is handed on. */
  setLatency(ms: number): void
  /** Requests that hang go on hanging in any later mode. */
  setMode(mode: ProxyMode): Promise<void>
  stop(): Promise<void>
}

interface ProxyOptions {
  /** Origin of the server behind it. */
  target: string
  latencyMs?: number
}

/** Starts on a free port of 127.0.0.1. */
export function startCountingProxy({ target, latencyMs = 0 }: ProxyOptions): CountingProxy {
  let requests = 0
  let latency = latencyMs
  let mode: ProxyMode = 'pass'

  async function handle(request: Request): Promise<Response> {
    requests++
    if (mode === 'hang') return new Promise(() => {})
    const cut = mode === 'cut-response'
    const body = await request.arrayBuffer()
    if (latency > 0) await Bun.sleep(latency)
    const { pathname, search } = new URL(request.url)
    const headers = new Headers(request.headers)
    headers.delete('host')
    headers.delete('accept-encoding')
    const answer = await fetch(`${target}${pathname}${search}`, {
      method: request.method,
      headers,
      ...(body.byteLength > 0 ? { body } : {}),
    }).catch(() => new Response('no server behind the proxy', { status: 502 }))
    const bytes = new Uint8Array(await answer.arrayBuffer())
    const { status } = answer
    return new Response(cut ? halfOf(bytes) : bytes, { status, headers: endToEnd(answer.headers) })
  }

  const listen = (port: number) =>
    Bun.serve({ hostname: '127.0.0.1', port, idleTimeout: 0, fetch: handle, error: () => Response.error() })
  const port = freePort()
  let server: ReturnType<typeof listen> | undefined = listen(port)

  return {
    url: `http://127.0.0.1:${port}`,
    count: () => requests,
    reset() {
      requests = 0
    },
    setLatency(ms) {
      latency = ms
    },
    async setMode(next) {
      mode = next
      if (next === 'refuse') {
        await server?.stop(true)
        server = undefined
      } else server ??= listen(port)
    },
    async stop() {
      await server?.stop(true)
      server = undefined
    },
  }
}

/** The first half of an answer, and then a connection that breaks. */
function halfOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  let sent = false
  return new ReadableStream({
    pull(controller) {
      if (sent) return controller.error() // an Error here would be printed by Bun, at each cut
      sent = true
      controller.enqueue(bytes.slice(0, Math.max(1, bytes.length >> 1)))
    },
  })
}

/** Without what belongs to one connection (RFC 9110 §7.6.1). */
function endToEnd(given: Headers): Headers {
  const headers = new Headers(given)
  for (const name of ['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'content-encoding'])
    headers.delete(name)
  return headers
}
