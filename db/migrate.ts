/** Migrations: generated SQL in `db/migrations`, append-only. `bun run db:migrate` applies what is missing. */
import { fileURLToPath } from 'node:url'
import { sql } from 'drizzle-orm'
import { migrate } from 'drizzle-orm/libsql/migrator'
import type { Database } from './database.ts'
import journal from './migrations/meta/_journal.json' with { type: 'json' }

const migrationsFolder = fileURLToPath(new URL('migrations', import.meta.url))
const latest = Math.max(...journal.entries.map(({ when }) => when))

/** Applies what is missing, all or nothing. Does nothing, and writes nothing, when the database is up to date. */
export async function migrateDatabase(db: Database): Promise<void> {
  if (await isMigrated(db)) return
  await migrate(db, { migrationsFolder })
}

/** True when the last migration of this release has been applied. False for a database without any. */
export async function isMigrated(db: Database): Promise<boolean> {
  const [table] = await db.all(sql`SELECT 1 FROM sqlite_schema WHERE name = '__drizzle_migrations'`)
  if (!table) return false
  const [row] = await db.all<{ at: number | null }>(sql`SELECT max(created_at) AS at FROM __drizzle_migrations`)
  return Number(row?.at ?? 0) >= latest
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
