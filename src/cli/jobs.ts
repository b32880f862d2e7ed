import { jobNames } from '../jobs.ts'
import { type CommandContext, type CommandGroup, command, jsonOption, UsageError } from './command.ts'
import { program } from './program.ts'
import { printable } from './terminal.ts'

export const jobsCommands = ({ ask, terminal }: CommandContext): CommandGroup => ({
  meta: { name: `${program} jobs`, description: 'Work that no request waits for: queued mail, sweeps. A server does it by itself.' },
  subCommands: {
    run: command({
      name: 'run',
      description: 'Run work now: all there is, or one job. Safe at any time, and to repeat.',
      args: {
        job: {
          type: 'positional',
          valueHint: 'JOB',
          required: false,
          description: `One of ${jobNames.join(', ')}.`,
        },
        ...jsonOption,
      },
      async run({ job, json }) {
        if (job !== undefined && !jobNames.some((name) => name === job))
          throw new UsageError(`There is no job "${printable(job)}": ${jobNames.join(', ')}.`)
        for await (const reply of ask('jobs.run', job === undefined ? {} : { name: job })) {
          if (!('item' in reply)) continue
          const { name, counts, complete, tookMs } = reply.item
          const done = Object.entries(counts).map(([kind, rows]) => `${rows} ${words(kind)}`)
          const rest = complete ? '' : ' There is more: run it again.'
          terminal.out(
            json ? JSON.stringify(reply.item) : `${name}: ${done.join(', ')} in ${tookMs} ms.${rest}`,
          )
        }
      },
    }),
  },
})

/** `signingKeys` → `signing keys` */
const words = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
