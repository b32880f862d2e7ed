/**
 * From nothing to the first answer, by the clock and in CPU time: from source, as the binary, and as a Worker in workerd,
 * each beside an Elysia with one route; and the same with 140 more routes.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundleWorker, COMPATIBILITY_DATE, COMPATIBILITY_FLAGS } from '../src/build/edge.ts'
import { freePort } from '../test/support/ports.ts'
import { workerModules } from '../test/support/worker-modules.ts'
import { expectStatus } from './account.ts'
import {
  type ServerProcess,
  startProgram,
  startServer,
  startSilent,
  temporaryFolder,
  threegerEnvironment,
} from './children.ts'
import { buildAll, GROWTH, growSource } from './grown.ts'
import { type Report, spreadOf, type Table } from './report.ts'
import { interleave, type ScenarioOptions } from './scenario.ts'

const ROOT = join(import.meta.dir, '..')
const WORKERD = join(
  ROOT,
  `test/parts/node_modules/@cloudflare/workerd-${process.platform}-${process.arch === 'x64' ? '64' : 'arm64'}/bin/workerd`,
)
/** No server listens at this address, because the first answer needs no database. */
const NO_DATABASE = 'http://127.0.0.1:9'

interface Start {
  ms: number
  /** Of all threads of the process, until the answer was there. */
  cpuMs: number
}

type Contender = () => Promise<Start>

export async function measureStart(options: ScenarioOptions): Promise<Report> {
  const hasWorkerd = await Bun.file(WORKERD).exists()
  const databaseUrl = `file:${join(temporaryFolder(), 'bench.db')}`
  const grown = growSource()
  const [built, builtGrown] = [await buildAll(ROOT), await buildAll(grown)]
  const env = { PORT: '0', HOST: '127.0.0.1', ...threegerEnvironment(databaseUrl) }
  const program =
    (command: readonly string[], cwd?: string): Contender =>
    () =>
      toAnswer(() => startProgram(command, env, cwd), '/livez')
  const source = [process.execPath, 'src/entries/bun.ts']
  await program(source)() // migrations are not part of a start
  const contenders: Record<string, Contender> = {
    'bare Elysia': () => toAnswer(() => startServer({ args: ['bench/children/bare-elysia.ts', '{}'] }), '/v1/me'),
    source: program(source),
    'source, grown': program(source, grown),
    binary: program([built.binary]),
    'binary, grown': program([builtGrown.binary]),
  }
  if (hasWorkerd) {
    const empty = await emptyWorker()
    const [ours, oursGrown] = [ourWorker(built.worker), ourWorker(builtGrown.worker)]
    contenders['empty Elysia Worker'] = () => workerToAnswer(empty)
    contenders.Worker = () => workerToAnswer(ours)
    contenders['Worker, grown'] = () => workerToAnswer(oursGrown)
  }
  const taken = await interleave(options, contenders)
  const rows = [
    { name: 'binary', reference: 'bare Elysia', goal: 1.5 },
    { name: 'source', reference: 'bare Elysia', goal: 3 },
    { name: 'Worker', reference: 'empty Elysia Worker', goal: 2.5 },
  ].filter(({ name }) => taken[name] !== undefined)
  return {
    scenario: 'start',
    comparisons: [],
    figures: [],
    tables: [
      compared(taken, rows, (name) => name),
      compared(
        taken,
        rows.map(({ name }) => ({ name: `${name}, grown`, reference: name, goal: 1.1 })),
        (name) =>
          name.replace(
            ', grown',
            `, ${GROWTH.features * GROWTH.routesOfEach} routes in ${GROWTH.features} features more`,
          ),
      ),
    ],
    checks: [
      'Every start was measured to a 200 of its first request.',
      ...(hasWorkerd ? [] : ['Workers were left out: workerd is installed by `bun install --cwd test/parts`.']),
    ],
  }
}

interface Row {
  name: string
  reference: string
  /** At most so many times the reference. */
  goal: number
}

function compared(taken: Record<string, Start[]>, rows: readonly Row[], nameOf: (name: string) => string): Table {
  const of = (name: string, unit: keyof Start) => (taken[name] ?? []).map((start) => start[unit])
  /** Round by round, so that a busy moment hits both. */
  const ratio = ({ name, reference }: Row, unit: keyof Start) =>
    spreadOf(of(name, unit).map((value, round) => value / (of(reference, unit)[round] ?? Number.NaN))).median
  const ms = (name: string, unit: keyof Start) => `${spreadOf(of(name, unit)).median.toFixed(0)} ms`
  return {
    headings: [
      'start to first answer',
      'by the clock',
      'CPU',
      'beside',
      'by the clock',
      'CPU',
      '× clock',
      '× CPU',
      'goal',
    ],
    rows: rows.map((row) => {
      const [clock, cpu] = [ratio(row, 'ms'), ratio(row, 'cpuMs')]
      return [
        nameOf(row.name),
        ms(row.name, 'ms'),
        ms(row.name, 'cpuMs'),
        row.reference,
        ms(row.reference, 'ms'),
        ms(row.reference, 'cpuMs'),
        `**${clock.toFixed(2)}**`,
        `**${cpu.toFixed(2)}**`,
        `≤ ${row.goal} ${clock <= row.goal && cpu <= row.goal ? 'met' : 'missed'}`,
      ]
    }),
  }
}

/** From the start of a process to its first answer. */
async function toAnswer(start: () => Promise<ServerProcess>, path: string): Promise<Start> {
  const startedAt = performance.now()
  const { origin, pid, stop } = await start()
  await expectStatus(200, `${origin}${path}`)
  const taken = { ms: performance.now() - startedAt, cpuMs: cpuMsOf(pid) }
  await stop()
  return taken
}

/** Of all threads so far. NaN where the system does not tell: Linux does. */
function cpuMsOf(pid: number): number {
  try {
    const threads = readdirSync(`/proc/${pid}/task`)
    return threads.reduce(
      (ms, thread) => ms + Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]) / 1e6,
      0,
    )
  } catch {
    return Number.NaN
  }
}

interface Worker {
  folder: string
  /** The part of the configuration with the modules and the bindings. */
  parts: string
}

function ourWorker(folder: string): Worker {
  const bindings = Object.entries(threegerEnvironment(NO_DATABASE)).map(
    ([name, text]) => `(name = ${JSON.stringify(name)}, text = ${JSON.stringify(text)})`,
  )
  return { folder, parts: `modules = ${workerModules(folder)},\n  bindings = [${bindings.join(', ')}],` }
}

async function emptyWorker(): Promise<Worker> {
  const folder = temporaryFolder()
  await bundleWorker('bench/children/empty-worker.ts', join(folder, 'empty.js'))
  return { folder, parts: 'modules = [(name = "empty.js", esModule = embed "empty.js")],' }
}

/**
 * From the start of workerd to the first answer of the Worker. The configuration is compiled before: workerd's parser of such a
 * text takes 11 ms of CPU for each megabyte of Worker in it, and Cloudflare has no such text.
 */
async function workerToAnswer({ folder, parts }: Worker): Promise<Start> {
  const port = freePort()
  const [config, compiled] = [join(folder, 'config.capnp'), join(folder, 'config.bin')]
  writeFileSync(
    config,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .app)],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
const app :Workerd.Worker = (
  ${parts}
  compatibilityDate = "${COMPATIBILITY_DATE}",
  compatibilityFlags = ${JSON.stringify(COMPATIBILITY_FLAGS)},
);
`,
  )
  await Bun.write(compiled, new Response(Bun.spawn([WORKERD, 'compile', '--config-only', config]).stdout))
  const startedAt = performance.now()
  const { pid, stop } = await startSilent([WORKERD, 'serve', '--binary', compiled], `http://127.0.0.1:${port}/livez`)
  const taken = { ms: performance.now() - startedAt, cpuMs: cpuMsOf(pid) }
  await stop()
  return taken
}
