/**
 * Checks of the file before the first write.
 *
 * libSQL opens an empty file as a new database, accepts rows into a file with a damaged page, and would write our tables
 * into the database of another program. So a missing file is made complete and gets its name with one rename. An existing
 * file must have our mark and be sound. Otherwise it is not changed.
 *
 * Call these functions while the owner lock is held and before this process opens the file. Reading the file with `node:fs`
 * drops every POSIX lock of this process on it.
 */
import {
  accessSync,
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import NativeDatabase from 'libsql'
import type { Connection } from './connection.ts'
import { DatabaseOpenError, rawCodeOf } from './errors.ts'
import { nativePath } from './native-path.ts'
import { closeToOthers, createPrivateFile, sideFiles } from './private-files.ts'

/** `PRAGMA application_id` of our files: "TGID" in ASCII, in bytes 68–71 of the file. */
export const applicationId = 0x54474944

/** At a start `quick_check` reads whole files up to this size (measured: about 1.5 s per GiB if cached). */
export const quickCheckMaxBytes = 256 * 1024 * 1024

/**
 * Makes the file if it is missing. Otherwise does all checks that need no open database, and removes the access of other
 * users. Returns sentences for the operator. Throws DatabaseOpenError.
 */
export function prepareFile(file: string): string[] {
  const stat = statSync(file, { throwIfNoEntry: false })
  if (stat === undefined) {
    createFile(file)
    return openFolder(file)
  }
  if (stat.size === 0) {
    throw new DatabaseOpenError(
      'database.empty_file',
      `${file} exists but has no content; it may be a truncated database, so nothing was written to it. ` +
        'Restore it from a backup. If it never had data, delete it: a missing file is created.',
    )
  }
  checkWritable(file)
  checkHeader(file)
  refuseSecondName(file)
  return [...openFolder(file), ...[file, ...sideFiles(file)].flatMap((path) => closeToOthers(path, file) ?? [])]
}

/** A user who may write to the folder can replace the database. The folder may be shared on purpose, so this is a notice. */
function openFolder(file: string): string[] {
  const { mode } = statSync(dirname(file))
  if (process.platform === 'win32' || (mode & 0o002) === 0 || (mode & 0o1000) !== 0) return []
  return [
    `${dirname(file)} can be written by every user, so every user could replace the database. Remove that right (chmod o-w).`,
  ]
}

/**
 * Checks the database for damage and throws `database.corrupt` if there is any. Cost: see `quickCheckMaxBytes`.
 * Needs a read-only connection, so a damaged file is not changed.
 */
export function checkContent(file: string, reader: Connection): void {
  const whole = statSync(file).size <= quickCheckMaxBytes
  // In a bigger file only the schema is checked. Other damage is found when its page is read.
  const sql = whole ? 'SELECT quick_check FROM pragma_quick_check(1)' : "SELECT 'ok' FROM sqlite_schema LIMIT 1"
  const answer = reader.execute({ sql }).rows[0]?.[0] ?? 'ok'
  if (answer !== 'ok') throw corrupt(file, String(answer))
}

/** WAL is a setting of the file, so later connections use it too. */
export function turnWalOn(connection: Connection): void {
  const mode = connection.execute({ sql: 'PRAGMA journal_mode=WAL' }).rows[0]?.[0]
  if (mode === 'wal') return
  throw new DatabaseOpenError(
    'database.cannot_open',
    `the database cannot use write-ahead logging (journal mode stays ${mode}); put it on a local disk, ` +
      'not on a network or FUSE file system, and close other programs that have it open.',
  )
}

/** Turns an engine error while opening into a DatabaseOpenError with a remedy. */
export function openFailed(file: string, error: unknown): DatabaseOpenError {
  if (error instanceof DatabaseOpenError) return error
  const reason = error instanceof Error ? error.message : String(error)
  switch ((rawCodeOf(error) ?? 0) & 0xff) {
    case 5:
      return new DatabaseOpenError(
        'database.locked',
        `${file} is locked by another program: ${reason}. Close the tool that writes to it, and start again.`,
        error,
      )
    case 8:
      return readOnly(file, error)
    case 11:
      return corrupt(file, reason, error)
    case 26:
      return notADatabase(file, error)
    default:
      return new DatabaseOpenError(
        'database.cannot_open',
        `cannot open ${file}: ${reason}. Check the path, the disk and the free space.`,
        error,
      )
  }
}

function createFile(file: string): void {
  for (const orphan of [`${file}-wal`, `${file}-journal`]) {
    const size = statSync(orphan, { throwIfNoEntry: false })?.size ?? 0
    if (size === 0) continue
    throw new DatabaseOpenError(
      'database.orphan_wal',
      `${file} is missing, but ${orphan} exists and has data. Put the database file back beside it. ` +
        'To start with an empty database, move that file away.',
    )
  }
  // A crash leaves this draft and no incomplete database. The owner lock allows this process to overwrite the draft.
  const draft = `${file}.new`
  try {
    for (const path of [draft, `${draft}-journal`]) rmSync(path, { force: true })
    createPrivateFile(draft, file) // SQLite gives the -wal and -shm files the mode of the database
    const native = new NativeDatabase(nativePath(draft), {})
    try {
      // Set before the first page: without it the file would return space only after a rebuild.
      native.exec('PRAGMA auto_vacuum=INCREMENTAL')
      native.exec(`PRAGMA synchronous=FULL; PRAGMA application_id=${applicationId}`)
    } finally {
      native.close()
    }
    renameSync(draft, file)
  } catch (error) {
    if (isFsCode(error, 'EACCES', 'EPERM', 'EROFS')) throw readOnly(file, error)
    throw openFailed(file, error)
  }
}

function checkWritable(file: string): void {
  try {
    accessSync(file, constants.R_OK | constants.W_OK)
    accessSync(dirname(file), constants.W_OK)
  } catch (error) {
    throw readOnly(file, error)
  }
}

/**
 * Refuses a file with a second name. A second name has its own lock and log, so two servers would overwrite each other's
 * acknowledged writes. A mount of the file alone is a second name too.
 */
function refuseSecondName(file: string): void {
  // A killed restore may leave the old database with a second, dated name. The lock allows this process to remove that name.
  if (statSync(file).nlink > 1) for (const path of keptNames(file)) rmSync(path)
  assertOneName(file)
}

/** Throws `database.linked`. Readers that open the file by its name need this check too: under another name the log is not found. */
export function assertOneName(file: string): void {
  if (isMountPoint(file)) {
    throw new DatabaseOpenError(
      'database.linked',
      `${file} is a mount of a single file: its lock and its log would be outside the mount, where another ` +
        'server does not see them. Mount the folder of the database instead.',
    )
  }
  const { nlink } = statSync(file)
  const left = nlink <= 1 ? 1 : nlink - keptNames(file).length
  if (left <= 1) return
  throw new DatabaseOpenError(
    'database.linked',
    `${file} has ${left} names (hard links): a server on another name would overwrite the writes of this one. ` +
      `Find them with "find / -xdev -samefile ${file}", remove all but this one, and start again.`,
  )
}

/** Second names of the file that a restore made. No server starts on these names. */
function keptNames(file: string): string[] {
  const { ino, dev } = statSync(file)
  return readdirSync(dirname(file))
    .filter((name) => name.startsWith(`${basename(file)}.before-restore-`))
    .map((name) => join(dirname(file), name))
    .filter((path) => {
      const second = statSync(path, { throwIfNoEntry: false })
      return second?.ino === ino && second.dev === dev
    })
}

/** Works on Linux; false on other systems. */
function isMountPoint(file: string): boolean {
  let mounts: string
  try {
    mounts = readFileSync('/proc/self/mountinfo', 'utf8')
  } catch {
    return false
  }
  // proc_pid_mountinfo(5): the fifth field, with blanks and some other characters in octal.
  return mounts.split('\n').some((line) => {
    const point = line.split(' ')[4]
    return point?.replace(/\\(\d{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8))) === file
  })
}

// https://www.sqlite.org/fileformat2.html#the_database_header
function checkHeader(file: string): void {
  const header = Buffer.alloc(100)
  const descriptor = openSync(file, 'r')
  let size: number
  try {
    readSync(descriptor, header, 0, 100, 0)
    size = fstatSync(descriptor).size
  } finally {
    closeSync(descriptor)
  }
  if (header.toString('latin1', 0, 16) !== 'SQLite format 3\0') throw notADatabase(file)
  const id = header.readUInt32BE(68)
  if (id !== applicationId) {
    throw new DatabaseOpenError(
      'database.foreign_schema',
      `${file} is a SQLite database of another program (application_id ${id}); nothing was written to it. ` +
        'Check DATABASE_URL. If it is a database of this program, and a tool removed the mark when it restored the file, ' +
        `set the mark: sqlite3 FILE "PRAGMA application_id=${applicationId}".`,
    )
  }
  const pageSize = header.readUInt16BE(16) === 1 ? 65536 : header.readUInt16BE(16)
  // The page count is valid only if these two counters are equal. Frames in the WAL may still extend the file.
  const counted = header.readUInt32BE(24) === header.readUInt32BE(92)
  const expected = header.readUInt32BE(28) * pageSize
  const walSize = statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0
  if (counted && walSize === 0 && size < expected) {
    throw corrupt(file, `the file is cut off: ${size} of ${expected} bytes`)
  }
}

function notADatabase(file: string, cause?: unknown): DatabaseOpenError {
  return new DatabaseOpenError(
    'database.not_a_database',
    `${file} is not a SQLite database; nothing was written to it. Check DATABASE_URL, or restore the file from a backup.`,
    cause,
  )
}

function readOnly(file: string, cause: unknown): DatabaseOpenError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new DatabaseOpenError(
    'database.read_only',
    `${file} cannot be written: ${reason}. The file and its folder must be writable by this user; ` +
      'check owner, mode and whether the volume is mounted read-only.',
    cause,
  )
}

function corrupt(file: string, finding: string, cause?: unknown): DatabaseOpenError {
  return new DatabaseOpenError(
    'database.corrupt',
    `${file} is damaged (${finding}). It is not used, and nothing was written to it. ` +
      'Copy it with its -wal file to another place, then restore the last backup. `sqlite3 FILE .recover` reads the readable rows.',
    cause,
  )
}

function isFsCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code))
}
