import type { Terminal } from '../../../src/operator/cli/terminal.ts'

interface FakeOptions {
  input?: string
  outIsTerminal?: boolean
  noteIsTerminal?: boolean
  inputIsTerminal?: boolean
  /** Ctrl-C comes when this many lines were noted. */
  interruptedAfterNotes?: number
}

/** A terminal, or a pipe, that remembers what was printed. */
export function fakeTerminal({
  input = '',
  outIsTerminal = false,
  noteIsTerminal = false,
  inputIsTerminal = false,
  interruptedAfterNotes = Number.POSITIVE_INFINITY,
}: FakeOptions) {
  let out = ''
  let notes = ''
  let noted = 0
  let interrupt = () => {}
  const terminal: Terminal = {
    out: (line) => {
      out += `${line}\n`
    },
    note: (line) => {
      notes += `${line}\n`
      if (++noted === interruptedAfterNotes) interrupt()
    },
    draw: (text) => {
      notes += text
    },
    readInput: async () => input,
    async *input() {
      yield new TextEncoder().encode(input)
    },
    ready: async () => {},
    onInterrupt: (listener) => {
      interrupt = listener
      return () => {
        interrupt = () => {}
      }
    },
    outIsTerminal,
    noteIsTerminal,
    inputIsTerminal,
  }
  return { terminal, out: () => out, notes: () => notes }
}
