/**
 * Classifies an SQL text by its tokens.
 *
 * The native engine does not tell whether a statement only reads, nor how many parameters it has. It binds a missing
 * argument as NULL, or, on a reused statement, as the argument of the previous call. This file decides both, once for each
 * cached statement. If the text is unclear, it chooses the safe answer: the writer connection.
 */

/** `read`: may run on the reader. `write`: runs in a transaction. `bare`: must run outside any transaction that we open. */
export type StatementKind = 'read' | 'write' | 'bare'

export interface SqlText {
  readonly kind: StatementKind
  /** The statement may change the schema or settings. Every connection drops its cached statements after it. */
  readonly changesSchema: boolean
  /** Number of the highest parameter, as SQLite counts them (https://www.sqlite.org/lang_expr.html#varparam). */
  readonly parameterCount: number
  /** Names without their prefix; empty when every parameter is positional. */
  readonly parameterNames: readonly string[]
}

// One alternative for each token that could hide a keyword or a parameter: comments, strings, quoted names, then
// parameters, then words. An unterminated token is matched to the end of the text, so nothing inside it counts. A doubled
// quote matches as two adjacent strings, which hide the same. No alternative backtracks, because the text may be long.
const tokens =
  /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|'[^']*(?:'|$)|"[^"]*(?:"|$)|`[^`]*(?:`|$)|\[[^\]]*(?:\]|$)|\?(\d*)|([:@$])([\p{L}\p{N}_$]+(?:::[\p{L}\p{N}_$]+)*(?:\([^)\s]*\))?)|([\p{L}_][\p{L}\p{N}_$]*)|\d[\p{L}\p{N}_.]*/gu

const writers = new Set(['INSERT', 'UPDATE', 'DELETE', 'REPLACE'])
const readers = new Set(['SELECT', 'VALUES', 'WITH', 'EXPLAIN'])
// These statements refuse to run inside a transaction, or open and end one themselves.
const bare = new Set('PRAGMA VACUUM ATTACH DETACH BEGIN COMMIT END ROLLBACK SAVEPOINT RELEASE'.split(' '))
const schemaVerbs = new Set('CREATE DROP ALTER REINDEX ANALYZE PRAGMA VACUUM ATTACH DETACH'.split(' '))
// Functions that report the last write of their own connection. On the reader they would report nothing.
const writerOnly = new Set(['CHANGES', 'TOTAL_CHANGES', 'LAST_INSERT_ROWID', 'LOAD_EXTENSION'])

// An application has some hundred texts. A batch looks up each of its texts on every call.
const memo = new Map<string, SqlText>()
const memoCapacity = 1024

/** Classifies one statement. Never throws: invalid SQL is a `write`, and the engine reports it. */
export function readSqlText(sql: string): SqlText {
  const known = memo.get(sql)
  if (known !== undefined) return known
  const text = classify(sql)
  if (memo.size >= memoCapacity) memo.clear()
  memo.set(sql, text)
  return text
}

function classify(sql: string): SqlText {
  let verb = ''
  let mutates = false
  let connectionBound = false
  let parameterCount = 0
  const names = new Map<string, number>()
  for (const [, number, prefix, name, word] of sql.matchAll(tokens)) {
    if (number !== undefined) {
      parameterCount = number === '' ? parameterCount + 1 : Math.max(parameterCount, Number(number))
    } else if (prefix !== undefined && name !== undefined) {
      // `:a` and `@a` are two parameters to SQLite, although the client calls both `a`.
      if (!names.has(prefix + name)) names.set(prefix + name, ++parameterCount)
    } else if (word !== undefined) {
      const upper = word.toUpperCase()
      verb ||= upper
      mutates ||= writers.has(upper)
      connectionBound ||= writerOnly.has(upper)
    }
  }
  const kind = kindOf(verb, mutates, connectionBound)
  return {
    kind,
    changesSchema: schemaVerbs.has(verb),
    parameterCount,
    parameterNames: [...names.keys()].map((name) => name.slice(1)),
  }
}

function kindOf(verb: string, mutates: boolean, connectionBound: boolean): StatementKind {
  if (bare.has(verb)) return 'bare'
  if (!readers.has(verb)) return 'write'
  // `replace()` is also a harmless function. A SELECT that calls it only runs on the writer without need.
  if (verb !== 'EXPLAIN' && mutates) return 'write'
  return connectionBound ? 'bare' : 'read'
}
