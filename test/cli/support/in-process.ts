/** The command line of `src/entries/cli.ts` in this process: the same commands, without the 0.4 s of CPU that each start costs. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { runCommandLine } from '../../../src/operator/cli/command.ts'
import { operatorCommands } from '../../../src/operator/cli/commands.ts'
import type { Terminal } from '../../../src/operator/cli/terminal.ts'
import { fakeTerminal } from './terminal.ts'

/** The terminal of the command that runs. What it logs is its standard error, as in a process of its own. */
const terminals = new AsyncLocalStorage<Terminal>()
const write = process.stderr.write.bind(process.stderr)
process.stderr.write = ((chunk: string | Uint8Array) => {
  const terminal = terminals.getStore()
  if (terminal === undefined) return write(chunk)
  terminal.draw(Buffer.from(chunk).toString())
  return true
}) as typeof process.stderr.write // the log gives no more than the text

/** Runs the words of one command into pipes, as a process with this environment would. */
export async function runCli(words: string[], env: Record<string, string | undefined>, { stdin = '' } = {}) {
  const { terminal, out, notes } = fakeTerminal({ input: stdin })
  const subCommands = operatorCommands(env, terminal)
  const code = await terminals.run(terminal, () =>
    runCommandLine({ meta: { name: 'cli' }, subCommands }, words, terminal),
  )
  return { code, stdout: out(), stderr: notes() }
}
