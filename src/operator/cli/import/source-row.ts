import { OperatorError } from '../../failure.ts'

/** A row of a file, as it stands there: what `POST /v1/users/import` takes, or why it cannot even be that. */
export type SourceRow = { /** From 1. */ line: number } & ({ value: unknown } | { refused: string })

/** A file in pieces of text. */
export type Text = AsyncIterable<string>

/** No user takes that much; a quote that is never closed does. */
export const MAX_ROW_CHARACTERS = 65_536

/** The file as a whole makes no sense from here on. */
export const unreadable = (line: number, what: string): OperatorError =>
  new OperatorError({
    code: 'import.unreadable',
    title: `Line ${line}: ${what}`,
    remedy: 'Correct the file and import it again: who is there already stays as they are.',
  })

/** The value of a row written as JSON. */
export function parseRow(line: number, json: string): SourceRow {
  try {
    return { line, value: JSON.parse(json) as unknown }
  } catch {
    return { line, refused: 'This is not well-formed JSON.' }
  }
}
