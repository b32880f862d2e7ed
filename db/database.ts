/** The type of the database that services take, and how one is made from any client. Safe at the edge. */
import type { Client } from '@libsql/client/web'
import type { LibSQLDatabase } from 'drizzle-orm/libsql/driver-core'
// The web entry wraps any client without importing the native one; `driver-core` does not export its constructor.
import { drizzle } from 'drizzle-orm/libsql/web'

export type Database = LibSQLDatabase<Record<string, never>> & { $client: Client }

/** Wraps a client, embedded or remote. Logging stays off: drizzle would log parameters, hashes among them. */
export function createDatabase(client: Client): Database {
  return drizzle({ client, logger: false })
}

/** What only the process that owns the database file can tell of it, and do to it. */
export interface DatabaseFile {
  /** What the start had to put right, in sentences for the operator. */
  readonly notices: readonly string[]
  /** Why the file cannot be relied on; undefined when it can. Looks at it now. */
  fault(): { readonly code: string; readonly message: string } | undefined
  /** Told when a fault begins, becomes another one, or (undefined) is over. One listener. */
  onFault(listener: (fault: { readonly code: string; readonly message: string } | undefined) => void): void
  space(): Promise<DatabaseSpace>
  /**
   * Gives free pages back to the disk, up to `most` and at most 256 KiB, in one short write. Answers how many; 0: none is
   * left.
   */
  giveBack(most: number): Promise<number>
  /** Moves the log into the file and cuts it to nothing, unless somebody reads an older state of it. */
  cutLog(): Promise<void>
}

export interface DatabaseSpace {
  /** Of the file and its log, on the disk. */
  bytes: number
  pages: number
  /** Pages that hold nothing, and are filled by the next writes. */
  freePages: number
  /** False for a file of an early release: it gives nothing back until it is rebuilt. */
  incremental: boolean
}
