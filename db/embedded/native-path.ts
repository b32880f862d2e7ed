/**
 * How a file is named to the engine.
 *
 * The layer for encrypted files that `libsql` 0.5.29 puts between SQLite and the system swallows every error of a read: a
 * page that could not be read is taken for what lay in memory, and a checkpoint that meets such a read writes that memory
 * over the whole database (test/faults/disk.test.ts). SQLite's own layer, `unix`, reports it. So every file is opened
 * through that one, which only a URI can ask for (https://www.sqlite.org/uri.html).
 */
import { resolve } from 'node:path'

export function nativePath(file: string): string {
  if (process.platform === 'win32') return file // has no such layer of this name
  return `file:${resolve(file).replaceAll(/[%?#]/g, encodeURIComponent)}?vfs=unix`
}
