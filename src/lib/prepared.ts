import type { Database } from '../../db/database.ts'

/**
 * A prepared statement for each database it is used with: building the SQL anew costs more than running it.
 * Keyed weakly, so one process can open and drop many databases.
 */
export function prepared<T>(build: (db: Database) => T): (db: Database) => T {
  const statements = new WeakMap<Database, T>()
  return (db) => {
    const known = statements.get(db)
    if (known !== undefined) return known
    const built = build(db)
    statements.set(db, built)
    return built
  }
}
