/** The time to the first answer: a process on Bun and a Worker in workerd, each against an Elysia with one route. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundleEdge, bundleWorker, COMPATIBILITY_DATE, COMPATIBILITY_FLAGS } from '../src/build/edge.ts'
import { freePort } from '../test/support/ports.ts'
import { expectStatus } from './account.ts'
import { startServer, startSilent, startThreeger, temporaryFolder, threegerEnvironment } from './children.ts'
import type { Comparison, Report } from './report.ts'
import { interleave, type ScenarioOptions } from './scenario.ts'

const WORKERD = join(
  import.meta.dir,
  `../test/parts/node_modules/@cloudflare/workerd-${process.platform}-${process.arch === 'x64' ? '64' : 'arm64'}/bin/workerd`,
)
/** No server listens at this address, because the first answer needs no database. */
const NO_DATABASE = 'http://127.0.0.1:9'

export async function measureStart(options: ScenarioOptions): Promise<Report> {
  const databaseUrl = `file:${join(temporaryFolder(), 'bench.db')}`
  await (await startThreeger(databaseUrl)).stop() // migrations are not part of a start
  const onBun = {
    bun: () => processToAnswer(() => startThreeger(databaseUrl)),
    bareBun: () => processToAnswer(() => startServer({ args: ['bench/children/bare-elysia.ts', '{}'] }), '/v1/me'),
  }
  const comparisons: Comparison[] = []
  if (!(await Bun.file(WORKERD).exists())) {
    comparisons.push(onBunCompared(await interleave(options, onBun)))
    return report(comparisons, ['Workers were left out: workerd is installed by `bun install --cwd test/parts`.'])
  }
  const [ours, empty] = [await ourWorker(), await emptyWorker()]
  const taken = await interleave(options, {
    ...onBun,
    worker: () => workerToAnswer(ours),
    emptyWorker: () => workerToAnswer(empty),
  })
  comparisons.push(onBunCompared(taken), {
    name: 'Worker, start to first answer',
    unit: 'ms',
    ours: { name: 'Threeger ID', values: taken.worker },
    reference: { name: 'empty Elysia Worker', values: taken.emptyWorker },
    goal: 0.33,
  })
  return report(comparisons, [])
}

const report = (comparisons: Comparison[], checks: string[]): Report => ({
  scenario: 'start',
  comparisons,
  figures: [],
  checks: ['Every start was measured to a 200 of its first request.', ...checks],
})

const onBunCompared = ({ bun, bareBun }: { bun: number[]; bareBun: number[] }): Comparison => ({
  name: 'Bun, start to first answer',
  unit: 'ms',
  ours: { name: 'Threeger ID', values: bun },
  reference: { name: 'bare Elysia', values: bareBun },
  goal: 0.5,
})

/** Milliseconds from the start of a process to its first answer. */
async function processToAnswer(start: typeof startThreeger, path = '/livez'): Promise<number> {
  const startedAt = performance.now()
  const { origin, stop } = await start()
  await expectStatus(200, `${origin}${path}`)
  const ms = performance.now() - startedAt
  await stop()
  return ms
}

interface Worker {
  folder: string
  /** The part of the configuration with the modules and the bindings. */
  parts: string
}

async function ourWorker(): Promise<Worker> {
  const folder = temporaryFolder()
  await bundleEdge('cloudflare', folder)
  const bindings = Object.entries(threegerEnvironment(NO_DATABASE)).map(
    ([name, text]) => `(name = ${JSON.stringify(name)}, text = ${JSON.stringify(text)})`,
  )
  return {
    folder,
    parts: `modules = [
    (name = "cloudflare.js", esModule = embed "cloudflare.js"),
    (name = "argon2.wasm", wasm = embed "argon2.wasm"),
  ],
  bindings = [${bindings.join(', ')}],`,
  }
}

async function emptyWorker(): Promise<Worker> {
  const folder = temporaryFolder()
  await bundleWorker('bench/children/empty-worker.ts', join(folder, 'empty.js'))
  return { folder, parts: 'modules = [(name = "empty.js", esModule = embed "empty.js")],' }
}

/** Milliseconds from the start of workerd to the first answer of the Worker. */
async function workerToAnswer({ folder, parts }: Worker): Promise<number> {
  const port = await freePort()
  const config = join(folder, 'config.capnp')
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
  const startedAt = performance.now()
  const { stop } = await startSilent([WORKERD, 'serve', config], `http://127.0.0.1:${port}/livez`)
  const ms = performance.now() - startedAt
  await stop()
  return ms
}
