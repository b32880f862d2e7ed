/** Rows and result sets that behave like those of `@libsql/client`, without a `defineProperty` for each value. */
import type { ResultSet, Row, Value } from '@libsql/client/sqlite3'
import { fromEngine } from './values.ts'

/** Makes rows of one column list. Names are enumerable, indexes are readable, and `length` is hidden. */
export type RowMaker = (values: readonly unknown[]) => Row

class IndexedRow {
  // Private, so `Object.keys` and a deep comparison see only the named columns.
  readonly #values: Value[]

  constructor(values: Value[]) {
    this.#values = values
  }

  static at(row: IndexedRow, index: number): Value | undefined {
    return row.#values[index]
  }
}

/** One row class per column list: index access is inherited from its prototype, names are own properties. */
export function rowMaker(columns: readonly string[]): RowMaker {
  // A column called `length`, `__proto__` or `0` would collide with the row's own machinery.
  if (columns.some((name) => name === 'length' || name in IndexedRow.prototype || /^\d+$/.test(name))) {
    return (values) => definedRow(columns, values)
  }
  class ShapedRow extends IndexedRow {}
  Object.defineProperty(ShapedRow.prototype, 'length', { value: columns.length })
  for (let index = 0; index < columns.length; index++) {
    Object.defineProperty(ShapedRow.prototype, index, {
      get(this: IndexedRow) {
        return IndexedRow.at(this, index)
      },
    })
  }
  // If two columns have the same name, the first one wins, as in the original client. So the last one is written first.
  const lastFirst = columns.some((name, index) => columns.indexOf(name) !== index)
  return (values) => {
    const converted: Value[] = new Array(values.length)
    for (let i = 0; i < values.length; i++) converted[i] = fromEngine(values[i])
    // `Row` promises access by index and by name. TypeScript cannot see properties that are made for each column list.
    const row = new ShapedRow(converted) as unknown as Row
    for (let i = 0; i < columns.length; i++) {
      const name = columns[i] as string
      if (!lastFirst || columns.indexOf(name) === i) row[name] = converted[i] as Value
    }
    return row
  }
}

function definedRow(columns: readonly string[], values: readonly unknown[]): Row {
  const row = {}
  Object.defineProperty(row, 'length', { value: values.length })
  for (let i = 0; i < values.length; i++) {
    const value = fromEngine(values[i])
    Object.defineProperty(row, i, { value })
    const column = columns[i]
    if (column !== undefined && !Object.hasOwn(row, column)) {
      Object.defineProperty(row, column, { value, enumerable: true, configurable: true, writable: true })
    }
  }
  // Built property by property above.
  return row as Row
}

export class EmbeddedResultSet implements ResultSet {
  constructor(
    readonly columns: string[],
    readonly columnTypes: string[],
    readonly rows: Row[],
    readonly rowsAffected: number,
    readonly lastInsertRowid: bigint | undefined,
  ) {}

  toJSON() {
    return {
      columns: this.columns,
      columnTypes: this.columnTypes,
      rows: this.rows.map((row) => Array.from(row, jsonValue)),
      rowsAffected: this.rowsAffected,
      lastInsertRowid: this.lastInsertRowid === undefined ? null : String(this.lastInsertRowid),
    }
  }
}

function jsonValue(value: Value): unknown {
  if (typeof value === 'bigint') return String(value)
  if (value instanceof ArrayBuffer) return Buffer.from(value).toString('base64')
  return value
}
