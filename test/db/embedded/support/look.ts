/** What another connection sees: the truth about what was committed. */
import NativeDatabase from 'libsql'

/** Runs one query through a connection of its own and returns the rows as arrays. */
export function look(file: string, sql: string): unknown[][] {
  const native = new NativeDatabase(file, { timeout: 1000 })
  try {
    // raw(true) makes each row an array of its columns.
    return native.prepare(sql).raw(true).all([]) as unknown[][]
  } finally {
    native.close()
  }
}

/** One value of one row. */
export function lookOne(file: string, sql: string): unknown {
  return look(file, sql)[0]?.[0]
}
