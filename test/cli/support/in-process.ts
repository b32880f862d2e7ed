/** The command line of `src/entries/cli.ts` in this process: the same commands, without the 0.4 s of CPU that each start costs. */
import { auditCommands } from '../../../src/operator/cli/audit.ts'
import { backupCommand, restoreCommand } from '../../../src/operator/cli/backup.ts'
import { clockCommands } from '../../../src/operator/cli/clock.ts'
import { runCommandLine } from '../../../src/operator/cli/command.ts'
import { databaseCommands } from '../../../src/operator/cli/database.ts'
import { jobsCommands } from '../../../src/operator/cli/jobs.ts'
import { keysCommands } from '../../../src/operator/cli/keys.ts'
import { createAsk, createTogether } from '../../../src/operator/cli/operator.ts'
import { setupTokenCommand } from '../../../src/operator/cli/setup-token.ts'
import { upgradeCommands } from '../../../src/operator/cli/upgrade.ts'
import { usersCommands } from '../../../src/operator/cli/users.ts'
import { fakeTerminal } from './terminal.ts'

/** Runs the words of one command into pipes, as a process with this environment would. Its log goes where this process logs. */
export async function runCli(words: string[], env: Record<string, string | undefined>) {
  const { terminal, out, notes } = fakeTerminal({})
  const context = { ask: createAsk(env), terminal }
  const files = { env, terminal }
  const subCommands = {
    users: usersCommands({ ...context, together: createTogether(env) }),
    keys: keysCommands(context),
    jobs: jobsCommands(context),
    audit: auditCommands(context),
    clock: clockCommands(context),
    database: databaseCommands({ ...context, ...files }),
    backup: backupCommand(files),
    restore: restoreCommand(files),
    upgrade: upgradeCommands(files),
    'setup-token': setupTokenCommand(context),
  }
  const code = await runCommandLine({ meta: { name: 'cli' }, subCommands }, words, terminal)
  return { code, stdout: out(), stderr: notes() }
}
