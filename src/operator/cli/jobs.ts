import { jobNames } from '../../jobs.ts'
import { type Job, jobStates } from '../../modules/jobs/schema.ts'
import { OperatorError } from '../failure.ts'
import { type CommandContext, type CommandGroup, command, jsonOption, UsageError, wholeNumber } from './command.ts'
import { program } from './program.ts'
import { createTable, printable } from './terminal.ts'

export const jobsCommands = (context: CommandContext): CommandGroup => ({
  meta: {
    name: `${program} jobs`,
    description: 'Background work: queued mail, sweeps. A server does it by itself.',
  },
  subCommands: {
    list: listCommand(context),
    retry: retryCommand(context),
    discard: discardCommand(context),
    run: runCommand(context),
  },
})

const listCommand = ({ ask, terminal }: CommandContext) =>
  command({
    name: 'list',
    description: 'List queued jobs, newest first: a table on a terminal, otherwise lines separated by tabs.',
    args: {
      state: {
        type: 'enum',
        options: [...jobStates],
        description: 'Only jobs in this state. A dead job was given up.',
      },
      kind: { type: 'string', description: 'Only jobs of this kind, such as mail.' },
      limit: { type: 'string', valueHint: 'number', default: '100', description: 'The maximum number of jobs.' },
      ...jsonOption,
    },
    async run({ state, kind, limit: limitText, json }) {
      const limit = wholeNumber('--limit', limitText) ?? DEFAULT_LIMIT
      const filter = { limit, ...(state === undefined ? {} : { state }), ...(kind === undefined ? {} : { kind }) }
      const rows: string[][] = []
      for await (const reply of ask('jobs.list', filter)) {
        if (!('item' in reply)) continue
        if (json) terminal.out(JSON.stringify(reply.item))
        else if (terminal.outIsTerminal) rows.push(cells(reply.item))
        else terminal.out(cells(reply.item).join('\t'))
      }
      if (json || !terminal.outIsTerminal) return
      const table = createTable(headings, rows)
      for (const line of [table.heading(), ...rows.map(table.row)]) terminal.out(line)
    },
  })

const DEFAULT_LIMIT = 100
const headings = ['ID', 'KIND', 'STATE', 'ATTEMPTS', 'NEXT', 'QUEUED', 'LAST ERROR']
const cells = ({ id, kind, state, attempts, runAt, createdAt, lastError }: Job): string[] =>
  [id, kind, state, String(attempts), state === 'pending' ? runAt : '', createdAt, lastError ?? ''].map(printable)

const retryCommand = ({ ask, terminal }: CommandContext) =>
  command({
    name: 'retry',
    description: 'Make one job, or all dead jobs, due now. The number of attempts starts again.',
    args: {
      id: { type: 'positional', valueHint: 'ID', required: false, description: 'The id of a pending or dead job.' },
      dead: { type: 'boolean', description: 'All dead jobs.' },
      ...jsonOption,
    },
    async run({ id, dead = false, json }) {
      if ((id === undefined) === !dead) throw new UsageError('Name one job, or pass --dead.')
      let retried = 0
      for await (const reply of ask('jobs.retry', id === undefined ? { dead: true } : { id })) {
        if (!('item' in reply)) continue
        retried++
        if (json) terminal.out(JSON.stringify(reply.item))
        else if (!dead) terminal.out(`${reply.item.id} is due now.`)
      }
      if (dead && !json) terminal.out(`${retried} dead ${retried === 1 ? 'job is' : 'jobs are'} due now.`)
    },
  })

const discardCommand = ({ ask, terminal }: CommandContext) =>
  command({
    name: 'discard',
    description: 'Give up a job for good, and delete its data.',
    args: {
      id: { type: 'positional', valueHint: 'ID', required: true, description: 'The id of a pending or dead job.' },
      ...jsonOption,
    },
    async run({ id, json }) {
      for await (const reply of ask('jobs.discard', { id }))
        if ('item' in reply) terminal.out(json ? JSON.stringify(reply.item) : `${reply.item.id} is discarded.`)
    },
  })

const runCommand = ({ ask, terminal }: CommandContext) =>
  command({
    name: 'run',
    description: 'Run all background work now, or one job. It is safe at any time, and safe to repeat.',
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
      const waiting: string[] = []
      for await (const reply of ask('jobs.run', job === undefined ? {} : { name: job })) {
        if (!('item' in reply)) continue
        const { name, counts, complete, tookMs, waitsForClock = false } = reply.item
        if (waitsForClock) waiting.push(name)
        if (waitsForClock && !json) continue
        const done = Object.entries(counts).map(([kind, rows]) => `${rows} ${words(kind)}`)
        const rest = complete ? '' : ' There is more: run it again.'
        terminal.out(json ? JSON.stringify(reply.item) : `${name}: ${done.join(', ')} in ${tookMs} ms.${rest}`)
      }
      if (waiting.length > 0)
        throw new OperatorError({
          code: 'clock.not_believed',
          title: `The clock is not believed: ${waiting.join(', ')} did not run, and deleted nothing.`,
          remedy: `Correct the clock (it shows ${new Date().toISOString()}). If it is right, run: ${program} clock trust`,
        })
    },
  })

/** `signingKeys` → `signing keys` */
const words = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
