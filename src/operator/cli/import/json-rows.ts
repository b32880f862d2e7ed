/** JSON, read in pieces: an array of objects, or one object a line. Keeps one row in memory at a time. */
import { MAX_ROW_CHARACTERS, parseRow, type SourceRow, type Text, unreadable } from './source-row.ts'

/** One object a line (JSON Lines). Empty lines are skipped. */
export async function* readJsonLines(text: Text): AsyncGenerator<SourceRow, void, undefined> {
  let line = 1
  let rest = ''
  let first = true
  for await (const chunk of text) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const json of lines) {
      if (json.trim() !== '') yield row(json)
      line++
    }
    if (rest.length > MAX_ROW_CHARACTERS) throw tooLong(line)
  }
  if (rest.trim() !== '') yield row(rest)

  function row(json: string): SourceRow {
    if (json.length > MAX_ROW_CHARACTERS) throw tooLong(line)
    const read = parseRow(line, json)
    if (first && 'refused' in read)
      throw unreadable(
        line,
        'this is not a complete JSON object. The file must be a JSON array of objects, or have one object a line.',
      )
    first = false
    return read
  }
}

/** The elements of one array, with line breaks anywhere. Throws if the array does not end, or if text follows it. */
export async function* readJsonArray(text: Text): AsyncGenerator<SourceRow, void, undefined> {
  let line = 1
  let startedAt = 1
  /** 0: before the array. 1: in it. More: in a row. -1: after it. */
  let depth = 0
  let inString = false
  let escaped = false
  let element = ''
  let elements = 0

  for await (const chunk of text) {
    let from = 0
    for (let at = 0; at < chunk.length; at++) {
      const character = chunk[at]
      if (character === '\n') line++
      if (inString) {
        if (escaped) escaped = false
        else if (character === '\\') escaped = true
        else if (character === '"') inString = false
        continue
      }
      if (depth === -1) {
        if (character?.trim()) throw unreadable(line, 'text follows the end of the array.')
        continue
      }
      if (character === '"') inString = true
      else if (character === '[' || character === '{') {
        depth++
        if (depth === 1) from = at + 1
      } else if (character === ']' || character === '}') {
        depth--
        if (depth > 0) continue
        const last = element + chunk.slice(from, at)
        if (last.trim() !== '' || elements > 0) yield elementAt(startedAt, last)
        element = ''
        depth = -1
      } else if (character === ',' && depth === 1) {
        yield elementAt(startedAt, element + chunk.slice(from, at))
        elements++
        element = ''
        from = at + 1
        startedAt = line
      }
    }
    if (depth > 0) element += chunk.slice(from)
    if (element.length > MAX_ROW_CHARACTERS) throw tooLong(startedAt)
  }
  if (depth !== -1) throw unreadable(line, 'the array does not end. Is the file cut short?')
}

/** `line` is the line where the text begins. The row begins after the blanks. */
const elementAt = (line: number, text: string): SourceRow =>
  parseRow(line + (/^\s*/.exec(text)?.[0].split('\n').length ?? 1) - 1, text)

const tooLong = (line: number) => unreadable(line, `a row of more than ${MAX_ROW_CHARACTERS} characters begins here.`)
