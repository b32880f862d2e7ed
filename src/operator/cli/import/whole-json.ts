/** Small files of JSON: an array of objects, or one object. */
import { UsageError } from '../command.ts'
import { OperatorError } from '../../failure.ts'
import type { Terminal } from '../terminal.ts'
import { sourceFile } from './file.ts'

const MAX_BYTES = 8 * 1024 * 1024

export interface RefusableRow {
  index: number
  status: 'created' | 'updated' | 'exists' | 'refused'
  errors?: readonly { path: string; message: string }[]
}

/** The rows of a file, or of standard input (`-`). Throws `UsageError`. */
export async function jsonRows(file: string, terminal: Terminal, command: string): Promise<unknown[]> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of sourceFile(file, terminal, command).bytes()) {
    size += chunk.byteLength
    if (size > MAX_BYTES) throw new UsageError('The file has more than 8 MiB.')
    chunks.push(chunk)
  }
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(Buffer.concat(chunks)))
  } catch {
    throw new UsageError('The file is not JSON in UTF-8: an array of objects is expected.')
  }
  const rows: unknown[] = Array.isArray(value) ? value : [value]
  if (rows.length === 0) throw new UsageError('The file has no objects.')
  return rows
}

/** Prints what an import did, or every refusal. Throws `import.refused`: then nothing was written. */
export function reportRows<Row extends RefusableRow>(
  terminal: Terminal,
  rows: readonly Row[],
  {
    noun,
    nameOf,
    dryRun,
    json,
    more = () => [],
  }: { noun: string; nameOf: (row: Row) => string; dryRun: boolean; json: boolean; more?: (row: Row) => string[] },
): void {
  const refused = rows.filter(({ status }) => status === 'refused')
  for (const row of refused.length > 0 ? refused : rows) {
    if (json) terminal.out(JSON.stringify(row))
    else if (row.status === 'refused')
      for (const { path, message } of row.errors ?? []) terminal.note(`Item ${row.index + 1}, ${path}: ${message}.`)
    else for (const line of [`${nameOf(row)}: ${WORDS[row.status]}.`, ...more(row)]) terminal.out(line)
  }
  if (refused.length > 0)
    throw new OperatorError({
      code: 'import.refused',
      title: `${refused.length} of ${rows.length} ${noun} were refused, so nothing was imported.`,
      remedy: 'Correct these items and import the file again.',
    })
  const count = (status: RefusableRow['status']) => rows.filter((row) => row.status === status).length
  if (!json)
    terminal.note(
      `${dryRun ? 'Nothing was written. It would be: ' : ''}${count('created')} created, ${count('updated')} updated, ${count('exists')} unchanged.`,
    )
}

const WORDS = { created: 'created', updated: 'updated', exists: 'unchanged' } as const
