/** Operator commands. `bun run cli --help` */

import { makeFilesPrivate } from '../../db/embedded.ts'
import { version } from '../../package.json' with { type: 'json' }
import { runCommandLine } from '../operator/cli/command.ts'
import { operatorCommands } from '../operator/cli/commands.ts'
import { program } from '../operator/cli/program.ts'
import { processTerminal } from '../operator/cli/terminal.ts'

makeFilesPrivate()
const terminal = processTerminal()

process.exitCode = await runCommandLine(
  {
    meta: { name: program, description: 'Operator commands: through the running server, or without one.' },
    subCommands: operatorCommands(process.env, terminal),
  },
  process.argv.slice(2),
  terminal,
  version,
)
