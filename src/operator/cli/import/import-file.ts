/** An import of one file, from its first row to the report. */
import { OperatorError } from '../../failure.ts'
import { Interrupted } from '../command.ts'
import { program } from '../program.ts'
import type { Terminal } from '../terminal.ts'
import type { SourceFile } from './file.ts'
import { type ImportedFile, importRows, type Place } from './import-rows.ts'
import { type FileShape, readRows } from './read-rows.ts'
import { createReport, type Totals } from './report.ts'

export interface FileImport extends Pick<ImportedFile, 'shape' | 'skip' | 'take'> {
  source: SourceFile
  /** Runs the import with `send`. */
  run(work: (send: ImportedFile['send'], alone?: () => boolean) => Promise<void>): Promise<void>
  /** What the rows are, in the plural. */
  noun: string
  leftOut: ReadonlyMap<string, number>
  /** The words of the command, without `--skip`. */
  words: readonly string[]
  dryRun: boolean
  json: boolean
}

/**
 * Imports the file and reports the result. A file that can be read twice is checked first, so a file that is broken in the
 * middle creates nothing. Throws `import.refused` if rows were refused. Ctrl-C finishes the batch that was sent, and throws
 * `import.interrupted`, which says what is kept and how to go on.
 */
export async function importFile(terminal: Terminal, file: FileImport): Promise<void> {
  const { source, shape, skip, take, noun, dryRun, json, leftOut } = file
  const stop = new AbortController()
  const stopListening = terminal.onInterrupt(() => stop.abort())
  try {
    const total = source.again ? await countRows(source, shape, stop.signal) : undefined
    const report = createReport(terminal, { json, total, noun })
    await file.run(async (send, alone) => {
      const rows: ImportedFile = { bytes: source.bytes(), shape, skip, take, alone, send }
      const { totals, kept, done } = await importRows(rows, report, stop.signal)
      if (!done) {
        if (!json) report.finish()
        throw interrupted(file, totals, kept, total)
      }
      report.end(totals, leftOut, dryRun)
      if (totals.refused > 0)
        throw new OperatorError({
          code: 'import.refused',
          title: `${totals.refused} of ${totals.created + totals.exists + totals.refused} rows were refused.`,
          remedy: `Correct these rows and import the file again. Existing ${noun} are not changed.`,
        })
    })
  } finally {
    stopListening()
  }
}

async function countRows(source: SourceFile, shape: FileShape, stop: AbortSignal): Promise<number> {
  let rows = 0
  for await (const _ of readRows(source.bytes(), shape, { count: true })) {
    if (stop.aborted) break
    rows++
  }
  return rows
}

function interrupted(
  { words, skip, dryRun, source }: FileImport,
  { created, exists }: Totals,
  kept: Place,
  total: number | undefined,
): Interrupted {
  const done = Math.max(kept.row, skip)
  const again = [...words, ...(done > 0 ? ['--skip', String(done)] : [])].map(inShell).join(' ')
  const of = total === undefined ? '' : ` of ${total}`
  const verb = dryRun ? 'checked' : 'imported'
  return new Interrupted({
    code: 'import.interrupted',
    title:
      kept.row <= skip
        ? `Interrupted before the first batch: no row was ${verb}${skip > 0 ? ' after the skipped ones' : ''}.`
        : `Interrupted: ${done}${of} rows are ${verb}, up to line ${kept.line}: ${created} ${dryRun ? 'would be created' : 'created'}, ${exists} existed already.`,
    remedy: `To go on${source.again ? '' : ' with the same input'}: ${program} ${again}`,
  })
}

/** A word as a shell reads it. */
const inShell = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)
