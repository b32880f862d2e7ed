/** `bun run db:seed`: demo data, through the running server or without one. */
import { makeFilesPrivate } from './embedded.ts'
import { runCommandLine } from '../src/cli/command.ts'
import { createAsk } from '../src/cli/operator.ts'
import { seedCommand } from '../src/cli/seed.ts'
import { processTerminal } from '../src/cli/terminal.ts'

makeFilesPrivate()
const terminal = processTerminal()
const command = seedCommand({ ask: createAsk(process.env), terminal })
process.exitCode = await runCommandLine(command, process.argv.slice(2), terminal)
