/**
 * Can the file be relied on, and if not, since when and why?
 *
 * Two kinds of trouble. Its name leads elsewhere (`file-guard.ts`): then nothing is served until that is mended. Or the disk
 * failed in a statement: then statements are still tried, but the server is not ready until the file was read whole and
 * written to without a fault; and while that reading finds damage, nothing is served at all.
 */
import { LibsqlError } from '@libsql/client/sqlite3'
import { isDiskFault, isReadOnly, rawCodeOf } from './errors.ts'
import { damaged, type FileGuard, faultError, type StorageFault } from './file-guard.ts'

export interface HealthActions {
  /** Reads the file whole through a connection of its own. Resolves to what `quick_check` says, `ok` when it is sound. */
  readWhole(): Promise<string>
  /** Writes something that changes nothing. */
  write(): Promise<void>
  /** Moves the log into the file as it is open here, because its name, or that of the log, is gone. False: not yet. */
  rescueLog(): boolean
}

/** Told when a fault begins, becomes another one, or (undefined) is over. */
export type FaultListener = (fault: StorageFault | undefined) => void

export interface Ending {
  /** Move the log into the file: not where the file is no longer what the log belongs to. */
  checkpoint: boolean
  /** The engine's own end would delete a log at a name that is no longer ours, or write it into what is not. */
  leaveOpen: boolean
}

const RESCUED: readonly StorageFault['code'][] = ['DATABASE_MOVED', 'DATABASE_LOG_LOST']
const LASTING: readonly StorageFault['code'][] = ['DATABASE_LOG_LOST', 'DATABASE_LOCK_LOST']
const LOOK_MS = 1_000
const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 10_000

export class StorageHealth {
  readonly #file: string
  readonly #guard: FileGuard
  readonly #actions: HealthActions
  readonly #timer: ReturnType<typeof setInterval>
  #recheck: ReturnType<typeof setTimeout> | undefined
  #misplaced: StorageFault | undefined
  #disk: StorageFault | undefined
  #checking = false
  #closed = false
  #told: StorageFault['code'] | undefined
  #rescued = false
  listener: FaultListener = () => {}

  constructor(file: string, guard: FileGuard, actions: HealthActions) {
    this.#file = file
    this.#guard = guard
    this.#actions = actions
    this.#timer = setInterval(() => this.#look(this.#guard.lookAtAll()), LOOK_MS)
    this.#timer.unref()
  }

  /** Looks now. For readiness: says also what does not keep statements from being tried. */
  fault(): StorageFault | undefined {
    this.#look(this.#guard.lookAtAll())
    return this.#misplaced ?? this.#disk
  }

  /** What the engine may do when it ends, as of the last look. */
  get ending(): Ending {
    const code = (this.#misplaced ?? this.#disk)?.code
    return {
      checkpoint: code !== 'DATABASE_DAMAGED',
      leaveOpen: this.#misplaced !== undefined || code === 'DATABASE_DAMAGED',
    }
  }

  /** Throws when nothing may be served. Free: for every read. */
  assertServable(): void {
    if (this.#misplaced !== undefined) throw faultError(this.#misplaced)
    if (this.#disk?.code === 'DATABASE_DAMAGED') throw faultError(this.#disk)
  }

  /** Looks at the file, and throws when nothing may be served: before a write, and before it is acknowledged. */
  assertInPlace(): void {
    this.#look(this.#misplaced === undefined ? this.#guard.look() : this.#guard.lookAtAll())
    this.assertServable()
  }

  /**
   * An error of a statement. What the disk is to blame for begins a check. Returns what is wrong instead, where the error
   * only follows from it: a table that is suddenly missing from a file that was overwritten.
   */
  note(error: unknown): LibsqlError | undefined {
    if (this.#closed) return undefined
    if (isMissingTable(error)) {
      const fault = this.fault()
      return fault === undefined ? undefined : faultError(fault)
    }
    if (!isDiskFault(error) || this.#disk !== undefined) return undefined
    this.#setDisk(this.#failing(error))
    this.#checkSoon(FIRST_PAUSE_MS)
    return undefined
  }

  /** As `note`, of a connection that only reads: a read that turns out to write is a mistake of ours, not of the disk. */
  noteRead(error: unknown): LibsqlError | undefined {
    return isReadOnly(error) ? undefined : this.note(error)
  }

  /** First this, before the engine closes the file; the guard is closed after it. */
  close(): void {
    this.#closed = true
    clearInterval(this.#timer)
    clearTimeout(this.#recheck)
  }

  #look(fault: StorageFault | undefined): void {
    if (this.#closed) return
    // A log or lock that was lost stays lost until the restart, whatever lies in its place.
    if (this.#misplaced === undefined || !LASTING.includes(this.#misplaced.code)) this.#misplaced = fault
    // Only where the open file is still ours: not into one that somebody has written over.
    if (this.#misplaced === undefined || !RESCUED.includes(this.#misplaced.code)) this.#rescued = false
    else this.#rescued ||= this.#actions.rescueLog()
    this.#tell()
  }

  #failing(error: unknown): StorageFault {
    const message = messageOf(error)
    return {
      code: 'DATABASE_FAILING',
      finding: `${this.#file} could not be read or written`,
      message:
        `${this.#file} could not be read or written (${message}). Statements are still tried; the server is not ready ` +
        'until the file has been read whole and written to. Check the disk, its mount and the log of the system.',
    }
  }

  #setDisk(fault: StorageFault | undefined): void {
    this.#disk = fault
    this.#tell()
  }

  #tell(): void {
    const fault = this.#misplaced ?? this.#disk
    if (fault?.code === this.#told) return
    this.#told = fault?.code
    this.listener(fault)
  }

  #checkSoon(pauseMs: number): void {
    clearTimeout(this.#recheck)
    if (this.#closed) return
    this.#recheck = setTimeout(() => void this.#check(pauseMs), pauseMs)
    this.#recheck.unref()
  }

  async #check(pauseMs: number): Promise<void> {
    if (this.#checking) return
    this.#checking = true
    const startedAt = performance.now()
    try {
      const finding = await this.#actions.readWhole()
      if (finding === 'ok') {
        this.#disk = undefined // the write below must not be refused for what is over
        await this.#actions.write()
        this.#setDisk(undefined)
        return
      }
      this.#setDisk(damaged(this.#file, finding))
    } catch (error) {
      this.#setDisk(isDamage(error) ? damaged(this.#file, messageOf(error)) : this.#failing(error))
    } finally {
      this.#checking = false
    }
    // A check reads the whole file: it must not become most of what the disk does.
    const tookMs = performance.now() - startedAt
    this.#checkSoon(Math.max(Math.min(pauseMs * 2, LONGEST_PAUSE_MS), tookMs * 4))
  }
}

const isMissingTable = (error: unknown): boolean =>
  rawCodeOf(error) === SQLITE_ERROR && error instanceof Error && error.message.includes('no such table')
const SQLITE_ERROR = 1

/** With the code, which names the call that failed. */
const messageOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  const code = 'code' in error ? String(error.code) : ''
  return error.message.includes(code) ? error.message : `${error.message}, ${code}`
}

/** A check on a connection of its own met it: no stale page is to blame. */
const isDamage = (error: unknown): boolean =>
  error instanceof LibsqlError && (error.code === 'SQLITE_CORRUPT' || error.code === 'SQLITE_NOTADB')
