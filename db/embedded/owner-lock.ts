/**
 * One process owns the database file.
 *
 * The lock is an exclusive SQLite transaction on the empty side file `<file>.lock`. It is a lock of the kernel, so it always
 * ends with its process, and a stale pid cannot keep it. Read-only tools can still open the database. `<file>.owner.json`
 * names the owner, only for messages. It is a separate file, because POSIX drops all locks of a process on a file when the
 * process closes any descriptor of it. So the locked file is never read.
 */
import { existsSync, lstatSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import NativeDatabase from 'libsql'
import { DatabaseOpenError, isBusy } from './errors.ts'
import { nativePath } from './native-path.ts'
import { closeToOthers, createPrivateFile, giveToOwnerOf, privateMode } from './private-files.ts'

export interface OwnerInfo {
  readonly pid: number
  /** Start of the owning process, ISO 8601 UTC. */
  readonly startedAt: string
  readonly host: string
}

export interface OwnerLock {
  /** Notices about the lock file for the operator. */
  readonly notices: readonly string[]
  release(): void
}

// A start does not wait for the lock. This short time only covers a command line tool that reads the owner.
const probeOverlapMs = 50
// Keeps the client of a lock reachable: garbage collection would release the lock.
const heldLocks = new Set<InstanceType<typeof NativeDatabase>>()

export function ownerLockPath(file: string): string {
  return `${file}.lock`
}

export function ownerInfoPath(file: string): string {
  return `${file}.owner.json`
}

/**
 * Takes the lock. Throws `database.locked` (with the owner), `database.read_only` (no side file can be written) or
 * `database.unsafe_file` (another user has access to the lock file).
 */
export function takeOwnerLock(file: string): OwnerLock {
  const notice = prepareLockFile(file)
  const lock = tryLock(file, 'BEGIN EXCLUSIVE', probeOverlapMs)
  if (lock === undefined) throw lockedError(file)
  heldLocks.add(lock)
  try {
    const info: OwnerInfo = {
      pid: process.pid,
      startedAt: new Date(performance.timeOrigin).toISOString(),
      host: hostname(),
    }
    // Made again, so a link at this path is not followed.
    rmSync(ownerInfoPath(file), { force: true })
    writeFileSync(ownerInfoPath(file), `${JSON.stringify(info)}\n`, { mode: privateMode, flag: 'wx' })
    giveToOwnerOf(file, ownerInfoPath(file))
  } catch (error) {
    unlock(lock)
    throw sideFileError(ownerInfoPath(file), error)
  }
  return {
    notices: notice === undefined ? [] : [notice],
    release() {
      // Removed before the unlock, because after it the file may belong to the next owner. If the lock file was deleted, the
      // file may belong to another owner even before.
      if (readOwner(file)?.pid === process.pid) rmSync(ownerInfoPath(file), { force: true })
      unlock(lock)
    },
  }
}

/**
 * Tells whether a process owns the database file, and which one. For command line tools.
 * `unknown` means that the owner is starting, or that its record could not be read. Throws `database.unsafe_file` if the
 * lock file belongs to another user.
 */
export function databaseOwner(file: string): { owned: false } | { owned: true; owner: OwnerInfo | 'unknown' } {
  if (!existsSync(ownerLockPath(file))) return { owned: false }
  closeToOthers(ownerLockPath(file), file)
  // A shared lock is enough to detect an exclusive one, and it works for a user with read access only.
  const lock = tryLock(file, 'BEGIN; SELECT count(*) FROM sqlite_schema', 0)
  if (lock === undefined) return { owned: true, owner: readOwner(file) ?? 'unknown' }
  unlock(lock)
  return { owned: false }
}

function prepareLockFile(file: string): string | undefined {
  const path = ownerLockPath(file)
  try {
    createPrivateFile(path, file)
    return undefined
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw sideFileError(path, error)
  }
  return closeToOthers(path, file)
}

function tryLock(file: string, sql: string, timeoutMs: number): InstanceType<typeof NativeDatabase> | undefined {
  const path = ownerLockPath(file)
  let lock: InstanceType<typeof NativeDatabase>
  try {
    lock = new NativeDatabase(nativePath(path), { timeout: timeoutMs })
  } catch (error) {
    throw sideFileError(path, error)
  }
  try {
    lock.exec(sql)
    return lock
  } catch (error) {
    lock.close()
    if (isBusy(error)) return undefined
    throw sideFileError(path, error)
  }
}

function unlock(lock: InstanceType<typeof NativeDatabase>): void {
  heldLocks.delete(lock)
  // This client never had a prepared statement, so the native connection closes here.
  lock.close()
}

function readOwner(file: string): OwnerInfo | undefined {
  try {
    const info: unknown = JSON.parse(readFileSync(ownerInfoPath(file), 'utf8'))
    if (typeof info !== 'object' || info === null) return undefined
    if (!('pid' in info) || !('startedAt' in info) || !('host' in info)) return undefined
    if (typeof info.pid !== 'number') return undefined
    return { pid: info.pid, startedAt: String(info.startedAt), host: String(info.host) }
  } catch {
    return undefined
  }
}

function lockedError(file: string): DatabaseOpenError {
  const owner = readOwner(file)
  const mine = owner?.pid === process.pid
  const who =
    owner === undefined
      ? 'another process'
      : mine
        ? `this process (pid ${owner.pid})`
        : `process ${owner.pid} (since ${owner.startedAt}, host ${owner.host})`
  const remedy = mine ? 'Close the client that has it open' : 'Stop that process'
  return new DatabaseOpenError(
    'database.locked',
    `${file} is in use: ${who} owns it, and only one process may own it. ${remedy}, or use another DATABASE_URL. ` +
      'To serve one database from several processes, use a libSQL server.',
  )
}

function sideFileError(path: string, cause: unknown): DatabaseOpenError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  const owner = lstatSync(path, { throwIfNoEntry: false })?.uid
  const foreign = owner !== undefined && process.geteuid?.() !== 0 && owner !== process.geteuid?.()
  return new DatabaseOpenError(
    'database.read_only',
    `cannot write ${path}: ${reason}. The folder of the database must be writable by this user: ` +
      'SQLite keeps its journal there. Check its owner, its mode and whether the volume is mounted read-only.' +
      (foreign ? ` The file belongs to uid ${owner}: run this as the user who runs the server.` : ''),
    cause,
  )
}
