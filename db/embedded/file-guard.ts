/**
 * Is what we write to still the file at the path?
 *
 * An open file goes on taking writes when its name is gone, and gives no sign of it: what is acknowledged then is lost with
 * the process. So the names are looked at before and after every write (two `stat` each, some µs) and every second.
 */
import { closeSync, openSync, readdirSync, readlinkSync, readSync, type Stats, statSync } from 'node:fs'
import { join } from 'node:path'
import { LibsqlError } from '@libsql/client/sqlite3'
import { applicationId } from './boot-checks.ts'
import { ownerLockPath } from './owner-lock.ts'

export interface StorageFault {
  readonly code:
    | 'DATABASE_MOVED'
    | 'DATABASE_LINKED'
    | 'DATABASE_LOG_LOST'
    | 'DATABASE_LOCK_LOST'
    | 'DATABASE_DAMAGED'
    | 'DATABASE_FAILING'
    | 'DATABASE_CLOSED'
  /** What is wrong. */
  readonly finding: string
  /** The same, and what the operator does about it. */
  readonly message: string
}

/** The error of a statement that was refused, or not acknowledged, for this reason. The log has the whole message, once. */
export const faultError = ({ finding, code }: StorageFault): LibsqlError => new LibsqlError(finding, code)

type Identity = Pick<Stats, 'dev' | 'ino'>

export class FileGuard {
  readonly #file: string
  readonly #opened: Identity
  /** Of our own, and open as long as the engine's: closing it drops the locks this process has on the file. */
  readonly #descriptor: number
  readonly #header = Buffer.alloc(HEADER_BYTES)
  /** Made once: every refused statement asks. */
  readonly #movedFaults = new Map<boolean, StorageFault>()
  /** Of the log and its index, once the engine has made them, and of the lock. */
  readonly #sideFiles = new Map<string, Identity>()

  /** @param file open already: on some file systems the first write changes what `stat` says */
  constructor(file: string) {
    this.#file = file
    const found = statSync(file)
    this.#opened = { dev: found.dev, ino: found.ino }
    this.#descriptor = openSync(file, 'r')
    this.#lookBeside(ownerLockPath(file)) // held by now: this is how it has to stay
  }

  /** After the engine has closed the file. */
  close(): void {
    closeSync(this.#descriptor)
  }

  /** The fault, if there is one. */
  look(): StorageFault | undefined {
    const found = statSync(this.#file, { throwIfNoEntry: false })
    if (found === undefined || !same(found, this.#opened)) return this.#moved(found !== undefined)
    if (found.nlink !== 1) return linked(this.#file, found.nlink)
    if (found.size < HEADER_BYTES) return damaged(this.#file, 'it is empty')
    return this.#lookBeside(`${this.#file}-wal`)
  }

  /** As `look`, and at the index of the log, the lock and the first bytes of the file: somebody may have written over it in place. */
  lookAtAll(): StorageFault | undefined {
    return (
      this.look() ??
      this.#lookBeside(`${this.#file}-shm`) ??
      this.#lookBeside(ownerLockPath(this.#file), lockLost) ??
      this.#lookInside()
    )
  }

  #lookInside(): StorageFault | undefined {
    try {
      readSync(this.#descriptor, this.#header, 0, HEADER_BYTES, 0)
      const isOurs =
        this.#header.toString('latin1', 0, MAGIC.length) === MAGIC && this.#header.readUInt32BE(68) === applicationId
      return isOurs ? undefined : damaged(this.#file, 'its first page is not that of our database')
    } catch {
      return undefined // the disk; the engine meets it too, and says so
    }
  }

  #lookBeside(path: string, fault = lost): StorageFault | undefined {
    const found = statSync(path, { throwIfNoEntry: false })
    const known = this.#sideFiles.get(path)
    if (known === undefined) {
      if (found !== undefined) this.#sideFiles.set(path, { dev: found.dev, ino: found.ino })
      return undefined
    }
    return found !== undefined && same(found, known) ? undefined : fault(path)
  }

  #moved(replaced: boolean): StorageFault {
    const known = this.#movedFaults.get(replaced)
    if (known !== undefined) return known
    const held = heldAs(this.#file, this.#opened)
    const save =
      held === undefined ? '' : ` Its content is still held by this process: save it first with "cp ${held} COPY".`
    const finding = `${this.#file} is ${replaced ? 'another file than the one this server opened' : 'gone'}`
    const fault: StorageFault = {
      code: 'DATABASE_MOVED',
      finding,
      message:
        `${finding}: it was deleted, moved or replaced while it was served. Nothing is written or acknowledged. ` +
        'Move the file back to its place, and serving ' +
        `goes on; or stop the server, see to the file (restore a backup), and start it again.${save}`,
    }
    this.#movedFaults.set(replaced, fault)
    return fault
  }
}

// https://www.sqlite.org/fileformat2.html#the_database_header
const HEADER_BYTES = 100
const MAGIC = 'SQLite format 3\0'

const same = (a: Identity, b: Identity): boolean => a.ino === b.ino && a.dev === b.dev

const linked = (file: string, names: number): StorageFault => ({
  code: 'DATABASE_LINKED',
  finding: `${file} has ${names} names`,
  message:
    `${file} has ${names} names (hard links): a server on another name would overwrite what this one writes. Nothing is ` +
    'written or acknowledged. Remove the other names, and serving goes on; copy a database with "cli backup".',
})

const lost = (path: string): StorageFault => ({
  code: 'DATABASE_LOG_LOST',
  finding: `${path} was deleted or replaced`,
  message:
    `${path} was deleted or replaced while it was in use. What it held was moved into the database file, as far as this ` +
    'process could. Nothing is written or acknowledged any more. Restart the server.',
})

/** The lock is held on a file that nobody finds any more: whoever starts next makes another one. */
const lockLost = (path: string): StorageFault => ({
  code: 'DATABASE_LOCK_LOST',
  finding: `${path} was deleted or replaced`,
  message:
    `${path} was deleted or replaced while this server held it: a second server could start on the database, and neither would ` +
    'know what the other one ends. Nothing is served any more. Restart this server, unless another one runs by now.',
})

export const damaged = (file: string, finding: string): StorageFault => ({
  code: 'DATABASE_DAMAGED',
  finding: `${file} is damaged`,
  message:
    `${file} is damaged (${finding.slice(0, 200)}). Nothing is served. Stop the server, copy the file away with its -wal file, ` +
    'restore the last backup ("cli restore FILE"), and start it again. It is read again from time to time, in case the disk ' +
    'was to blame.',
})

/** Where Linux shows the open file, when its name is gone. */
function heldAs(file: string, opened: Identity): string | undefined {
  try {
    for (const descriptor of readdirSync('/proc/self/fd')) {
      const path = join('/proc/self/fd', descriptor)
      if (!readlinkSync(path).startsWith(file)) continue
      if (same(statSync(path), opened)) return `/proc/${process.pid}/fd/${descriptor}`
    }
  } catch {
    // Not Linux, or closed meanwhile.
  }
  return undefined
}
