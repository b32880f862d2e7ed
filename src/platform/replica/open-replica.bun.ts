/**
 * A copy of a libSQL server near this process (DATABASE_REPLICA_PATH), for reads whose answer may be some seconds old.
 *
 * A copy is never wrong, only old: it is made anew at each start and after each failure, it serves only after a check that it
 * continues the history of the server (`db/replica/keep-copy.ts`), and it is not read while it is updated. Whatever it
 * cannot answer, the server answers.
 */
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Database } from '../../../db/database.ts'
import { DatabaseOpenError } from '../../../db/embedded/errors.ts'
import { LongReads } from '../../../db/embedded/long-reads.ts'
import type { normalize } from '../../../db/embedded/normalize.ts'
import { takeOwnerLock } from '../../../db/embedded/owner-lock.ts'
import { answeredFirstBy } from '../../../db/replica/answered-first-by.ts'
import type { Log } from '../../deps.ts'
import { startCopyProcess } from './copy-process.bun.ts'

/** A copy that was not updated for this long is not read. docs/scale.md says so. */
const OLDEST_MS = 10_000
const UPDATE_EVERY_MS = 2_000
/** No read waits for an update. The engine needs 2.5 ms of CPU for each change, so the copy of a busy server falls behind for a while. */
const UPDATE_LIMIT_MS = 60_000
/** The first update brings the whole database. */
const FIRST_LIMIT_MS = 600_000
const AGAIN_MS = 5_000

export interface ReplicaOptions {
  folder: string
  url: string
  authToken: string | undefined
  /** Answers what the copy cannot. */
  primary: Database
  log: Log
  /** For tests. */
  updateEveryMs?: number
  againMs?: number
  oldestMs?: number
}

export interface Replica {
  db: Database
  /** Whether a read would be answered by the copy now. */
  serves(): boolean
  /** The process that keeps the copy, if there is one. */
  pid(): number | undefined
  close(): void
}

/** Does not wait for the copy, and does not fail: without one, the server answers. */
export function openReplica(options: ReplicaOptions): Replica {
  const { folder, primary, log, updateEveryMs = UPDATE_EVERY_MS, againMs = AGAIN_MS } = options
  let copy: Copy | undefined
  let isClosed = false
  let wake: () => void = () => undefined
  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      timer.unref()
      wake = resolve
    })

  async function follow(): Promise<void> {
    for (let isKnown = false; !isClosed; ) {
      try {
        copy = new Copy(options)
        await copy.update(FIRST_LIMIT_MS)
        log.info('reads that may be old are answered by a copy of the database', { folder })
        isKnown = false
        for (;;) {
          await pause(updateEveryMs)
          if (isClosed) return
          await copy.update(UPDATE_LIMIT_MS)
        }
      } catch (cause) {
        copy?.end()
        copy = undefined
        if (isClosed) return
        // Once for each outage, not at each of its attempts.
        if (!isKnown)
          log.warning('there is no copy of the database now: the server answers all reads', { folder, cause })
        isKnown = true
        await pause(againMs)
      }
    }
  }
  void follow()

  return {
    db: answeredFirstBy(primary, async (statement) => copy?.read(statement)),
    serves: () => copy?.serves() === true,
    pid: () => copy?.pid,
    close() {
      isClosed = true
      copy?.end()
      copy = undefined
      wake()
    },
  }
}

function own(folder: string): { release(): void } {
  try {
    return takeOwnerLock(join(folder, 'copies'))
  } catch (error) {
    if (!(error instanceof DatabaseOpenError && error.code === 'database.locked')) throw error
    throw new Error(`${folder} is used by another process: give each process a DATABASE_REPLICA_PATH of its own`)
  }
}

/** What a crash left. The folder may have other things with such a name, as `copy-backup`: they stay. */
const isCopy = (path: string): boolean =>
  /^copy-\w{6}$/.test(basename(path)) &&
  lstatSync(path).isDirectory() &&
  readdirSync(path).every((name) => name.startsWith('copy.db'))

/** One file and the process that keeps it. */
class Copy {
  readonly #place: string
  readonly #process: ReturnType<typeof startCopyProcess>
  readonly #reads: LongReads
  readonly #lock: { release(): void }
  /** When the last good update began; undefined while there is none. */
  #current: number | undefined
  #reading = 0
  #idle: (() => void) | undefined
  #failure: unknown
  #hasEnded = false
  readonly #oldestMs: number

  /** Throws if another process uses the folder. */
  constructor({ folder, url, authToken, oldestMs = OLDEST_MS }: ReplicaOptions) {
    this.#oldestMs = oldestMs
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    this.#lock = own(folder)
    try {
      // Each copy has a folder of its own: an old reader that closes late would delete the log of a new file with the same name.
      for (const name of readdirSync(folder))
        if (isCopy(join(folder, name))) rmSync(join(folder, name), { recursive: true, force: true })
      this.#place = mkdtempSync(join(folder, 'copy-'))
      const file = join(this.#place, 'copy.db')
      this.#reads = new LongReads(file)
      this.#process = startCopyProcess({ file, url, authToken })
    } catch (error) {
      this.#lock.release()
      throw error
    }
  }

  get pid(): number {
    return this.#process.pid
  }

  serves = (): boolean => this.#current !== undefined && performance.now() - this.#current < this.#oldestMs

  /** Waits for the reads that run, and lets no other begin until the copy is known to be good. */
  async update(limitMs: number): Promise<void> {
    this.#current = undefined
    if (this.#reading > 0)
      await new Promise<void>((resolve) => {
        this.#idle = resolve
      })
    if (this.#failure !== undefined) throw this.#failure
    const began = performance.now()
    await this.#process.update(limitMs)
    this.#current = began
  }

  /** Undefined if the copy cannot answer. */
  async read(statement: ReturnType<typeof normalize>) {
    if (!this.serves()) return undefined
    this.#reading++
    try {
      return await this.#reads.run(statement)
    } catch (error) {
      this.#current = undefined
      this.#failure = error
      return undefined
    } finally {
      this.#reading--
      if (this.#reading === 0) this.#idle?.()
    }
  }

  end(): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#current = undefined
    this.#process.end()
    this.#reads.close()
    rmSync(this.#place, { recursive: true, force: true })
    this.#lock.release()
  }
}
