/** Which migrations a database has. Safe at the edge: nothing is read from disk. */
import { sql } from 'drizzle-orm'
import type { Database } from './database.ts'
import journal from './migrations/meta/_journal.json' with { type: 'json' }

const latest = Math.max(...journal.entries.map(({ when }) => when))

/** True when the last migration of this release has been applied. False for a database without any. */
export async function isMigrated(db: Database): Promise<boolean> {
  const [table] = await db.all(sql`SELECT 1 FROM sqlite_schema WHERE name = '__drizzle_migrations'`)
  if (!table) return false
  const [row] = await db.all<{ at: number | null }>(sql`SELECT max(created_at) AS at FROM __drizzle_migrations`)
  return Number(row?.at ?? 0) >= latest
}
