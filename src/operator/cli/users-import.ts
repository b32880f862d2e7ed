import { createReadStream, statSync } from 'node:fs'
import type { ImportReport } from '../../modules/users/import-schema.ts'
import { OperatorError } from '../failure.ts'
import { type CommandContext, command, jsonOption, UsageError } from './command.ts'
import { readRows } from './import/read-rows.ts'
import type { Ask, Together } from './operator.ts'
import { createProgress, printable, type Terminal } from './terminal.ts'

export interface ImportContext extends CommandContext {
  together: Together
}

/** The limits of a batch in rows and in bytes of JSON. A server accepts it, and other requests hardly wait for it. */
const BATCH_ROWS = 500
const BATCH_BYTES = 900_000
/** The maximum of refused rows that are printed; `--json` lists all of them. */
const SHOWN = 100

type Totals = Pick<ImportReport, 'created' | 'exists' | 'refused'>

interface BatchRow {
  /** From 1. */
  row: number
  line: number
  value: unknown
}

export const importCommand = ({ together, terminal }: ImportContext) =>
  command({
    name: 'import',
    description:
      'Import users of another system from a file: a JSON array, one JSON object a line, or CSV. docs/import.md. Existing users are not changed, so the command can be repeated.',
    args: {
      file: { type: 'positional', valueHint: 'FILE', required: true, description: 'A file, or - for standard input.' },
      'dry-run': { type: 'boolean', description: 'Check every row and write nothing.' },
      ...jsonOption,
    },
    async run({ file, 'dry-run': dryRun = false, json = false }) {
      const open = source(file, terminal)
      // A file that can be read twice is checked first, so a file that is broken in the middle creates no user.
      const total = open.again ? await countRows(open.bytes()) : undefined
      const report = createReport(terminal, { json, total })
      const totals = await together((ask) => importRows(ask, open.bytes(), dryRun, report))
      report.end(totals, dryRun)
      if (totals.refused > 0)
        throw new OperatorError({
          code: 'import.refused',
          title: `${totals.refused} of ${totals.created + totals.exists + totals.refused} rows were refused.`,
          remedy: 'Correct these rows and import the file again. Existing users are not changed.',
        })
    },
  })

function source(file: string, terminal: Terminal): { bytes: () => AsyncIterable<Uint8Array>; again: boolean } {
  if (file === '-') {
    if (terminal.inputIsTerminal) throw new UsageError('- reads a pipe or a file: users import - < FILE')
    return { bytes: () => terminal.input(), again: false }
  }
  const stat = statSync(file, { throwIfNoEntry: false })
  if (!stat) throw new UsageError(`There is no file ${printable(file)}.`)
  if (stat.isDirectory()) throw new UsageError(`${printable(file)} is a folder.`)
  // A named pipe can be read only once.
  return { bytes: () => createReadStream(file), again: stat.isFile() }
}

async function countRows(bytes: AsyncIterable<Uint8Array>): Promise<number> {
  let rows = 0
  for await (const _ of readRows(bytes)) rows++
  return rows
}

async function importRows(
  ask: Ask,
  bytes: AsyncIterable<Uint8Array>,
  dryRun: boolean,
  report: ReturnType<typeof createReport>,
): Promise<Totals> {
  const totals = { created: 0, exists: 0, refused: 0 }
  let batch: BatchRow[] = []
  let batchBytes = 0
  let row = 0
  const flush = async () => {
    if (batch.length > 0) await importBatch(ask, batch, dryRun, totals, report)
    report.progress(totals.created + totals.exists + totals.refused)
    batch = []
    batchBytes = 0
  }
  for await (const read of readRows(bytes)) {
    row++
    if ('refused' in read) {
      totals.refused++
      report.refused({ row, line: read.line, errors: [{ path: '/', message: read.refused }] })
      continue
    }
    const size = Buffer.byteLength(JSON.stringify(read.value)) + 1
    if (batch.length === BATCH_ROWS || batchBytes + size > BATCH_BYTES) await flush()
    batch.push({ row, line: read.line, value: read.value })
    batchBytes += size
  }
  await flush()
  return totals
}

async function importBatch(
  ask: Ask,
  batch: readonly BatchRow[],
  dryRun: boolean,
  totals: Totals,
  report: ReturnType<typeof createReport>,
): Promise<void> {
  for await (const reply of ask('users.import', { users: batch.map(({ value }) => value), dryRun })) {
    if (!('item' in reply)) continue
    for (const { index, status, errors = [] } of reply.item.items) {
      totals[status]++
      const at = batch[index]
      if (status === 'refused' && at) report.refused({ row: at.row, line: at.line, errors })
    }
  }
}

interface RefusedRow {
  row: number
  line: number
  errors: readonly { path: string; message: string }[]
}

const NOTED_EVERY = 10_000

/** Reports the result of the rows on a terminal, in a log or as JSON. */
function createReport(terminal: Terminal, { json, total }: { json: boolean; total: number | undefined }) {
  const bar = createProgress(terminal, 'users')
  let shown = 0
  let noted = 0
  return {
    progress(done: number): void {
      if (json) return
      if (total !== undefined) bar.show({ done, total })
      else if (done >= noted + NOTED_EVERY) {
        noted = done
        terminal.note(`users ${done}`)
      }
    },
    refused({ row, line, errors }: RefusedRow): void {
      if (json) {
        terminal.out(JSON.stringify({ row, line, status: 'refused', errors }))
        return
      }
      if (shown++ === SHOWN) terminal.note('… and more rows were refused: --json lists all of them.')
      if (shown > SHOWN) return
      const reasons = errors.map(({ path, message }) => (path === '/' ? message : `${path}: ${message}`))
      // The cursor is on the line of the progress bar.
      bar.finish()
      terminal.note(printable(`Row ${row}, line ${line}: ${reasons.join(' ')}`))
    },
    end({ created, exists, refused }: Totals, dryRun: boolean): void {
      if (json) {
        terminal.out(JSON.stringify({ created, exists, refused, dryRun }))
        return
      }
      bar.finish()
      const made = dryRun ? `${created} would be created` : `${created} created`
      terminal.out(`${made}, ${exists} existed already, ${refused} refused.`)
    },
  }
}
