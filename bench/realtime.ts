/** WebSockets: what an idle connection costs, and how fast an event reaches a thousand of them. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { bearer, CREDENTIALS, expectStatus, postJson } from './account.ts'
import { BenchError } from './bench-error.ts'
import type { Opening, Taken } from './children/sockets.ts'
import {
  runToEnd,
  type ServerProcess,
  startServer,
  startThreeger,
  temporaryFolder,
  threegerEnvironment,
} from './children.ts'
import { driveFetch } from './load.ts'
import type { Report } from './report.ts'
import type { ScenarioOptions } from './scenario.ts'

const IDLE = 5000
const LISTENERS = 1000
/** Opened and closed before the memory is read, so that what is loaded once does not count. */
const WARM_UP = 300
const MAX_KIB = 12
const MIN_MESSAGES = 50_000
const MAX_P99_MS = 100
/** Beside the fan-out of the third measurement. */
const READS_PER_SECOND = 5000
const EVENTS_PER_SECOND = 10
const SETTLE_MS = 2000
/** Bun collects the garbage of the handshakes when it has nothing else to do. */
const COLLECT_MS = 12_000
const WRITERS = 8

const LIMITS = { STREAMS_PER_ACCOUNT: '20000' }

export async function measureRealtime({ rounds, seconds, progress }: ScenarioOptions): Promise<Report> {
  const kib: number[] = []
  const perSecond: number[] = []
  const p99: number[] = []
  const reads: number[] = []
  const turns = Math.min(rounds, 3) // each opens thousands of connections
  for (let round = 0; round < turns; round++) {
    progress(round * 2, turns * 2)
    kib.push(await idleKib())
    progress(round * 2 + 1, turns * 2)
    const found = await fanOut(Math.max(seconds, 3))
    perSecond.push(found.perSecond)
    p99.push(found.p99Ms)
    reads.push(found.readsPerSecond)
  }
  progress(turns * 2, turns * 2)
  return {
    scenario: 'realtime',
    comparisons: [],
    figures: [
      {
        name: `memory of an idle WebSocket, of ${IDLE.toLocaleString('en')}`,
        unit: 'KiB',
        values: kib,
        below: MAX_KIB,
      },
      {
        name: `messages to ${LISTENERS.toLocaleString('en')} WebSockets in one room`,
        unit: 'messages/s',
        values: perSecond,
        atLeast: MIN_MESSAGES,
      },
      {
        name: `p99 from the event to the client, ${EVENTS_PER_SECOND} events a second to ${LISTENERS.toLocaleString('en')} WebSockets, beside \`GET /v1/me\``,
        unit: 'ms',
        values: p99,
        below: MAX_P99_MS,
      },
    ],
    checks: [
      `Every event reached every WebSocket once. \`GET /v1/me\` was asked ${Math.round(Math.min(...reads)).toLocaleString('en')} to ${Math.round(Math.max(...reads)).toLocaleString('en')} times a second beside the last measurement; ${READS_PER_SECOND.toLocaleString('en')} were wanted.`,
    ],
  }
}

interface Bench {
  server: ServerProcess
  clients: ServerProcess
  /** Of an administrator. */
  token: string
}

/** A server with an administrator, and a process for the clients. */
async function start(): Promise<Bench> {
  const databaseUrl = `file:${join(temporaryFolder(), 'bench.db')}`
  const server = await startThreeger(databaseUrl, LIMITS)
  const command = [process.execPath, 'src/entries/cli.ts', 'setup-token']
  const setupToken = (await runToEnd(command, { ...threegerEnvironment(databaseUrl), ...LIMITS }))
    .trim()
    .split(/\s+/)
    .at(-1)
  const answer = await expectStatus(
    201,
    `${server.origin}/v1/setup`,
    postJson({ token: setupToken, ...CREDENTIALS, name: 'Ada Lovelace' }),
  )
  const { accessToken: token } = (await answer.json()) as { accessToken: string } // of our own schema
  const clients = await startServer({
    args: ['bench/children/sockets.ts', `${server.origin.replace('http', 'ws')}/v1/realtime`],
  })
  return { server, clients, token }
}

const open = ({ clients }: Bench, opening: Opening) => expectStatus(200, `${clients.origin}/open`, postJson(opening))
const close = ({ clients }: Bench) => expectStatus(200, `${clients.origin}/close`, { method: 'POST' })
const take = async ({ clients }: Bench): Promise<Taken> =>
  (await (await expectStatus(200, `${clients.origin}/take`)).json()) as Taken // the answer of that script

async function stop({ server, clients }: Bench): Promise<void> {
  await clients.stop()
  await server.stop()
}

/** The memory of the server that each connection adds, in a room of its account. */
async function idleKib(): Promise<number> {
  const bench = await start()
  const { token, server } = bench
  const room = `user:${await idOf(bench)}`
  await open(bench, { connections: WARM_UP, token, room })
  await close(bench)
  await Bun.sleep(COLLECT_MS)
  const before = residentKib(server.pid)
  await open(bench, { connections: IDLE, token, room })
  await Bun.sleep(COLLECT_MS)
  const after = residentKib(server.pid)
  await stop(bench)
  return (after - before) / IDLE
}

async function fanOut(seconds: number) {
  const bench = await start()
  await open(bench, { connections: LISTENERS, token: bench.token, room: 'topic:user' })
  const { accessToken } = (await (
    await expectStatus(
      201,
      `${bench.server.origin}/v1/auth/sign-up`,
      postJson({ ...CREDENTIALS, email: 'writer@example.com', name: 'Writer' }),
    )
  ).json()) as { accessToken: string } // of our own schema
  const rename = {
    url: `${bench.server.origin}/v1/me`,
    method: 'PATCH' as const,
    headers: { ...bearer(accessToken), 'content-type': 'application/json' },
  }
  await settled(bench, 1)

  // As fast as it goes: one writer after the other waits for its answer.
  let events = 0
  const until = performance.now() + seconds * 1000
  await Promise.all(
    Array.from({ length: WRITERS }, async () => {
      while (performance.now() < until) {
        const { url, method, headers } = rename
        await expectStatus(200, url, { method, headers, body: JSON.stringify({ name: `Writer ${events++}` }) })
      }
    }),
  )
  const fast = await settled(bench, events)

  const paced = Math.max(seconds, 1)
  const reading = driveFetch({
    url: `${bench.server.origin}/v1/me`,
    headers: bearer(bench.token),
    connections: 32,
    seconds: paced,
    perSecond: READS_PER_SECOND,
  })
  let told = 0
  const end = performance.now() + paced * 1000
  for (; performance.now() < end; told++) {
    const { url, method, headers } = rename
    await expectStatus(200, url, { method, headers, body: JSON.stringify({ name: `Paced ${told}` }) })
    await Bun.sleep(1000 / EVENTS_PER_SECOND)
  }
  const { perSecond: readsPerSecond } = await reading
  const beside = await settled(bench, told)
  await stop(bench)
  return { perSecond: fast.messages / fast.seconds, p99Ms: beside.p99Ms, readsPerSecond }
}

/** What the clients heard when all of it has come. Throws `BenchError` if anything is missing, or came twice. */
async function settled(bench: Bench, events: number): Promise<Taken> {
  await Bun.sleep(SETTLE_MS)
  const taken = await take(bench)
  if (taken.messages !== events * LISTENERS)
    throw new BenchError('fan-out', `${taken.messages} messages of ${events} events to ${LISTENERS} clients`)
  return taken
}

async function idOf({ server, token }: Bench): Promise<string> {
  const answer = await expectStatus(200, `${server.origin}/v1/me`, { headers: bearer(token) })
  return ((await answer.json()) as { id: string }).id // of our own schema
}

function residentKib(pid: number): number {
  const found = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return Number(found?.[1])
}
