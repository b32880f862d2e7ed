/** The database type that services use, and a function that makes one from any client. Safe at the edge. */
import type { Client } from '@libsql/client/web'
// The entries of drizzle import the clients of libSQL too: forty modules that a start with a file does not need.
import { LibSQLDatabase } from 'drizzle-orm/libsql/driver-core'
import { LibSQLSession } from 'drizzle-orm/libsql/session'
import { SQLiteAsyncDialect } from 'drizzle-orm/sqlite-core/dialect'

export type Database = LibSQLDatabase<Record<string, never>> & { $client: Client }

/** Wraps a client, embedded or remote. Logging is off, because drizzle would log parameters, such as hashes. */
export function createDatabase(client: Client): Database {
  const dialect = new SQLiteAsyncDialect({})
  const session = new LibSQLSession<Record<string, never>, Record<string, never>>(
    client,
    dialect,
    undefined,
    {},
    undefined,
  )
  return Object.assign(new LibSQLDatabase('async', dialect, session, undefined), { $client: client })
}

/** Operations on the database file that only the process that owns it can do. */
export interface DatabaseFile {
  /** The corrections of the start, as sentences for the operator. */
  readonly notices: readonly string[]
  /** The fault of the file, or undefined if it is sound. Checks the file now. */
  fault(): { readonly code: string; readonly message: string } | undefined
  /** Calls the listener when a fault begins, changes, or ends (undefined). One listener. */
  onFault(listener: (fault: { readonly code: string; readonly message: string } | undefined) => void): void
  space(): Promise<DatabaseSpace>
  /**
   * Returns free pages to the disk in one short write: up to `most` pages and at most 256 KiB. Resolves to their number; 0: no
   * free page is left.
   */
  giveBack(most: number): Promise<number>
  /** Moves the log into the file and empties it, unless a reader has an older snapshot. */
  cutLog(): Promise<void>
}

export interface DatabaseSpace {
  /** The size of the file and its log on the disk. */
  bytes: number
  pages: number
  /** Free pages, which the next writes fill. */
  freePages: number
  /** False for a file of an early release, which returns no space until it is rebuilt. */
  incremental: boolean
}
