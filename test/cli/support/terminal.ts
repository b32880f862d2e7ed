import type { Terminal } from '../../../src/operator/cli/terminal.ts'

interface FakeOptions {
  input?: string
  outIsTerminal?: boolean
  noteIsTerminal?: boolean
  inputIsTerminal?: boolean
}

/** A terminal, or a pipe, that remembers what was printed. */
export function fakeTerminal({
  input = '',
  outIsTerminal = false,
  noteIsTerminal = false,
  inputIsTerminal = false,
}: FakeOptions) {
  let out = ''
  let notes = ''
  const terminal: Terminal = {
    out: (line) => {
      out += `${line}\n`
    },
    note: (line) => {
      notes += `${line}\n`
    },
    draw: (text) => {
      notes += text
    },
    readInput: async () => input,
    async *input() {
      yield new TextEncoder().encode(input)
    },
    outIsTerminal,
    noteIsTerminal,
    inputIsTerminal,
  }
  return { terminal, out: () => out, notes: () => notes }
}
