/** Migrations: generated SQL in `db/migrations`, append-only. `bun run db:migrate` applies what is missing. */
import { fileURLToPath } from 'node:url'
import { migrate } from 'drizzle-orm/libsql/migrator'
import { readMigrationFiles } from 'drizzle-orm/migrator'
import type { Database } from './database.ts'
import { isMigrated } from './migration-state.ts'
import journal from './migrations/meta/_journal.json' with { type: 'json' }

const migrationsFolder = fileURLToPath(new URL('migrations', import.meta.url))

/** Applies what is missing, all or nothing. Does nothing, and writes nothing, when the database is up to date. */
export async function migrateDatabase(db: Database): Promise<void> {
  if (await isMigrated(db)) return
  await migrate(db, { migrationsFolder })
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

if (import.meta.main) {
  const { openDatabase } = await import('./client.ts')
  const { readConfig } = await import('../src/platform/environment.ts')
  const config = readConfig()
  // As patient as a start (`reach-database.bun.ts`): no request waits for it.
  const { db, close } = openDatabase({
    url: config.databaseUrl,
    authToken: config.databaseAuthToken,
    timeoutMs: 120_000,
  })
  const before = await isMigrated(db)
  await migrateDatabase(db)
  close()
  console.log(before ? 'The database has every migration already.' : 'The database is up to date now.')
}
