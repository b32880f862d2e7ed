/** CSV (RFC 4180) with a heading, on csv-parse. Holds one row in memory at a time. */
import { CsvError, parse } from 'csv-parse'
import { unescapeFormula } from '../../../lib/formula-cells.ts'
import { FALSE, TRUE } from '../../../lib/truth-words.ts'
import { ORG_COLUMNS } from '../../../modules/orgs/export-orgs.ts'
import { MAX_ROW_CHARACTERS, type SourceRow, type Text, unreadable } from './source-row.ts'

/** Makes rows of the cells of a file. */
export interface CsvShape {
  /** The names of the columns, by position. Throws `import.unreadable` if the heading has no such columns. */
  heading(cells: readonly string[], line: number): string[]
  /** The value of a cell that is not empty. */
  cell(column: string, text: string): unknown
  /** Of a file without a heading. A row may have fewer cells. */
  columns?: readonly string[]
}

const COLUMNS = [
  'id',
  'email',
  'name',
  'username',
  'locale',
  'emailVerified',
  'passwordHash',
  'roles',
  'status',
  'publicMetadata',
  'privateMetadata',
  'createdAt',
  'updatedAt',
] as const

/** Spreadsheets of some countries separate cells with semicolons. The heading shows the delimiter. */
const DELIMITERS = [',', ';', '\t']

export async function* readCsv(text: Text, shape: CsvShape): AsyncGenerator<SourceRow, void, undefined> {
  const { first, whole } = await peekLine(text)
  const named = SEPARATOR_LINE.exec(first)?.[1]
  const records =
    named === undefined
      ? readRecords(whole, delimiterOf(first), 1)
      : readRecords(withoutFirstLine(whole, first), named, 2)
  let columns = shape.columns
  for await (const { line, cells } of records) {
    if (columns) yield csvRow(columns, cells, line, shape)
    else columns = shape.heading(cells, line)
  }
}

/** A first line such as `sep=;`, which names the delimiter for Excel. It is not a row. */
const SEPARATOR_LINE = /^"?sep=([^\s"a-z0-9]|\t)"?$/i

async function* withoutFirstLine(text: Text, first: string): Text {
  let skipped = false
  for await (const piece of text) {
    // The first piece has the whole line and its end.
    yield skipped ? piece : piece.slice(first.length).replace(/^(?:\r\n|\r|\n)/, '')
    skipped = true
  }
}

const delimiterOf = (heading: string): string =>
  DELIMITERS.reduce((best, one) => (heading.split(one).length > heading.split(best).length ? one : best))

interface CsvRecord {
  record: string[]
  /** The text of the row in the file, with the empty lines before it. */
  raw: string
}

async function* readRecords(text: Text, delimiter: string, firstLine: number) {
  const parsed: CsvRecord[] = []
  const parser = parse({
    delimiter,
    raw: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: MAX_ROW_CHARACTERS,
    on_record(record: unknown) {
      parsed.push(record as CsvRecord) // the type that `raw: true` gives
      return null // not through the stream, which would lose the rows before a failure
    },
  })
  parser.on('error', () => {}) // the same error reaches the callback of write()
  let line = firstLine
  function* drain() {
    for (const { record, raw } of parsed.splice(0)) {
      // Lines are counted here, because csv-parse counts a CRLF in a cell twice.
      const before = /^[\r\n]*/.exec(raw)?.[0] ?? ''
      yield { line: line + breaks(before), cells: record }
      line += breaks(raw)
    }
  }
  function assertParsed(error: Error | null | undefined) {
    if (!error) return
    throw unreadable(
      line,
      (error instanceof CsvError ? FAILURES[error.code] : undefined) ?? 'this row is not valid CSV.',
    )
  }
  for await (const piece of text) {
    const failure = await new Promise<Error | null | undefined>((resolve) => parser.write(piece, resolve))
    yield* drain()
    assertParsed(failure)
  }
  const failure = await new Promise<Error | undefined>((resolve) => {
    parser.on('error', resolve)
    parser.on('end', resolve)
    parser.resume().end()
  })
  yield* drain()
  assertParsed(failure)
}

const FAILURES: Record<string, string> = {
  CSV_QUOTE_NOT_CLOSED: 'a quote is opened in this row or in a later one, and never closed.',
  CSV_MAX_RECORD_SIZE: `this row has more than ${MAX_ROW_CHARACTERS} characters. Is a quote never closed?`,
  CSV_INVALID_CLOSING_QUOTE: 'text follows a closing quote. Double the quotes within a cell.',
  INVALID_OPENING_QUOTE: 'an unquoted cell contains a quote. Put the cell in quotes, and double the quotes within it.',
}

/** The number of line breaks. For a CRLF at the end of a row csv-parse leaves out the LF. */
const breaks = (text: string): number => text.match(/\r\n|\r|\n/g)?.length ?? 0

/** `email_verified`, `Email Verified` and `emailVerified` are one name. */
const plain = (name: string): string => name.replaceAll(/[\s_-]/g, '').toLowerCase()

function assertOnce(columns: readonly string[], line: number): void {
  const twice = columns.find((column, index) => columns.indexOf(column) !== index)
  if (twice !== undefined) throw unreadable(line, `the heading has the column ${twice.slice(0, 40)} twice.`)
}

function csvRow(columns: readonly string[], cells: readonly string[], line: number, shape: CsvShape): SourceRow {
  if (cells.length > columns.length || (cells.length < columns.length && !shape.columns))
    return { line, refused: `This row has ${cells.length} cells, the heading ${columns.length}.` }
  // An empty cell is left out.
  const named = columns.flatMap((column, index) => {
    const cell = cells[index] ?? ''
    return cell === '' ? [] : [[column, shape.cell(column, cell)] as const]
  })
  return { line, value: Object.fromEntries(named) }
}

/** The columns of this server, in any order. */
export const userColumns: CsvShape = {
  heading(names, line) {
    const columns = names.map((name) => {
      const column = COLUMNS.find((known) => plain(known) === plain(name))
      if (column === undefined) throw noColumn(line, name, COLUMNS)
      return column
    })
    assertOnce(columns, line)
    if (!columns.includes('email')) throw unreadable(line, 'there is no column email.')
    return columns
  },
  /** Any other value stays as it is, and the schema of the row refuses it. Formulas are text. */
  cell(column, escaped) {
    const cell = unescapeFormula(escaped)
    if (column === 'roles') return listIn(cell)
    if (column === 'status') return cell.trim()
    if (column === 'publicMetadata' || column === 'privateMetadata') return jsonOf(cell)
    return column === 'emailVerified' ? truthOf(cell) : cell
  },
}

/** The columns of organisations, roles and memberships. A row has those of its kind. */
export const orgColumns: CsvShape = {
  heading(names, line) {
    assertOnce(names, line)
    const unknown = names.find((name) => !ORG_COLUMNS.some((known) => known === name))
    if (unknown !== undefined) throw noColumn(line, unknown, ORG_COLUMNS)
    return [...names]
  },
  cell(column, escaped) {
    const cell = unescapeFormula(escaped)
    if (column === 'roles' || column === 'permissions') return listIn(cell)
    if (column === 'settings') return jsonOf(cell)
    return column === 'mfaRequired' ? truthOf(cell) : cell
  },
}

const noColumn = (line: number, name: string, known: readonly string[]) =>
  unreadable(line, `there is no column "${name.slice(0, 40)}": the heading names ${known.join(', ')}.`)

const listIn = (cell: string): string[] => cell.split(/[\s,;|]+/).filter(Boolean)

function truthOf(cell: string): boolean | string {
  const word = cell.trim().toLowerCase()
  return TRUE.includes(word) ? true : FALSE.includes(word) ? false : cell
}

function jsonOf(cell: string): unknown {
  try {
    return JSON.parse(cell)
  } catch {
    return cell // the schema of the row refuses it
  }
}

/** The columns of another system, with the names of its heading. */
export const foreignColumns: CsvShape = {
  heading(names, line) {
    assertOnce(names, line)
    return [...names]
  },
  cell: (_, text) => text,
}

/** The first line, and the whole text including that line. */
async function peekLine(text: Text): Promise<{ first: string; whole: Text }> {
  const pieces = text[Symbol.asyncIterator]()
  let start = ''
  while (!start.includes('\n') && start.length < MAX_ROW_CHARACTERS) {
    const { value, done } = await pieces.next()
    if (done) break
    start += value
  }
  async function* whole() {
    yield start
    for (let next = await pieces.next(); !next.done; next = await pieces.next()) yield next.value
  }
  return { first: start.split(/\r\n|\r|\n/)[0] ?? '', whole: whole() }
}
