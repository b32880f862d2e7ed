/** Finds the system's error of a failing disk. The engine only says that it could not write. */
import { closeSync, constants, fsyncSync, openSync, rmSync, writeSync } from 'node:fs'
import { LibsqlError } from '@libsql/client/sqlite3'
import { privateMode } from './private-files.ts'

/** More bytes than a full disk may have left in its last block. */
const PROBE_BYTES = 65_536
const FULL = ['ENOSPC', 'EDQUOT']

/**
 * Adds the failed call (SQLITE_IOERR_FSYNC) and the error of the system to an error of the engine. To learn the latter, it
 * writes and flushes a small file beside the database. If the disk or the quota is full, an I/O error becomes SQLITE_FULL.
 * SQLite itself recognises only ENOSPC, and only in some places.
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
    rmSync(path, { force: true }) // left by a killed process
    const descriptor = openSync(path, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW, privateMode)
    try {
      // A nearly full disk writes a part. Only the write of the rest fails with the reason.
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
      // The disk cannot be written, and that error is returned already.
    }
  }
}
