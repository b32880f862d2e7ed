/**
 * A libSQL server over HTTP. This file needs neither Bun nor Node, so the edge entries import it, not `client.ts`.
 *
 * Every round trip has a time limit. Otherwise a request would wait for ever on an open but silent connection. Every failure of
 * a server to answer becomes one of the codes below, because only this file knows the cause.
 */
import { type Client, createClient, LibsqlError } from '@libsql/client/http'
import { createDatabase, type Database, type DatabaseFile } from './database.ts'

/** The only form in which this client calls `fetch`. */
export type Fetch = (request: Request, init?: { signal: AbortSignal }) => Promise<Response>

export interface RemoteOptions {
  /** `https://`, `http://` or `libsql://` (HTTPS). */
  readonly url: string
  readonly authToken?: string | undefined
  /** Replaces the global `fetch`, for example in tests. */
  readonly fetch?: Fetch | undefined
  /** Limit of each HTTP request, in ms. Default: `TRIP_LIMIT_MS`. */
  readonly timeoutMs?: number | undefined
  /**
   * Maximum of round trips at the same time; a further one fails at once. Default: no limit. Only for processes that keep
   * running: in a Worker a cancelled request would never be counted as ended.
   */
  readonly maxTrips?: number | undefined
}

/**
 * A request makes at most two round trips: one for the principal, one for its work. It must be answered within three seconds
 * in every state of the database, so each trip has half of that time.
 */
export const TRIP_LIMIT_MS = 1_500

/**
 * The `code` of a statement without an answer of the server.
 * - `REMOTE_TIMEOUT`: no answer in time. `REMOTE_UNREACHABLE`: the connection was refused or cut, or a proxy answered
 *   (5xx, 429). In both cases a write may have been committed or not.
 * - `REMOTE_REFUSED`: the server refused the token (401, 403). `REMOTE_BUSY`: the statement was not sent. In both cases
 *   nothing was written.
 */
export type RemoteErrorCode = 'REMOTE_TIMEOUT' | 'REMOTE_UNREACHABLE' | 'REMOTE_REFUSED' | 'REMOTE_BUSY'

export interface OpenedDatabase {
  readonly client: Client
  readonly db: Database
  /** A client for long reads, which would block this process. Reads over a network do not block it. */
  readonly longReads?: Database
  /** The file, if this process owns one. */
  readonly storage?: DatabaseFile
  /** True if this process owns the database. Then no other process writes, so its caches cannot become stale. */
  readonly owned: boolean
  close(): void
}

const schemes = ['http:', 'https:', 'libsql:']

/**
 * Makes a client for a libSQL server. It does not connect.
 *
 * Throws TypeError for a URL that it cannot use. Statements without an answer fail with a `LibsqlError` that has one of the
 * `RemoteErrorCode`s.
 */
export function openRemote(options: RemoteOptions): OpenedDatabase {
  const scheme = /^[a-z]+:/.exec(options.url)?.[0] ?? ''
  if (!schemes.includes(scheme)) {
    // A web socket stays open as long as the connection, so a request over it cannot have a time limit.
    const hint = scheme === 'ws:' || scheme === 'wss:' ? ' Use https:// (or http://) with the same host.' : ''
    throw new TypeError(`the database URL must begin with https://, http:// or libsql://, not ${scheme}${hint}`)
  }
  const client = createClient({
    url: options.url,
    ...(options.authToken === undefined ? {} : { authToken: options.authToken }),
    // By default the client sends 20 requests at a time, and the others wait without a time limit.
    concurrency: Number.POSITIVE_INFINITY,
    fetch: bounded(options),
  })
  // drizzle sets no mode, and the client's default is deferred. Such a transaction reads first and takes the lock at its
  // first write. If another client wrote in between, SQLite cannot wait and fails with SQLITE_BUSY. All our batches write.
  const execute = client.execute.bind(client)
  const batch = client.batch.bind(client)
  const patiently = whileBusy(options.timeoutMs ?? TRIP_LIMIT_MS)
  // The client takes a text and its values too; the types of an overloaded function cannot say so.
  client.execute = ((...statement: Parameters<typeof execute>) =>
    patiently(() => execute(...statement))) as typeof execute
  client.batch = (statements, mode = 'write') => patiently(() => batch(statements, mode))
  return { client, db: createDatabase(client), owned: false, close: () => client.close() }
}

const FIRST_PAUSE_MS = 8
const LONGEST_PAUSE_MS = 128

/**
 * Sends again what the server refused with SQLITE_BUSY, until it is taken or `limitMs` have passed. The server writes its log back
 * into the database now and then, and refuses writes meanwhile. A refused statement or batch has written nothing.
 */
function whileBusy(limitMs: number) {
  return async <T>(send: () => Promise<T>): Promise<T> => {
    const limit = AbortSignal.timeout(limitMs)
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS))
      try {
        return await send()
      } catch (error) {
        if (!(error instanceof LibsqlError && error.code === 'SQLITE_BUSY') || limit.aborted) throw error
        await pause(pauseMs)
      }
  }
}

/** The edge has this timer too. */
const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => AbortSignal.timeout(ms).addEventListener('abort', () => resolve(), { once: true }))

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
    // An HTML page comes from a proxy, a firewall or a domain parking service. A libSQL server answers with JSON.
    if (headers.get('content-type')?.startsWith('text/html'))
      throw failure('REMOTE_UNREACHABLE', `${host} answered with a page, so it is not a libSQL server`)
    return new Response(body, { status, statusText, headers })
  }

  /** Reads the body within the time limit, because a server may also stop in the middle of its answer. */
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
