/** JSON, read in pieces: an array of objects, or one object a line. Keeps one row in memory at a time. */
import { MAX_ROW_CHARACTERS, type ParseRow, parseRow, type SourceRow, type Text, unreadable } from './source-row.ts'

/** One object a line (JSON Lines). Empty lines are skipped. */
export async function* readJsonLines(text: Text, parse: ParseRow): AsyncGenerator<SourceRow, void, undefined> {
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
    const read = (first ? parseRow : parse)(line, json)
    if (first && 'refused' in read)
      throw unreadable(
        line,
        'this is not a complete JSON object. The file must be a JSON array of objects, or have one object a line.',
      )
    first = false
    return read
  }
}

/**
 * The elements of one array, with line breaks anywhere. Throws if the array does not end, or if text follows it that may
 * not (`textAfter`).
 */
export async function* readJsonArray(
  text: Text,
  parse: ParseRow,
  { textAfter = false } = {},
): AsyncGenerator<SourceRow, void, undefined> {
  /** `line` is the line where the text begins. The row begins after the blanks. */
  const elementAt = (line: number, text: string): SourceRow =>
    parse(line + (/^\s*/.exec(text)?.[0].split('\n').length ?? 1) - 1, text)

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
        if (!textAfter && character?.trim()) throw unreadable(line, 'text follows the end of the array.')
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

/** A key that is longer is not the one that is looked for. */
const MAX_KEY_CHARACTERS = 100

/**
 * The text of one JSON object from the `[` of its array `key`. Instead of the text before it has the line breaks alone, so
 * lines keep their numbers. Throws if the object has no such array.
 */
export async function* seekArray(text: Text, key: string): Text {
  let line = 1
  let depth = 0
  let inString = false
  let escaped = false
  /** The last string in the object itself, and whether a colon followed it. */
  let word = ''
  let isKey = false
  let found = false
  for await (const chunk of text) {
    if (found) {
      yield chunk
      continue
    }
    for (let at = 0; at < chunk.length; at++) {
      const character = chunk[at] ?? ''
      if (inString) {
        if (escaped) escaped = false
        else if (character === '\\') escaped = true
        else if (character === '"') inString = false
        else if (depth === 1 && word.length < MAX_KEY_CHARACTERS) word += character
        continue
      }
      if (character === '\n') line++
      if (character.trim() === '') continue
      if (depth === 1 && isKey && word === key && character === '[') {
        found = true
        yield '\n'.repeat(line - 1) + chunk.slice(at)
        break
      }
      isKey = character === ':' && depth === 1
      if (character === '"') {
        inString = true
        if (depth === 1) word = ''
      } else if (character === '{' || character === '[') depth++
      else if (character === '}' || character === ']') depth--
    }
  }
  if (!found) throw unreadable(line, `the object has no array "${key}".`)
}

const tooLong = (line: number) => unreadable(line, `a row of more than ${MAX_ROW_CHARACTERS} characters begins here.`)
