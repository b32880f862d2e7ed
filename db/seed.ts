/** `bun run db:seed`: demo data, through the running server or without one. */
import { makeFilesPrivate } from './embedded.ts'
import { runCommandLine } from '../src/operator/cli/command.ts'
import { createAsk } from '../src/operator/cli/operator.ts'
import { seedCommand } from '../src/operator/cli/seed.ts'
import { processTerminal } from '../src/operator/cli/terminal.ts'

makeFilesPrivate()
const terminal = processTerminal()
const command = seedCommand({ ask: createAsk(process.env), terminal })
process.exitCode = await runCommandLine(command, process.argv.slice(2), terminal)
