/** Rows of users from bytes in one of three formats: a JSON array, JSON Lines, or CSV. */
import { readCsv } from './csv-rows.ts'
import { readJsonArray, readJsonLines } from './json-rows.ts'
import { type SourceRow, type Text, unreadable } from './source-row.ts'

/** The first character that is not a blank decides the format. Throws `import.unreadable`. */
export async function* readRows(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<SourceRow, void, undefined> {
  const pieces = decode(bytes)
  for (let start = ''; ; ) {
    const { value, done } = await pieces.next()
    if (done) return
    start += value
    const first = start.trimStart()[0]
    if (first === undefined) continue
    const text = joined(start, pieces)
    return yield* first === '[' ? readJsonArray(text) : first === '{' ? readJsonLines(text) : readCsv(text)
  }
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
      line += text.split('\n').length - 1
    }
    yield decoder.decode()
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw unreadable(line, 'here or soon after, the file is not UTF-8. Save it as UTF-8.')
  }
}
