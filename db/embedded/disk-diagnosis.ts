/** What the system says of the disk. The engine says only that it could not write, not why. */
import { closeSync, constants, fsyncSync, openSync, rmSync, writeSync } from 'node:fs'
import { LibsqlError } from '@libsql/client/sqlite3'
import { privateMode } from './private-files.ts'

/** More than the slack a full disk may have left in its last block. */
const PROBE_BYTES = 65_536
const FULL = ['ENOSPC', 'EDQUOT']

/**
 * Adds to an error of the engine which call failed (SQLITE_IOERR_FSYNC) and the system's own word, by trying to write and
 * flush a file beside the database. An I/O error on a disk or quota that turns out to be full becomes SQLITE_FULL: SQLite
 * itself tells only ENOSPC, and only in some places.
 */
export function diagnose(file: string, error: unknown): unknown {
  if (!(error instanceof LibsqlError)) return error
  const said = tryToWrite(`${file}.probe`)
  if (said !== undefined && error.code === 'SQLITE_IOERR' && FULL.includes(said.code))
    return new LibsqlError(`the disk or the quota is full (${said.message})`, 'SQLITE_FULL', 'SQLITE_FULL', 13, error)
  const call = error.extendedCode === undefined ? '' : ` (${error.extendedCode})`
  const system = said === undefined ? '' : `; the system says ${said.message}`
  const text = `${error.message.replace(/^SQLITE_\w+: /, '')}${call}${system}`
  return new LibsqlError(text, error.code, error.extendedCode, error.rawCode, error)
}

function tryToWrite(path: string): { code: string; message: string } | undefined {
  const { O_CREAT, O_EXCL, O_WRONLY, O_NOFOLLOW = 0 } = constants
  try {
    rmSync(path, { force: true }) // of a process that was killed here
    const descriptor = openSync(path, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW, privateMode)
    try {
      // A disk that is nearly full takes a part, and says why only when it is asked to take the rest.
      for (let left = PROBE_BYTES; left > 0; ) left -= writeSync(descriptor, Buffer.alloc(left))
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    return undefined
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) return undefined
    return { code: String(error.code), message: error.message }
  } finally {
    try {
      rmSync(path, { force: true })
    } catch {
      // A disk that cannot be written, which has been said.
    }
  }
}
