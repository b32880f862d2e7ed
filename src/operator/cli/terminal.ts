/** The output of commands: tables and progress bars on a terminal, plain lines in a pipe, JSON for machines. */
import type { Progress } from '../operations.ts'

export interface Terminal {
  /** One line of the result. */
  out(line: string): void
  /** One line beside the result: progress, notes, failures. */
  note(line: string): void
  /** The whole standard input. */
  readInput(): Promise<string>
  /** The same, piece by piece. */
  input(): AsyncIterable<Uint8Array>
  /** Standard output is a terminal. */
  outIsTerminal: boolean
  /** Standard error is a terminal, so a line may be overwritten. */
  noteIsTerminal: boolean
  /** Standard input is a terminal, which shows typed text. */
  inputIsTerminal: boolean
  /** Writes to the notes without a line end. */
  draw(text: string): void
  /** Resolves when the reader of standard output has taken so much that it may get more. */
  ready(): Promise<void>
  /** Calls the listener at the first Ctrl-C (SIGINT); the second one ends the process at once. Returns what ends this. */
  onInterrupt(listener: () => void): () => void
}

/** 128 and the number of SIGINT: the exit code of a program that Ctrl-C ended. */
export const INTERRUPTED = 130

/** The terminal, pipe or file of this process. */
export function processTerminal(): Terminal {
  const { stdin, stdout, stderr } = process
  // `cli users list | head`: the reader closes the pipe early, which is not a failure.
  stdout.on('error', (error: Error & { code?: string }) => {
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })
  return {
    out: (line) => void stdout.write(`${line}\n`),
    note: (line) => void stderr.write(`${line}\n`),
    draw: (text) => void stderr.write(text),
    async readInput() {
      const chunks: Uint8Array[] = []
      for await (const chunk of stdin) chunks.push(chunk)
      return Buffer.concat(chunks).toString('utf8')
    },
    input: () => stdin,
    ready: () =>
      stdout.writableNeedDrain ? new Promise((drained) => stdout.once('drain', drained)) : Promise.resolve(),
    onInterrupt(listener) {
      let interrupted = false
      const heard = () => {
        if (interrupted) process.exit(INTERRUPTED)
        interrupted = true
        listener()
      }
      process.on('SIGINT', heard)
      return () => void process.off('SIGINT', heard)
    },
    outIsTerminal: stdout.isTTY === true,
    noteIsTerminal: stderr.isTTY === true,
    inputIsTerminal: stdin.isTTY === true,
  }
}

/** Replaces control and bidi characters. Any user can choose a name, and a name must not control a terminal or split a line. */
export const printable = (text: string): string => text.replaceAll(/[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu, '\ufffd')

/** Rows under headings. The first rows decide the widths of the columns, so a long list can be printed while it arrives. */
export function createTable(headings: readonly string[], firstRows: readonly (readonly string[])[]) {
  const widths = headings.map((heading, column) =>
    Math.max(...[heading, ...firstRows.map((row) => row[column] ?? '')].map((cell) => [...cell].length)),
  )
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - [...cell].length)))
      .join('  ')
      .trimEnd()
  return { heading: () => line(headings), row: line }
}

const BAR = 30

/** Redraws one line on a terminal; elsewhere prints a line for each quarter. `finish` moves the cursor to a new line. */
export function createProgress(terminal: Terminal, label: string) {
  let drawn = false
  let quarters = 0
  return {
    show({ done, total }: Progress): void {
      const share = total === 0 ? 1 : done / total
      const figures = `${label} ${done}/${total}`
      if (terminal.noteIsTerminal) {
        const full = Math.round(share * BAR)
        terminal.draw(`\r${'█'.repeat(full)}${'░'.repeat(BAR - full)} ${figures}`)
        drawn = true
      } else if (Math.floor(share * 4) > quarters) {
        quarters = Math.floor(share * 4)
        terminal.note(figures)
      }
    },
    finish(): void {
      if (drawn) terminal.draw('\n')
      drawn = false
    },
  }
}
