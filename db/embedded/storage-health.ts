/**
 * Knows whether the file is reliable, and its fault if it is not.
 *
 * There are two kinds of faults. First, the path no longer names the open file (`file-guard.ts`). Then all statements are
 * refused until this is corrected. Second, the disk failed in a statement. Then statements are still tried, but the server is
 * not ready until the whole file was read and a write succeeded. If that read finds damage, all statements are refused.
 */
import { LibsqlError } from '@libsql/client/sqlite3'
import { isDiskFault, isReadOnly, rawCodeOf } from './errors.ts'
import { damaged, type FileGuard, faultError, type StorageFault } from './file-guard.ts'

export interface HealthActions {
  /** Reads the whole file through a new connection. Resolves to the result of `quick_check`: `ok` if the file is sound. */
  readWhole(): Promise<string>
  /** Makes a write that does not change the content. */
  write(): Promise<void>
  /** Moves the log into the open file, because the name of the file or of the log is gone. False: not done yet. */
  rescueLog(): boolean
}

/** Called when a fault begins, changes, or ends (undefined). */
export type FaultListener = (fault: StorageFault | undefined) => void

export interface Ending {
  /** Move the log into the file. False if the log does not belong to the file any more. */
  checkpoint: boolean
  /** Do not close the engine: it would delete a log at a name of another file, or write the log into another file. */
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

  /** Checks now. For readiness: includes faults with which statements are still tried. */
  fault(): StorageFault | undefined {
    this.#look(this.#guard.lookAtAll())
    return this.#misplaced ?? this.#disk
  }

  /** The allowed steps when the engine ends, from the last check. */
  get ending(): Ending {
    const code = (this.#misplaced ?? this.#disk)?.code
    return {
      checkpoint: code !== 'DATABASE_DAMAGED',
      leaveOpen: this.#misplaced !== undefined || code === 'DATABASE_DAMAGED',
    }
  }

  /** Throws if statements are refused. Costs nothing while the file is sound, so every read calls it. */
  assertServable(): void {
    if (this.#misplaced !== undefined) this.#look(this.#guard.lookAtAll()) // it may be mended since
    if (this.#misplaced !== undefined) throw faultError(this.#misplaced)
    if (this.#disk?.code === 'DATABASE_DAMAGED') throw faultError(this.#disk)
  }

  /** Checks the file and throws if statements are refused. Called before each write, and before it is acknowledged. */
  assertInPlace(): void {
    if (this.#misplaced === undefined) this.#look(this.#guard.look())
    this.assertServable()
  }

  /**
   * Handles an error of a statement. An error of the disk starts a check. If the error is only a result of a fault, returns the
   * fault: for example, a table is missing because the file was overwritten.
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

  /** Like `note`, for a read-only connection. There SQLITE_READONLY is an error in our code and not of the disk. */
  noteRead(error: unknown): LibsqlError | undefined {
    return isReadOnly(error) ? undefined : this.note(error)
  }

  /** Call it before the engine closes the file, and close the guard after that. */
  close(): void {
    this.#closed = true
    clearInterval(this.#timer)
    clearTimeout(this.#recheck)
  }

  #look(fault: StorageFault | undefined): void {
    if (this.#closed) return
    // A lost log or lock stays lost until the restart, even if another file has its name.
    if (this.#misplaced === undefined || !LASTING.includes(this.#misplaced.code)) this.#misplaced = fault
    // The log is moved only into a file that is still ours, and not into an overwritten one.
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
        `${this.#file} could not be read or written (${message}). Statements are still tried. The server is not ready until it ` +
        'has read the whole file and written to it. Check the disk, its mount and the log of the system.',
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
        this.#disk = undefined // the old fault must not refuse the write below
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
    // A check reads the whole file, so the pauses grow with its duration. Otherwise checks would keep the disk busy.
    const tookMs = performance.now() - startedAt
    this.#checkSoon(Math.max(Math.min(pauseMs * 2, LONGEST_PAUSE_MS), tookMs * 4))
  }
}

const isMissingTable = (error: unknown): boolean =>
  rawCodeOf(error) === SQLITE_ERROR && error instanceof Error && error.message.includes('no such table')
const SQLITE_ERROR = 1

/** The message with the code, which names the failed call. */
const messageOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  const code = 'code' in error ? String(error.code) : ''
  return error.message.includes(code) ? error.message : `${error.message}, ${code}`
}

/** A check on a new connection found this, so a stale page is not the cause. */
const isDamage = (error: unknown): boolean =>
  error instanceof LibsqlError && (error.code === 'SQLITE_CORRUPT' || error.code === 'SQLITE_NOTADB')
