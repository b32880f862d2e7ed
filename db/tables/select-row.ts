import { getTableColumns, is, type Placeholder, SQL, sql } from 'drizzle-orm'
import type { SQLiteTable } from 'drizzle-orm/sqlite-core'

/** A value for every column of the table; SQL where the statement itself finds it out. */
export type CompleteRow<Table extends SQLiteTable> = {
  [Column in keyof Table['_']['columns']]: Table['$inferSelect'][Column] | SQL | Placeholder
}

/**
 * `SELECT …` of one row, for `db.insert(table).select(…)`. The values stand in the order in which drizzle names the columns
 * of the INSERT, so no value can get into the column of another. Throws for a row that lacks a column.
 */
export function selectRow<Table extends SQLiteTable>(table: Table, row: CompleteRow<Table>): SQL {
  const given: Record<string, unknown> = row
  const values = Object.entries(getTableColumns(table)).map(([name, column]) => {
    const value = given[name]
    if (value === undefined) throw new Error(`no value for the column ${name}`)
    return is(value, SQL) ? value : sql.param(value, column)
  })
  return sql`SELECT ${sql.join(values, sql`, `)}`
}
