/** Migrations: generated SQL in `db/migrations`, append-only. `bun run db:migrate` applies what is missing. */
import { fileURLToPath } from 'node:url'
import { migrate } from 'drizzle-orm/libsql/migrator'
import type { Database } from './database.ts'
import { isMigrated } from './migration-state.ts'

const migrationsFolder = fileURLToPath(new URL('migrations', import.meta.url))

/** Applies what is missing, all or nothing. Does nothing, and writes nothing, when the database is up to date. */
export async function migrateDatabase(db: Database): Promise<void> {
  if (await isMigrated(db)) return
  await migrate(db, { migrationsFolder })
}

if (import.meta.main) {
  const { openDatabase } = await import('./client.ts')
  const { readConfig } = await import('../src/platform/environment.ts')
  const config = readConfig()
  const { db, close } = openDatabase({ url: config.databaseUrl, authToken: config.databaseAuthToken })
  const before = await isMigrated(db)
  await migrateDatabase(db)
  close()
  console.log(before ? 'The database has every migration already.' : 'The database is up to date now.')
}
