/**
 * The name of a file for the engine.
 *
 * `libsql` 0.5.29 puts a layer for encrypted files between SQLite and the system. That layer ignores every read error: a page
 * that could not be read gets the old content of the memory. A checkpoint with such a read writes that memory over the whole
 * database (test/faults/disk.test.ts). SQLite's own layer, `unix`, reports the error. So every file is opened through
 * `unix`, which needs a URI (https://www.sqlite.org/uri.html).
 */
import { resolve } from 'node:path'

export function nativePath(file: string): string {
  if (process.platform === 'win32') return file // has no layer of this name
  return `file:${resolve(file).replaceAll(/[%?#]/g, encodeURIComponent)}?vfs=unix`
}
