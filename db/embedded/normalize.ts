/** Turns every form of a statement that the `Client` interface accepts into one form. */
import type { InArgs, InStatement } from '@libsql/client/sqlite3'
import type { Statement } from './connection.ts'

export function normalize(statement: InStatement | string | [string, InArgs?], args?: InArgs): Statement {
  if (typeof statement === 'string') return { sql: statement, args }
  if (Array.isArray(statement)) return { sql: statement[0], args: statement[1] }
  return statement
}
