/** Operator commands. `bun run cli --help` */
import { makeFilesPrivate } from '../../db/embedded.ts'
import { auditCommands } from '../operator/cli/audit.ts'
import { backupCommand, restoreCommand } from '../operator/cli/backup.ts'
import { clockCommands } from '../operator/cli/clock.ts'
import { runCommandLine } from '../operator/cli/command.ts'
import { databaseCommands } from '../operator/cli/database.ts'
import { jobsCommands } from '../operator/cli/jobs.ts'
import { keysCommands } from '../operator/cli/keys.ts'
import { createAsk, createTogether } from '../operator/cli/operator.ts'
import { program } from '../operator/cli/program.ts'
import { setupTokenCommand } from '../operator/cli/setup-token.ts'
import { processTerminal } from '../operator/cli/terminal.ts'
import { upgradeCommands } from '../operator/cli/upgrade.ts'
import { usersCommands } from '../operator/cli/users.ts'

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
