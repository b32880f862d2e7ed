/**
 * A libSQL server over HTTP. Nothing here needs Bun or Node, so the edge entries import this file, not `client.ts`.
 *
 * A connection that is open but silent would otherwise be waited for without end: every trip carries a time limit. And
 * every way in which a server can fail to answer becomes one of the codes below, here, where it is known for certain.
 */
import { type Client, createClient, LibsqlError } from '@libsql/client/web'
import { createDatabase, type Database, type DatabaseFile } from './database.ts'

/** The one call of `fetch` this client makes. */
export type Fetch = (request: Request, init?: { signal: AbortSignal }) => Promise<Response>

export interface RemoteOptions {
  /** `https://`, `http://` or `libsql://` (HTTPS). */
  readonly url: string
  readonly authToken?: string | undefined
  /** Replaces the global `fetch`, for instance in tests. */
  readonly fetch?: Fetch | undefined
  /** Limit of each HTTP request, in ms. Default: `TRIP_LIMIT_MS`. */
  readonly timeoutMs?: number | undefined
  /**
   * Trips at once; one more fails at once. Default: no limit. For processes that live on: a worker's request that is
   * cancelled never comes back to be counted.
   */
  readonly maxTrips?: number | undefined
}

/**
 * A request makes at most two trips (who is asking, and what was asked) and answers within three seconds whatever the
 * database does, so each has half of them.
 */
export const TRIP_LIMIT_MS = 1_500

/**
 * The `code` of a statement that the server did not answer.
 * - `REMOTE_TIMEOUT`: not in time. `REMOTE_UNREACHABLE`: refused, cut, or answered by a proxy for it (5xx, 429). In
 *   both cases a write may have been committed or not.
 * - `REMOTE_REFUSED`: it does not take the token (401, 403). `REMOTE_BUSY`: not sent at all. Nothing was written.
 */
export type RemoteErrorCode = 'REMOTE_TIMEOUT' | 'REMOTE_UNREACHABLE' | 'REMOTE_REFUSED' | 'REMOTE_BUSY'

export interface OpenedDatabase {
  readonly client: Client
  readonly db: Database
  /** For reads that may take long, where they would stall this process: over a network none does. */
  readonly longReads?: Database
  /** The file, where this process owns one. */
  readonly storage?: DatabaseFile
  /** True when this process owns the database: nobody else writes, so what it caches cannot become stale. */
  readonly owned: boolean
  close(): void
}

const schemes = ['http:', 'https:', 'libsql:']

/**
 * Makes a client for a libSQL server; does not connect.
 *
 * Throws TypeError for a URL it cannot serve. Statements that get no answer fail with a `LibsqlError` of one of the
 * `RemoteErrorCode`s.
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
    // By itself the client lets 20 through and the others wait, without a limit of time.
    concurrency: Number.POSITIVE_INFINITY,
    fetch: bounded(options),
  })
  // drizzle names no mode, and the client's own is deferred: such a transaction reads first and takes the lock at its
  // first write, and where another wrote in between SQLite cannot wait, it fails with SQLITE_BUSY. Our batches all write.
  const batch = client.batch.bind(client)
  client.batch = (statements, mode = 'write') => batch(statements, mode)
  return { client, db: createDatabase(client), owned: false, close: () => client.close() }
}

function bounded({ fetch: send = fetch, timeoutMs = TRIP_LIMIT_MS, maxTrips = Infinity }: RemoteOptions): Fetch {
  let trips = 0
  return async (request) => {
    const { host } = new URL(request.url)
    if (trips >= maxTrips) throw failure('REMOTE_BUSY', `${maxTrips} requests wait for ${host} already`)
    trips++
    const { status, statusText, headers, body } = await answer(request, host).finally(() => trips--)
    if (status === 401 || status === 403)
      throw failure('REMOTE_REFUSED', `${host} refused the token of the database (${status})`)
    if (status >= 500 || status === 429) throw failure('REMOTE_UNREACHABLE', `${host} answered ${status}`)
    // A page: of a proxy, a firewall, a provider that parks the name. A server of ours speaks JSON.
    if (headers.get('content-type')?.startsWith('text/html'))
      throw failure('REMOTE_UNREACHABLE', `${host} answered with a page, so it is no libSQL server`)
    return new Response(body, { status, statusText, headers })
  }

  /** The body is read here, inside the limit: a server that stalls in the middle of its answer is silent too. */
  async function answer(request: Request, host: string) {
    const signal = AbortSignal.timeout(timeoutMs)
    try {
      const response = await send(request, { signal })
      const { status, statusText, headers } = response
      return { status, statusText, headers, body: await response.arrayBuffer() }
    } catch (error) {
      throw signal.aborted
        ? failure('REMOTE_TIMEOUT', `${host} did not answer within ${timeoutMs} ms`, error)
        : failure('REMOTE_UNREACHABLE', `${host} cannot be reached or cut the connection`, error)
    }
  }
}

const failure = (code: RemoteErrorCode, message: string, cause?: unknown): LibsqlError =>
  new LibsqlError(message, code, undefined, undefined, cause instanceof Error ? cause : undefined)
