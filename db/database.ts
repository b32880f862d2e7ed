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
