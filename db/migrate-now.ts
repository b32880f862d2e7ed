/** `bun run db:migrate`: applies the pending migrations. */
import { runCommandLine } from '../src/operator/cli/command.ts'
import { migrateCommand } from '../src/operator/cli/migrate.ts'
import { processTerminal } from '../src/operator/cli/terminal.ts'
import { makeFilesPrivate } from './embedded.ts'

makeFilesPrivate()
const terminal = processTerminal()
const command = migrateCommand({ env: process.env, terminal })
process.exitCode = await runCommandLine(command, process.argv.slice(2), terminal)
