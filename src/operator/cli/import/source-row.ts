import { OperatorError } from '../../failure.ts'

/** A row of a file: a value for `POST /v1/users/import`, or the reason why it cannot be read. */
export type SourceRow = {
  /** From 1. */
  line: number
} & ({ value: unknown } | { refused: string })

/** A file in pieces of text. */
export type Text = AsyncIterable<string>

/** No user needs so many characters. A quote that is never closed makes a row that long. */
export const MAX_ROW_CHARACTERS = 65_536

/** The rest of the file cannot be read. */
export const unreadable = (line: number, what: string): OperatorError =>
  new OperatorError({
    code: 'import.unreadable',
    title: `Line ${line}: ${what}`,
    remedy: 'Correct the file and import it again. Existing users are not changed.',
  })

/** Makes a row of its JSON text. */
export type ParseRow = (line: number, json: string) => SourceRow

/** The value of a row written as JSON. */
export const parseRow: ParseRow = (line, json) => {
  try {
    return { line, value: JSON.parse(json) as unknown }
  } catch {
    return { line, refused: 'This is not well-formed JSON.' }
  }
}

/** For counting: the place of a row alone, at a tenth of the cost. */
export const placeRow: ParseRow = (line) => ({ line, value: undefined })
