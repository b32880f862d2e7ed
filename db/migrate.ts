/** Migrations: generated SQL in `db/migrations`, append-only. `bun run db:migrate` applies what is missing. */
import { fileURLToPath } from 'node:url'
import type { InStatement } from '@libsql/client/web'
import { readMigrationFiles } from 'drizzle-orm/migrator'
import type { Database } from './database.ts'
import { DatabaseOpenError } from './embedded.ts'
import { type MigrationState, migrationState, newerThanUs } from './migration-state.ts'
import journal from './migrations/meta/_journal.json' with { type: 'json' }

const migrationsFolder = fileURLToPath(new URL('migrations', import.meta.url))

export interface MigrateOptions {
  /** A database of a later release: `refuse` (the default), or go on with it as it is. */
  newer?: 'refuse' | 'serve'
}

/** Half a minute and more for another process, which migrates the same server. */
const TRIES = 40
const FIRST_PAUSE_MS = 50
const LONGEST_PAUSE_MS = 1_000

/**
 * Applies what is missing, all or nothing. Does nothing, and writes nothing, when the database is up to date.
 *
 * Any number of processes may do this to one server at once, and each may die in the middle: the first statement of the
 * batch writes the name of the migration, which is a primary key, so one of them succeeds and the others find, when they
 * ask again, that it is done. Throws `database.newer` for a database of a later release, which it leaves as it is.
 */
export async function migrateDatabase(
  db: Database,
  { newer = 'refuse' }: MigrateOptions = {},
): Promise<MigrationState> {
  for (let tries = 1; ; tries++) {
    const found = await migrationState(db)
    if (found.state !== 'behind') return accept(found, newer)
    try {
      await applyMissing(db)
      return { ...found, theirs: found.ours, state: 'current' }
    } catch (error) {
      const after = await migrationState(db)
      if (after.state !== 'behind') return accept(after, newer)
      // Somebody else holds the lock, or did a part of it: anything else will fail again.
      if (tries === TRIES || !(isBusy(error) || after.theirs !== found.theirs)) throw error
    }
    await new Promise((wake) => setTimeout(wake, Math.min(FIRST_PAUSE_MS * 2 ** tries, LONGEST_PAUSE_MS)))
  }
}

const isBusy = (error: unknown): boolean =>
  error instanceof Error &&
  (('code' in error && /^SQLITE_(?:BUSY|LOCKED)/.test(String(error.code))) || isBusy(error.cause))

/** As drizzle's migrator, in the same table; but the name of each migration comes first, and is a key. */
async function applyMissing(db: Database): Promise<void> {
  await db.$client.execute(
    // Word for word what drizzle makes; SERIAL means nothing to SQLite, and the column takes text.
    'CREATE TABLE IF NOT EXISTS __drizzle_migrations (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at numeric)',
  )
  const { rows } = await db.$client.execute('SELECT max(created_at) AS at FROM __drizzle_migrations')
  const has = Number(rows[0]?.at ?? 0)
  const statements = readMigrationFiles({ migrationsFolder })
    .filter(({ folderMillis }) => folderMillis > has)
    .flatMap(({ folderMillis, hash, sql }): InStatement[] => {
      const tag = journal.entries.find(({ when }) => when === folderMillis)?.tag ?? String(folderMillis)
      const note = 'INSERT INTO __drizzle_migrations (id, hash, created_at) VALUES (?, ?, ?)'
      return [{ sql: note, args: [tag, hash, folderMillis] }, ...sql]
    })
  await db.$client.migrate(statements)
}

/** Throws `database.newer` for a database of a later release, unless it is to be served. */
export function accept(found: MigrationState, newer: 'refuse' | 'serve'): MigrationState {
  if (found.state !== 'newer' || newer === 'serve') return found
  throw new DatabaseOpenError(
    'database.newer',
    `DATABASE_URL: ${newerThanUs(found)}. Nothing was written to it. To go back one release on purpose, set DATABASE_NEWER=serve.`,
  )
}

/** The statements of these migrations, in the order in which they are applied. */
export function statementsOf(tags: readonly string[]): { migration: string; sql: string }[] {
  const files = readMigrationFiles({ migrationsFolder })
  return journal.entries
    .filter(({ tag }) => tags.includes(tag))
    .flatMap(({ tag, when }) => {
      const statements = files.find(({ folderMillis }) => folderMillis === when)?.sql ?? []
      return statements.map((sql) => ({ migration: tag, sql: sql.trim() }))
    })
}
