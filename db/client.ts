/** Opens a database from its URL. For Bun; the edge imports `remote.ts`. */
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Client } from '@libsql/client/web'
import { createDatabase } from './database.ts'
import { DatabaseOpenError, type EmbeddedClient, type EmbeddedOptions, openEmbedded } from './embedded.ts'
import { filePath } from './file-path.ts'
import type { OpenedDatabase, RemoteOptions } from './remote.ts'

export type { Database } from './database.ts'
export { filePath } from './file-path.ts'
export type { OpenedDatabase } from './remote.ts'

/** Some hundred times more than one server serves at the same time. More waiting requests would only fill the memory. */
const MAX_TRIPS = 1_000

export interface OpenOptions extends RemoteOptions {
  /** `file:` → this process owns the file and serves it; `https://`, `http://`, `libsql://` → a libSQL server. */
  readonly url: string
  /** Limits of the embedded client. They have no effect on a server. */
  readonly embedded?: Omit<EmbeddedOptions, 'file'>
}

/**
 * Opens the database. A `file:` URL may be relative (`file:data/app.db`); its folder and the file are created.
 *
 * Throws `DatabaseOpenError`, with a message for the operator.
 */
export function openDatabase(options: OpenOptions): OpenedDatabase {
  if (!options.url.startsWith('file:')) return openServer(options)
  const file = filePath(options.url)
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  } catch (error) {
    throw new DatabaseOpenError(
      'database.cannot_open',
      `cannot create the folder ${dirname(file)}: ${error instanceof Error ? error.message : String(error)}`,
      error,
    )
  }
  const client = openEmbedded({ ...options.embedded, file })
  return {
    client,
    db: createDatabase(client),
    longReads: createDatabase(inWorker(client)),
    owned: true,
    storage: client,
    close: () => client.close(),
  }
}

/** The same client with its reads in a separate thread, so the event loop does not wait for them. */
const inWorker = (client: EmbeddedClient): Client =>
  Object.assign(Object.create(client) as Client, { execute: client.longRead.bind(client) }) // the prototype is a Client

function openServer(options: OpenOptions): OpenedDatabase {
  // Bun requires a module at once, and a start with a file does not load the client of servers.
  const { openRemote } = require('./remote.ts') as typeof import('./remote.ts')
  try {
    return openRemote({ maxTrips: MAX_TRIPS, ...options })
  } catch (error) {
    throw new DatabaseOpenError(
      'database.bad_url',
      `DATABASE_URL: ${error instanceof Error ? error.message : String(error)}. Write a file as file:data/app.db.`,
      error,
    )
  }
}
