import { getTableColumns, is, type Placeholder, SQL, type SQLChunk, StringChunk, sql } from 'drizzle-orm'
import type { SQLiteTable } from 'drizzle-orm/sqlite-core'
import { oncePer } from '../../src/lib/once-per.ts'

/** A value for every column of the table, or SQL if the statement computes it. */
export type CompleteRow<Table extends SQLiteTable> = {
  [Column in keyof Table['_']['columns']]: Table['$inferSelect'][Column] | SQL | Placeholder
}

const columnsOf = oncePer((table: SQLiteTable) => Object.entries(getTableColumns(table)))

/**
 * `SELECT …` of one row, for `db.insert(table).select(…)`. The values are in the order of drizzle's columns in the INSERT, so
 * no value gets into another column. Throws if a column is missing in the row.
 */
export function selectRow<Table extends SQLiteTable>(table: Table, row: CompleteRow<Table>): SQL {
  const given: Record<string, unknown> = row
  // One list of chunks, because this runs for every event, and nested SQL is slower in drizzle.
  const chunks: SQLChunk[] = []
  for (const [name, column] of columnsOf(table)) {
    const value = given[name]
    if (value === undefined) throw new Error(`no value for the column ${name}`)
    chunks.push(new StringChunk(chunks.length === 0 ? 'SELECT ' : ', '))
    chunks.push(is(value, SQL) ? value : sql.param(value, column))
  }
  return new SQL(chunks)
}
