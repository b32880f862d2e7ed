import { getTableColumns, is, type Placeholder, SQL, type SQLChunk, StringChunk, sql } from 'drizzle-orm'
import type { SQLiteTable } from 'drizzle-orm/sqlite-core'
import { oncePer } from '../../src/lib/once-per.ts'

/** A value for every column of the table; SQL where the statement itself finds it out. */
export type CompleteRow<Table extends SQLiteTable> = {
  [Column in keyof Table['_']['columns']]: Table['$inferSelect'][Column] | SQL | Placeholder
}

const columnsOf = oncePer((table: SQLiteTable) => Object.entries(getTableColumns(table)))

/**
 * `SELECT …` of one row, for `db.insert(table).select(…)`. The values stand in the order in which drizzle names the columns
 * of the INSERT, so no value can get into the column of another. Throws for a row that lacks a column.
 */
export function selectRow<Table extends SQLiteTable>(table: Table, row: CompleteRow<Table>): SQL {
  const given: Record<string, unknown> = row
  // One list of chunks: this is built for every event, and nested SQL takes drizzle longer.
  const chunks: SQLChunk[] = []
  for (const [name, column] of columnsOf(table)) {
    const value = given[name]
    if (value === undefined) throw new Error(`no value for the column ${name}`)
    chunks.push(new StringChunk(chunks.length === 0 ? 'SELECT ' : ', '))
    chunks.push(is(value, SQL) ? value : sql.param(value, column))
  }
  return new SQL(chunks)
}
