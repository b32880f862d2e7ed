/**
 * What must be true of the file before a single write.
 *
 * libSQL opens an empty file as a new database, accepts rows into a file with a garbage page, and would write our tables
 * into any other program's database. So: a file that is missing is made, whole, by one rename; a file that is there must
 * carry our mark and be sound, or it is left untouched.
 *
 * Call these while the owner lock is held and before this process opens the file: reading it with `node:fs` drops every
 * POSIX lock this process has on it.
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

/** `PRAGMA application_id` of our files: "TGID" in ASCII. It stands in bytes 68–71 of the file. */
export const applicationId = 0x54474944

/** Files up to this size are read whole by `quick_check` at boot (measured: about 1.5 s per GiB when cached). */
export const quickCheckMaxBytes = 256 * 1024 * 1024

/**
 * Makes the file if it is missing, else checks what can be checked without opening it, and closes it to other users.
 * Returns what the operator should know. Throws DatabaseOpenError.
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
      `${file} is there but has no content; it may be a truncated database, so nothing was written to it. ` +
        'Restore it from a backup; or, if it never held data, delete it: a missing file is created.',
    )
  }
  checkWritable(file)
  checkHeader(file)
  refuseSecondName(file)
  return [...openFolder(file), ...[file, ...sideFiles(file)].flatMap((path) => closeToOthers(path, file) ?? [])]
}

/** Whoever may write there may put another database in the place of this one. The folder may be shared, so it is only said. */
function openFolder(file: string): string[] {
  const { mode } = statSync(dirname(file))
  if (process.platform === 'win32' || (mode & 0o002) === 0 || (mode & 0o1000) !== 0) return []
  return [
    `${dirname(file)} can be written by every user, who could replace the database: take that right away (chmod o-w).`,
  ]
}

/**
 * Reads the database for damage; throws `database.corrupt` if there is any. Cost: see `quickCheckMaxBytes`.
 * Takes a connection that only reads: a damaged file is left as it was found.
 */
export function checkContent(file: string, reader: Connection): void {
  const whole = statSync(file).size <= quickCheckMaxBytes
  // A bigger file answers for its schema only: damage elsewhere shows up when its page is read.
  const sql = whole ? 'SELECT quick_check FROM pragma_quick_check(1)' : "SELECT 'ok' FROM sqlite_schema LIMIT 1"
  const answer = reader.execute({ sql }).rows[0]?.[0] ?? 'ok'
  if (answer !== 'ok') throw corrupt(file, String(answer))
}

/** Kept in the file: connections opened later find it on. */
export function turnWalOn(connection: Connection): void {
  const mode = connection.execute({ sql: 'PRAGMA journal_mode=WAL' }).rows[0]?.[0]
  if (mode === 'wal') return
  throw new DatabaseOpenError(
    'database.cannot_open',
    `the database cannot use write-ahead logging (journal mode stays ${mode}); put it on a local disk, ` +
      'not on a network or FUSE file system, and close other programs that have it open.',
  )
}

/** An engine error while opening → the DatabaseOpenError that says what to do. */
export function openFailed(file: string, error: unknown): DatabaseOpenError {
  if (error instanceof DatabaseOpenError) return error
  const reason = error instanceof Error ? error.message : String(error)
  switch ((rawCodeOf(error) ?? 0) & 0xff) {
    case 5:
      return new DatabaseOpenError(
        'database.locked',
        `${file} is locked by another program: ${reason}. Close the tool that is writing to it and start again.`,
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
      `${file} is missing but ${orphan} is there and holds data. Put the database file back beside it; ` +
        'or, to start empty, move that file away.',
    )
  }
  // A crash in the middle leaves this file, not an unmarked database; the owner lock makes it ours to overwrite.
  const draft = `${file}.new`
  try {
    for (const path of [draft, `${draft}-journal`]) rmSync(path, { force: true })
    createPrivateFile(draft, file) // SQLite gives the -wal and -shm files the mode of the database
    const native = new NativeDatabase(nativePath(draft), {})
    try {
      // Before the first page: a file made without it gives space back only by being rebuilt.
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
 * Under a second name the file has a second lock and a second log, and two servers would each overwrite what the other
 * acknowledged. A file that is mounted by itself has a second name as well: the mount.
 */
function refuseSecondName(file: string): void {
  // What a restore that was killed left: the old database under its dated name as well. The lock makes it ours to finish.
  if (statSync(file).nlink > 1) for (const path of keptNames(file)) rmSync(path)
  assertOneName(file)
}

/** Throws `database.linked`. For whoever reads the file by its name as well: under another one its log is not found. */
export function assertOneName(file: string): void {
  if (isMountPoint(file)) {
    throw new DatabaseOpenError(
      'database.linked',
      `${file} is a mount of a single file: its lock and its log would lie beside it, outside the mount, where another ` +
        'server does not see them. Mount the folder of the database instead.',
    )
  }
  const { nlink } = statSync(file)
  const left = nlink <= 1 ? 1 : nlink - keptNames(file).length
  if (left <= 1) return
  throw new DatabaseOpenError(
    'database.linked',
    `${file} has ${left} names (hard links): a server on the other name would overwrite what this one writes. ` +
      `Find them with "find / -xdev -samefile ${file}", remove all but this one, and start again.`,
  )
}

/** Second names that a restore gave the file, and which no server is ever started on. */
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

/** On Linux; elsewhere nobody can tell. */
function isMountPoint(file: string): boolean {
  let mounts: string
  try {
    mounts = readFileSync('/proc/self/mountinfo', 'utf8')
  } catch {
    return false
  }
  // proc_pid_mountinfo(5): the fifth field, with blanks and the like in octal.
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
        'Check DATABASE_URL. If it is ours, restored by a tool that dropped the mark, ' +
        `set it: sqlite3 FILE "PRAGMA application_id=${applicationId}".`,
    )
  }
  const pageSize = header.readUInt16BE(16) === 1 ? 65536 : header.readUInt16BE(16)
  // The page count is trustworthy only when these two counters agree; frames in the WAL may still extend the file.
  const counted = header.readUInt32BE(24) === header.readUInt32BE(92)
  const expected = header.readUInt32BE(28) * pageSize
  const walSize = statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0
  if (counted && walSize === 0 && size < expected) {
    throw corrupt(file, `the file is cut: ${size} of ${expected} bytes`)
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
    `${file} is damaged (${finding}); it is not served, and nothing was written to it. ` +
      'Copy it away with its -wal file, then restore the last backup; `sqlite3 FILE .recover` reads what is readable.',
    cause,
  )
}

function isFsCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code))
}
