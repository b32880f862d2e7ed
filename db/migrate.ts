/** Migrations: generated SQL in `db/migrations`, append-only. `bun run db:migrate` applies the pending ones. */
import { fileURLToPath } from 'node:url'
import type { InStatement } from '@libsql/client/web'
import { readMigrationFiles } from 'drizzle-orm/migrator'
import type { Database } from './database.ts'
import { DatabaseOpenError } from './embedded.ts'
import { type MigrationState, migrationState, newerThanUs } from './migration-state.ts'
import journal from './migrations/meta/_journal.json' with { type: 'json' }

const migrationsFolder = fileURLToPath(new URL('migrations', import.meta.url))

export interface MigrateOptions {
  /** For a database of a later release: `refuse` it (the default), or `serve` it without a change. */
  newer?: 'refuse' | 'serve'
}

/** More than half a minute for another process that migrates the same server. */
const TRIES = 40
const FIRST_PAUSE_MS = 50
const LONGEST_PAUSE_MS = 1_000

/**
 * Applies all pending migrations or none. Writes nothing if the database is up to date.
 *
 * Any number of processes may do this on one server at the same time, and each may die at any moment. The first statement of
 * the batch writes the name of the migration, which is a primary key. So one process succeeds, and the others find the
 * migration done when they check again. Throws `database.newer` for a database of a later release and does not change it.
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
      // Another process has the lock, or applied a part. Any other error would occur again.
      if (tries === TRIES || !(isBusy(error) || after.theirs !== found.theirs)) throw error
    }
    await new Promise((wake) => setTimeout(wake, Math.min(FIRST_PAUSE_MS * 2 ** tries, LONGEST_PAUSE_MS)))
  }
}

const isBusy = (error: unknown): boolean =>
  error instanceof Error &&
  (('code' in error && /^SQLITE_(?:BUSY|LOCKED)/.test(String(error.code))) || isBusy(error.cause))

/** Like drizzle's migrator, with the same table. But the name of each migration is written first, and it is a key. */
async function applyMissing(db: Database): Promise<void> {
  await db.$client.execute(
    // The same text as in drizzle. SQLite does not know the type SERIAL, so the column accepts text.
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

/** Throws `database.newer` for a database of a later release, unless the setting is `serve`. */
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
