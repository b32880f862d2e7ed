/** Rows of a file in one of three formats: JSON with an array, JSON Lines, or CSV. */
import { type CsvShape, readCsv, userColumns } from './csv-rows.ts'
import { readJsonArray, readJsonLines, seekArray } from './json-rows.ts'
import { MAX_ROW_CHARACTERS, parseRow, placeRow, type SourceRow, type Text, unreadable } from './source-row.ts'

/** What another system writes beside the three formats of this one. */
export interface FileShape {
  /** The rows may be the array with this name in one JSON object. */
  arrayIn?: string | undefined
  csv?: CsvShape
}

/** The first character that is not a blank decides the format. `count`: the rows have no values. Throws `import.unreadable`. */
export async function* readRows(
  bytes: AsyncIterable<Uint8Array>,
  { arrayIn, csv = userColumns }: FileShape = {},
  { count = false } = {},
): AsyncGenerator<SourceRow, void, undefined> {
  const parse = count ? placeRow : parseRow
  const pieces = decode(bytes)
  for (let start = ''; ; ) {
    const { value, done } = await pieces.next()
    if (done) return
    start += value
    const first = start.trimStart()[0]
    if (first === undefined) continue
    if (first === '[') return yield* readJsonArray(joined(start, pieces), parse)
    if (first !== '{') return yield* readCsv(joined(start, pieces), csv)
    if (arrayIn === undefined) return yield* readJsonLines(joined(start, pieces), parse)
    const { line, text } = await peekLine(start, pieces)
    return yield* isRow(line, arrayIn)
      ? readJsonLines(text, parse)
      : readJsonArray(seekArray(text, arrayIn), parse, { textAfter: true })
  }
}

/** A first line that is a whole object without the array is the first of one object a line. */
function isRow(line: string, arrayIn: string): boolean {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null && !(arrayIn in value)
  } catch {
    return false
  }
}

async function peekLine(
  start: string,
  pieces: AsyncGenerator<string, void, undefined>,
): Promise<{ line: string; text: Text }> {
  let text = start.trimStart()
  const blanks = start.slice(0, start.length - text.length)
  while (!text.includes('\n') && text.length < MAX_ROW_CHARACTERS) {
    const { value, done } = await pieces.next()
    if (done) break
    text += value
  }
  return { line: text.split('\n', 1)[0] ?? '', text: joined(blanks + text, pieces) }
}

async function* joined(start: string, rest: Text): Text {
  yield start
  yield* rest
}

/** The text of the bytes, without a byte order mark. */
async function* decode(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let line = 1
  try {
    for await (const chunk of bytes) {
      const text = decoder.decode(chunk, { stream: true })
      yield text
      line += breaks(text)
    }
    yield decoder.decode()
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw unreadable(line, 'here or soon after, the file is not UTF-8. Save it as UTF-8.')
  }
}

function breaks(text: string): number {
  let count = 0
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++
  return count
}
