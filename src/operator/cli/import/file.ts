import { createReadStream, readFileSync, statSync } from 'node:fs'
import { UsageError } from '../command.ts'
import { printable, type Terminal } from '../terminal.ts'

export interface SourceFile {
  bytes(): AsyncIterable<Uint8Array>
  /** It can be read twice. */
  again: boolean
}

/** A file, or `-` for standard input. Throws `UsageError`. */
export function sourceFile(file: string, terminal: Terminal, command: string): SourceFile {
  if (file === '-') {
    if (terminal.inputIsTerminal) throw new UsageError(`- reads a pipe or a file: ${command} - < FILE`)
    return { bytes: () => terminal.input(), again: false }
  }
  const stat = statOf(file)
  // A named pipe can be read only once.
  return { bytes: () => createReadStream(file), again: stat.isFile() }
}

/** A small file as text. Throws `UsageError`. */
export function smallFile(file: string): string {
  const stat = statOf(file)
  if (stat.size > MAX_SMALL_BYTES) throw new UsageError(`${printable(file)} is not a file of settings.`)
  return readFileSync(file, 'utf8')
}

const MAX_SMALL_BYTES = 65_536

function statOf(file: string) {
  const stat = statSync(file, { throwIfNoEntry: false })
  if (!stat) throw new UsageError(`There is no file ${printable(file)}.`)
  if (stat.isDirectory()) throw new UsageError(`${printable(file)} is a folder.`)
  return stat
}
