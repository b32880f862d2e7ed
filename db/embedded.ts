/**
 * The embedded database: libSQL in this process, behind the `Client` interface of `@libsql/client` 0.18, so that
 * drizzle's libsql driver uses it unchanged.
 *
 * ```ts
 * const client = openEmbedded({ file: 'data/app.db' })
 * const db = drizzle(client)
 * ```
 *
 * One process owns the file. All writes use one connection, in order. Writes that wait at the same time share a commit.
 * Reads use another connection and see every acknowledged write. docs/adr/0002-embedded-client.md has the reasons against
 * the original client.
 */
import { existsSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { EmbeddedClient } from './embedded/client.ts'
import { DatabaseOpenError } from './embedded/errors.ts'

export { applicationId, quickCheckMaxBytes } from './embedded/boot-checks.ts'
export { EmbeddedClient, type EmbeddedStats } from './embedded/client.ts'
export { type DatabaseOpenCode, DatabaseOpenError } from './embedded/errors.ts'
export type { StorageFault } from './embedded/file-guard.ts'
export { databaseOwner, type OwnerInfo, ownerInfoPath, ownerLockPath } from './embedded/owner-lock.ts'

export { makeFilesPrivate } from './embedded/private-files.ts'

export interface EmbeddedOptions {
  /** Path of the database file. Its folder must exist. A missing file is created. */
  readonly file: string
  /** Maximum wait of a write for the lock of another program, in ms. Then it fails with SQLITE_BUSY. Default 10,000. */
  readonly busyDeadlineMs?: number
  /** Maximum duration of an interactive transaction, in ms. Then it is rolled back. Default 5,000. */
  readonly transactionLimitMs?: number
  /** Prepared statements kept per connection. Default 256. */
  readonly statementCacheSize?: number
}

/**
 * Opens and checks the database and takes its ownership. Synchronous: some ms, plus about 1.5 s per GiB (up to 256 MiB)
 * for the damage check.
 *
 * Throws `DatabaseOpenError`; the file is then unchanged.
 */
export function openEmbedded(options: EmbeddedOptions): EmbeddedClient {
  return new EmbeddedClient({
    file: realFile(options.file),
    busyDeadlineMs: options.busyDeadlineMs ?? 10_000,
    transactionLimitMs: options.transactionLimitMs ?? 5_000,
    statementCacheSize: options.statementCacheSize ?? 256,
  })
}

/** The path without symbolic links, so a link cannot avoid the owner lock. */
function realFile(file: string): string {
  if (file === '' || file === ':memory:') {
    throw new DatabaseOpenError('database.bad_url', 'the embedded database needs a file; in-memory is not supported.')
  }
  const path = resolve(file)
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat !== undefined) {
    // Checked before the lock, because no lock file may be made beside a folder or a device.
    if (!stat.isFile()) throw new DatabaseOpenError('database.not_a_database', `${path} is not a regular file.`)
    return realpathSync(path)
  }
  if (!existsSync(dirname(path))) {
    throw new DatabaseOpenError('database.cannot_open', `the folder ${dirname(path)} does not exist; create it first.`)
  }
  return join(realpathSync(dirname(path)), basename(path))
}
