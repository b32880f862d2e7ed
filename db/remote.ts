/**
 * A libSQL server over HTTP. Nothing here needs Bun or Node, so the edge entries import this file, not `client.ts`.
 *
 * A connection that is open but silent would otherwise be waited for without end: every request carries a time limit.
 */
import { type Client, createClient, LibsqlError } from '@libsql/client/web'
import { createDatabase, type Database } from './database.ts'

/** The one call of `fetch` this client makes. */
export type Fetch = (request: Request, init?: { signal: AbortSignal }) => Promise<Response>

export interface RemoteOptions {
  /** `https://`, `http://` or `libsql://` (HTTPS). */
  readonly url: string
  readonly authToken?: string | undefined
  /** Replaces the global `fetch`, for instance in tests. */
  readonly fetch?: Fetch | undefined
  /** Limit of each HTTP request, in ms. Default 3,000. */
  readonly timeoutMs?: number | undefined
}

export interface OpenedDatabase {
  readonly client: Client
  readonly db: Database
  /** For reads that may take long, where they would stall this process: over a network none does. */
  readonly longReads?: Database
  /** True when this process owns the database: nobody else writes, so what it caches cannot become stale. */
  readonly owned: boolean
  close(): void
}

const schemes = ['http:', 'https:', 'libsql:']

/**
 * Makes a client for a libSQL server; does not connect.
 *
 * Throws TypeError for a URL it cannot serve. Statements fail with `LibsqlError` code `REMOTE_TIMEOUT` when the server
 * does not answer in time: a write may then have been committed or not.
 */
export function openRemote(options: RemoteOptions): OpenedDatabase {
  const scheme = /^[a-z]+:/.exec(options.url)?.[0] ?? ''
  if (!schemes.includes(scheme)) {
    // A web socket lives as long as the connection, so no time limit per request can be put on it.
    const hint = scheme === 'ws:' || scheme === 'wss:' ? ' Use https:// (or http://) with the same host.' : ''
    throw new TypeError(`the database URL must begin with https://, http:// or libsql://, not ${scheme}${hint}`)
  }
  const client = createClient({
    url: options.url,
    ...(options.authToken === undefined ? {} : { authToken: options.authToken }),
    fetch: withTimeLimit(options.fetch ?? fetch, options.timeoutMs ?? 3_000),
  })
  return { client, db: createDatabase(client), owned: false, close: () => client.close() }
}

function withTimeLimit(send: Fetch, timeoutMs: number): Fetch {
  return async (request) => {
    try {
      // The body is read here, inside the limit: a server that stalls in the middle of its answer is silent too.
      const response = await send(request, { signal: AbortSignal.timeout(timeoutMs) })
      const body = await response.arrayBuffer()
      return new Response(body, { status: response.status, statusText: response.statusText, headers: response.headers })
    } catch (error) {
      if (!(error instanceof Error && error.name === 'TimeoutError')) throw error
      const { host } = new URL(request.url)
      throw new LibsqlError(
        `${host} did not answer within ${timeoutMs} ms; a write may or may not have been committed`,
        'REMOTE_TIMEOUT',
        undefined,
        undefined,
        error,
      )
    }
  }
}
