/** Operator commands. `bun run cli --help` */
import { makeFilesPrivate } from '../db/embedded.ts'
import { auditCommands } from './cli/audit.ts'
import { backupCommand, restoreCommand } from './cli/backup.ts'
import { clockCommands } from './cli/clock.ts'
import { runCommandLine } from './cli/command.ts'
import { databaseCommands } from './cli/database.ts'
import { jobsCommands } from './cli/jobs.ts'
import { keysCommands } from './cli/keys.ts'
import { createAsk, createTogether } from './cli/operator.ts'
import { program } from './cli/program.ts'
import { setupTokenCommand } from './cli/setup-token.ts'
import { processTerminal } from './cli/terminal.ts'
import { upgradeCommands } from './cli/upgrade.ts'
import { usersCommands } from './cli/users.ts'

makeFilesPrivate()
const terminal = processTerminal()
const context = { ask: createAsk(process.env), terminal }
const files = { env: process.env, terminal }

process.exitCode = await runCommandLine(
  {
    meta: { name: program, description: 'Operator commands: through the running server, or without one.' },
    subCommands: {
      users: usersCommands({ ...context, together: createTogether(process.env) }),
      keys: keysCommands(context),
      jobs: jobsCommands(context),
      audit: auditCommands(context),
      clock: clockCommands(context),
      database: databaseCommands({ ...context, ...files }),
      backup: backupCommand(files),
      restore: restoreCommand(files),
      upgrade: upgradeCommands(files),
      'setup-token': setupTokenCommand(context),
    },
  },
  process.argv.slice(2),
  terminal,
)
