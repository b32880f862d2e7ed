/**
 * The program of a process that keeps a copy of a libSQL server in a file, one update for each message. `copy-process.bun.ts` starts it.
 *
 * It is a process of its own, because `sync` of `libsql` 0.5.29 blocks its thread: three seconds while the server is away, and without
 * an end while the server is silent. A process can be killed then, and a thread cannot. The engine also writes its own log lines to
 * stdout.
 *
 * The engine does not notice every change of the history. It takes a server that was restored from a copy of its folder for the one it
 * knows: it reports no news, and mixes both histories afterwards. It takes another log into the same file, under the statements of
 * readers. So an update fails here unless the server still has what the copy had, and the caller then throws the copy away. Only a
 * restore that loses no event, and whose lost frames are written again before the next update, is not seen (docs/scale.md).
 */
import { Worker } from 'node:worker_threads'
import NativeDatabase from 'libsql'
import { Connection } from '../embedded/connection.ts'
import { makeFilesPrivate } from '../embedded/private-files.ts'

export interface CopySource {
  readonly file: string
  /** `https://`, `http://` or `libsql://`. */
  readonly url: string
  readonly authToken: string | undefined
}

/** The first request names the source. Each is one update. */
export type CopyRequest = { readonly source: CopySource } | 'update'
export type CopyAnswer = { readonly failure?: string }

const ANSWER_LIMIT_MS = 5_000
const NEWEST = 'SELECT rowid AS position, id FROM events ORDER BY rowid DESC LIMIT 1'
const AT = 'SELECT id FROM events WHERE rowid = ?'

class Copy {
  readonly #source: CopySource
  readonly #engine: InstanceType<typeof NativeDatabase>
  #reader: Connection | undefined
  #frame = -1
  /** The newest event after the last update. */
  #newest = { position: 0, id: undefined as unknown }

  constructor(source: CopySource) {
    this.#source = source
    this.#engine = new NativeDatabase(source.file, {
      syncUrl: source.url,
      authToken: source.authToken,
      readYourWrites: false,
    } as never) // its types describe another package
  }

  /** Throws unless the copy is afterwards what the server was at some moment since the call. */
  async update(): Promise<void> {
    const { frame_no: frame, frames_synced: added } = this.#engine.sync() as Record<string, unknown>
    if (typeof frame !== 'number' || typeof added !== 'number') throw new Error('the server does not say what it sent')
    // A log of another server, and one that was compacted meanwhile, do not add up.
    if (this.#frame >= 0 && added !== frame - this.#frame)
      throw new Error(`the log of the server does not continue: ${added} frames lead from ${this.#frame} to ${frame}`)
    this.#frame = frame
    const server = await this.#ask(this.#newest.position)
    if (server.reached < frame)
      throw new Error(`the server was restored: it is at frame ${server.reached}, and the copy at ${frame}`)
    // Where the server has written over what it lost, the newest event of the copy is one that it does not have. What it sent now may
    // be of its new history, so this is the event before.
    if (server.id !== this.#newest.id)
      throw new Error('the server was restored: it has not the newest event of the copy')
    this.#reader ??= new Connection(this.#source.file, { readOnly: true, statementCacheSize: 1 })
    const [newest] = this.#reader.execute({ sql: NEWEST }).rows
    this.#newest = { position: Number(newest?.position ?? 0), id: newest?.id }
  }

  /** The last frame of the server, and the id of its event at this position. */
  async #ask(position: number): Promise<{ reached: number; id: unknown }> {
    const { url, authToken } = this.#source
    const response = await fetch(new URL('/v2/pipeline', url.replace(/^libsql:/, 'https:')), {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(authToken !== undefined && { authorization: `Bearer ${authToken}` }),
      },
      body: JSON.stringify({
        requests: [
          { type: 'execute', stmt: { sql: AT, args: [{ type: 'integer', value: String(position) }] } },
          { type: 'close' },
        ],
      }),
      signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
    })
    // Unknown fields are absent here, and then the numbers below are NaN.
    const { results } = (await response.json()) as { results?: { response?: { result?: Answered } }[] }
    const result = results?.[0]?.response?.result
    const reached = Number(result?.replication_index ?? Number.NaN)
    if (!Number.isSafeInteger(reached)) throw new Error('the server does not say how far its log is')
    return { reached, id: result?.rows?.[0]?.[0]?.value }
  }
}

interface Answered {
  replication_index?: string | number | null
  rows?: { value?: unknown }[][]
}

let copy: Copy | undefined

async function answer(request: CopyRequest): Promise<CopyAnswer> {
  try {
    if (request !== 'update') copy = new Copy(request.source)
    await copy?.update()
    return {}
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) }
  }
}

/**
 * Ends this process with the one that started it. `disconnect` does the same, but is not heard while `sync` waits for a silent server.
 * The text is plain JavaScript, because the binary has no file for it.
 */
const END_WITH_PARENT = `const parent = process.ppid
setInterval(() => process.ppid === parent || process.kill(process.pid, 'SIGKILL'), 1_000)`

makeFilesPrivate()
new Worker(END_WITH_PARENT, { eval: true }).unref()
process.on('message', async (request: CopyRequest) => {
  const told = await answer(request)
  process.send?.(told)
})
process.on('disconnect', () => process.exit(0))
