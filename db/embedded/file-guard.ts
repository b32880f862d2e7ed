/**
 * Checks that the open file is still the file at its path.
 *
 * An open file accepts writes even after its name was deleted, without an error. Writes that are acknowledged then are lost
 * when the process ends. So the names are checked before and after every write (two `stat` each, some µs) and every second.
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
  /** The fault. */
  readonly finding: string
  /** The fault and its remedy, for the operator. */
  readonly message: string
}

/** The error of a statement that this fault refused or left unacknowledged. The log has the whole message once. */
export const faultError = ({ finding, code }: StorageFault): LibsqlError => new LibsqlError(finding, code)

type Identity = Pick<Stats, 'dev' | 'ino'>

export class FileGuard {
  readonly #file: string
  readonly #opened: Identity
  /** Our own descriptor. It stays open as long as the engine's, because closing it drops the locks of this process. */
  readonly #descriptor: number
  readonly #header = Buffer.alloc(HEADER_BYTES)
  /** Each fault is made once, because every refused statement needs it. */
  readonly #movedFaults = new Map<boolean, StorageFault>()
  /** The identities of the lock, and of the log and its index after the engine made them. */
  readonly #sideFiles = new Map<string, Identity>()

  /** @param file already open, because on some file systems the first write changes the result of `stat` */
  constructor(file: string) {
    this.#file = file
    const found = statSync(file)
    this.#opened = { dev: found.dev, ino: found.ino }
    this.#descriptor = openSync(file, 'r')
    this.#lookBeside(ownerLockPath(file)) // the lock is held now, and this file must stay in place
  }

  /** Call it after the engine has closed the file. */
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

  /** Like `look`. Also checks the index of the log, the lock, and the first bytes of the file, which may have been overwritten. */
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
      return isOurs ? undefined : damaged(this.#file, 'its first page belongs to another database')
    } catch {
      return undefined // the disk failed; the engine gets the same error and reports it
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
    const save = held === undefined ? '' : ` This process still has its content: save it first with "cp ${held} COPY".`
    const finding = `${this.#file} is ${replaced ? 'another file than the one this server opened' : 'gone'}`
    const fault: StorageFault = {
      code: 'DATABASE_MOVED',
      finding,
      message:
        `${finding}: it was deleted, moved or replaced while the server used it. The server acknowledges no write. ` +
        'Move the file back to its place, and the server ' +
        `continues; or stop the server, restore the file or a backup, and start the server again.${save}`,
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
    `${file} has ${names} names (hard links): a server on another name would overwrite the writes of this one. The server ` +
    'acknowledges no write. Remove the other names, and the server continues. To copy a database, use "cli backup".',
})

const lost = (path: string): StorageFault => ({
  code: 'DATABASE_LOG_LOST',
  finding: `${path} was deleted or replaced`,
  message:
    `${path} was deleted or replaced while it was in use. This process moved its content into the database file, if it ` +
    'could. The server acknowledges no more writes. Restart the server.',
})

/** The lock is held on a file without its name, so the next server would make another lock file. */
const lockLost = (path: string): StorageFault => ({
  code: 'DATABASE_LOCK_LOST',
  finding: `${path} was deleted or replaced`,
  message:
    `${path} was deleted or replaced while this server held it: a second server could start on the database, and the two would ` +
    'not see the sessions that the other one ends. This server answers no more requests. Restart it, unless another one runs now.',
})

export const damaged = (file: string, finding: string): StorageFault => ({
  code: 'DATABASE_DAMAGED',
  finding: `${file} is damaged`,
  message:
    `${file} is damaged (${finding.slice(0, 200)}). The server does not use it. Stop the server, copy the file with its -wal ` +
    'file to another place, restore the last backup ("cli restore FILE"), and start the server again. The server reads the ' +
    'file again from time to time, because the disk may be the cause.',
})

/** The path under which Linux shows the open file after its name is gone. */
function heldAs(file: string, opened: Identity): string | undefined {
  try {
    for (const descriptor of readdirSync('/proc/self/fd')) {
      const path = join('/proc/self/fd', descriptor)
      if (!readlinkSync(path).startsWith(file)) continue
      if (same(statSync(path), opened)) return `/proc/${process.pid}/fd/${descriptor}`
    }
  } catch {
    // Not Linux, or the descriptor was closed.
  }
  return undefined
}
