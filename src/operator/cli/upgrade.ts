import { OperatorError } from '../failure.ts'
import { readConfig } from '../../platform/environment.ts'
import { planSteps, planUpgrade } from '../upgrade-plan.bun.ts'
import { type FileCommandContext, size } from './backup.ts'
import { type CommandGroup, command, jsonOption } from './command.ts'
import { program } from './program.ts'
import { createProgress, printable } from './terminal.ts'

export const upgradeCommands = ({ env, terminal }: FileCommandContext): CommandGroup => ({
  meta: {
    name: `${program} upgrade`,
    description: 'Test an upgrade. The start of the new release does the upgrade itself.',
  },
  subCommands: {
    plan: command({
      name: 'plan',
      description: 'Migrate a copy, check it, and sign in on it. Exit code 1 if the upgrade would fail.',
      args: {
        from: {
          type: 'string',
          valueHint: 'FILE',
          description: 'A backup. Default: the database; the server may run.',
        },
        ...jsonOption,
      },
      async run({ from, json }) {
        const progress = createProgress(terminal, `upgrade plan: ${planSteps.join(', ')}`)
        const plan = await planUpgrade(readConfig(env), from, (done) => {
          if (!json) progress.show({ done, total: planSteps.length })
        })
        progress.finish()
        if (json) terminal.out(JSON.stringify(plan))
        else {
          for (const { migration, sql } of plan.statements) terminal.out(`${migration}: ${printable(oneLine(sql))}`)
          for (const { name, ok, finding } of plan.checks)
            terminal.out(`${name}: ${ok ? 'ok' : 'FAILED'}, ${plan.tookMs[name]} ms. ${printable(finding ?? '')}`)
          if (plan.ok) terminal.out(`Size: ${size(plan.bytes.before)} before, ${size(plan.bytes.after)} after.`)
        }
        if (plan.ok) return
        const failed = plan.checks.at(-1)
        throw new OperatorError({
          code: 'upgrade.would_fail',
          title: `The upgrade would fail at "${failed?.name}": ${failed?.finding}`,
          remedy: 'Keep the release that runs now. The database was not changed: the test used a copy.',
        })
      },
    }),
  },
})

const oneLine = (sql: string): string => sql.replaceAll(/\s+/g, ' ')
