import type { ImportReport } from '../../../modules/users/import-schema.ts'
import { createProgress, printable, type Terminal } from '../terminal.ts'

/** The maximum of refused rows that are printed; `--json` lists all of them. */
const SHOWN = 100
const NOTED_EVERY = 10_000

export type Totals = Pick<ImportReport, 'created' | 'exists' | 'refused'>

interface RefusedRow {
  /** From 1. */
  row: number
  line: number
  errors: readonly { path: string; message: string }[]
}

export type Report = ReturnType<typeof createReport>

/** Reports the result of the rows on a terminal, in a log or as JSON. `noun`: what the rows are. */
export function createReport(
  terminal: Terminal,
  { json, total, noun }: { json: boolean; total: number | undefined; noun: string },
) {
  const bar = createProgress(terminal, noun)
  let shown = 0
  let noted = 0
  return {
    progress(done: number): void {
      if (json) return
      if (total !== undefined) bar.show({ done, total })
      else if (done >= noted + NOTED_EVERY) {
        noted = done
        terminal.note(`${noun} ${done}`)
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
    /** `leftOut`: what the rows had and the import did not take, and in how many rows. */
    end({ created, exists, refused }: Totals, leftOut: ReadonlyMap<string, number>, dryRun: boolean): void {
      if (json) {
        const left = leftOut.size === 0 ? {} : { leftOut: Object.fromEntries(leftOut) }
        terminal.out(JSON.stringify({ created, exists, refused, ...left, dryRun }))
        return
      }
      bar.finish()
      const left = [...leftOut].map(([what, count]) => `${what} (${count})`).join(', ')
      if (left !== '') terminal.note(printable(`Left out, with the number of rows: ${left}.`))
      const made = dryRun ? `${created} would be created` : `${created} created`
      terminal.out(`${made}, ${exists} existed already, ${refused} refused.`)
    },
    /** Moves the cursor below the progress bar. */
    finish: bar.finish,
  }
}
