/** `bun run bench [scenario]`: measures beside references. docs/benchmarks.md explains the results. */
import { availableParallelism, loadavg } from 'node:os'
import { command, jsonOption, runCommandLine, UsageError, wholeNumber } from '../src/operator/cli/command.ts'
import { createProgress, processTerminal } from '../src/operator/cli/terminal.ts'
import { measureAuthz } from './authz.ts'
import { measureBulk } from './bulk.ts'
import { cleanUp, cutOff } from './children.ts'
import { measureConsole } from './console.ts'
import { measureFlood } from './flood.ts'
import { measureImport } from './import.ts'
import { measureKeys } from './keys.ts'
import { measureLatency } from './latency.ts'
import { measureLimits } from './limits.ts'
import { measureLists } from './lists.ts'
import { generator } from './load.ts'
import { measureMe } from './me.ts'
import { measureNotifications } from './notifications.ts'
import { measureOAuth } from './oauth.ts'
import { measureOutage } from './outage.ts'
import { measurePages } from './pages.ts'
import { measureRealtime } from './realtime.ts'
import { measureRefresh } from './refresh.ts'
import { type Report, ratioOf, spreadOf, toMarkdown } from './report.ts'
import { measureRevocations } from './revocations.ts'
import { measureScale } from './scale.ts'
import type { Scenario } from './scenario.ts'
import { measureSignIn } from './sign-in.ts'
import { measureStart } from './start.ts'
import { measureUserRead } from './user-read.ts'
import { measureWorker } from './worker.ts'

const scenarios: Record<string, Scenario> = {
  me: measureMe,
  limits: measureLimits,
  flood: measureFlood,
  'user-read': measureUserRead,
  'sign-in': measureSignIn,
  refresh: measureRefresh,
  worker: measureWorker,
  start: measureStart,
  latency: measureLatency,
  outage: measureOutage,
  keys: measureKeys,
  oauth: measureOAuth,
  import: measureImport,
  lists: measureLists,
  console: measureConsole,
  authz: measureAuthz,
  bulk: measureBulk,
  notifications: measureNotifications,
  pages: measurePages,
  scale: measureScale,
  realtime: measureRealtime,
  revocations: measureRevocations,
}

/** These take minutes and some GB of disk, and `keys` and `oauth` need packages of their own. They run only by their names. */
const ONLY_BY_NAME = ['import', 'lists', 'console', 'keys', 'oauth']

const terminal = processTerminal()

const bench = command({
  name: 'bun run bench',
  description: 'Measure the server beside its references in one run. All scenarios take about two minutes.',
  args: {
    scenario: {
      type: 'positional',
      required: false,
      description: `${Object.keys(scenarios).join(', ')}; absent: all but ${ONLY_BY_NAME.join(' and ')}.`,
    },
    rounds: { type: 'string', description: 'The number of turns of each contender.', default: '7' },
    seconds: { type: 'string', description: 'Seconds of load for each contender and round.', default: '1' },
    users: {
      type: 'string',
      description:
        'The numbers of users for `lists` and `console`, such as 1000,100000, default: up to a million; or the number for `import`.',
    },
    ...jsonOption,
  },
  async run({ scenario, json, users: sizes, ...numbers }) {
    const rounds = wholeNumber('--rounds', numbers.rounds) ?? 7
    const seconds = wholeNumber('--seconds', numbers.seconds) ?? 1
    const users = sizes?.split(',').map((size) => wholeNumber('--users', size) ?? 1_000)
    const chosen = Object.entries(scenarios).filter(([name]) =>
      scenario === undefined ? !ONLY_BY_NAME.includes(name) : scenario === name,
    )
    if (chosen.length === 0) throw new UsageError(`There is no scenario ${JSON.stringify(scenario)}.`)

    const machine = { bun: Bun.version, cores: availableParallelism(), load: loadavg()[0] ?? 0, generator }
    const reports: Report[] = []
    for (const [name, measure] of chosen) {
      const bar = createProgress(terminal, name)
      const progress = (done: number, total: number) => {
        if (!json) bar.show({ done, total })
      }
      try {
        reports.push(await measure({ rounds, seconds, users, progress }))
      } finally {
        if (!json) bar.finish()
        await cleanUp()
      }
    }
    if (json) terminal.out(JSON.stringify({ machine, rounds, seconds, reports: reports.map(withSpreads) }))
    else for (const line of [...describe(machine, rounds, seconds), '', toMarkdown(reports)]) terminal.out(line)
  },
})

interface Machine {
  bun: string
  cores: number
  /** The load average of the last minute before the run. */
  load: number
  generator: typeof generator
}

function describe({ bun, cores, load, generator }: Machine, rounds: number, seconds: number): string[] {
  const notes = [
    `Bun ${bun}, ${cores} cores, load average ${load.toFixed(1)} before the run; ${rounds} rounds of ${seconds} s, requests by ${generator}.`,
  ]
  if (generator === 'fetch')
    notes.push(
      'wrk is not installed: the client costs more than the bare servers, so it is the limit, and ratios of req/s are too close to 1.',
    )
  if (load > cores / 2) notes.push('The machine was busy with other work: only the ratios are reliable.')
  return notes
}

const withSpreads = (report: Report) => ({
  ...report,
  comparisons: report.comparisons.map((comparison) => ({ ...comparison, ratio: ratioOf(comparison) })),
  figures: report.figures.map((figure) => ({ ...figure, spread: spreadOf(figure.values) })),
})

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    cutOff()
    process.exit(1)
  })

process.exitCode = await runCommandLine(bench, process.argv.slice(2), terminal)
