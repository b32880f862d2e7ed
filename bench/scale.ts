/**
 * What one database carries: a file, a libSQL server with one process before it, and with three. And how organisations would
 * spread over shards (docs/scale.md). The client shares the processors with everything that it measures.
 */
import { openRemote } from '../db/remote.ts'
import { eventsAfter } from '../src/core/feed/queries.ts'
import { hasSqld, migrateServer, startSqld } from '../test/support/sqld.ts'
import { bearer, expectStatus, signUp } from './account.ts'
import { type ServerProcess, startThreeger, temporaryFolder } from './children.ts'
import { closedLoop, type LoopResult } from './closed-loop.ts'
import { type Report, spreadOf, type Table } from './report.ts'
import type { ScenarioOptions } from './scenario.ts'
import { spreadOverShards } from './shards.ts'

const CONCURRENCY = 16
const EVENTS = 20_000
const PAGE = 500

const operations = {
  'read from memory: `GET /v1/me`': (origin: string, token: string) =>
    expectStatus(200, `${origin}/v1/me`, { headers: bearer(token) }),
  'read of the database: `GET /v1/me/sessions`': (origin: string, token: string) =>
    expectStatus(200, `${origin}/v1/me/sessions`, { headers: bearer(token) }),
  'change with its event: `PATCH /v1/me`': (origin: string, token: string) =>
    expectStatus(200, `${origin}/v1/me`, {
      method: 'PATCH',
      headers: { ...bearer(token), 'content-type': 'application/json' },
      body: JSON.stringify({ name: `Name ${Math.random()}` }),
    }),
} as const
type Operation = keyof typeof operations

interface Store {
  name: string
  servers: ServerProcess[]
  token: string
}

export async function measureScale({ rounds, seconds, progress }: ScenarioOptions): Promise<Report> {
  const shards = spreadOverShards()
  if (!(await hasSqld()))
    return report(
      [shards],
      'scale: only the shards, because sqld is not installed here: `bun install --cwd test/parts`.',
    )
  const sqld = await startSqld({ checkpointEachSecond: true })
  try {
    await migrateServer(sqld.url)
    const file = await startThreeger(`file:${temporaryFolder()}/scale.db`)
    // All writers wait for the one that sqld lets write: a slow answer is measured, not refused.
    const start = () => startThreeger(sqld.url, { DATABASE_TIMEOUT_MS: '30000' })
    const remote = [await start(), await start(), await start()]
    const fileToken = (await signUp(file.origin)).accessToken
    const token = (await signUp(String(remote[0]?.origin))).accessToken
    const stores: Store[] = [
      { name: 'file, 1 process', servers: [file], token: fileToken },
      { name: 'sqld, 1 process', servers: remote.slice(0, 1), token },
      { name: 'sqld, 3 processes', servers: remote, token },
    ]
    const names = Object.keys(operations) as Operation[] // its own keys
    const results = new Map<string, LoopResult[]>()
    const total = rounds * stores.length * names.length
    let done = 0
    for (let round = 0; round < rounds; round++)
      for (const store of stores)
        for (const name of names) {
          progress(done++, total)
          const key = `${store.name} ${name}`
          results.set(key, [...(results.get(key) ?? []), await load(store, name, seconds)])
        }
    progress(total, total)
    const rows = stores.flatMap((store) =>
      names.map((name) => {
        const found = results.get(`${store.name} ${name}`) ?? []
        const median = (value: (result: LoopResult) => number) => spreadOf(found.map(value)).median
        return [
          store.name,
          name,
          median((r) => r.perSecond).toFixed(0),
          median((r) => r.p50Ms).toFixed(1),
          median((r) => r.p99Ms).toFixed(1),
        ]
      }),
    )
    const loads: Table = { headings: ['store', 'operation', 'req/s', 'p50 ms', 'p99 ms'], rows }
    return report([loads, await measureFeed(sqld.url, rounds), shards], 'Every answer was checked.')
  } finally {
    await sqld.stop()
  }
}

const report = (tables: readonly Table[], check: string): Report => ({
  scenario: 'scale',
  comparisons: [],
  figures: [],
  tables,
  checks: [check],
})

function load({ servers, token }: Store, name: Operation, seconds: number): Promise<LoopResult> {
  let turn = 0
  return closedLoop({ concurrency: CONCURRENCY, seconds }, async () => {
    const server = servers[turn++ % servers.length]
    if (server !== undefined) await (await operations[name](server.origin, token)).arrayBuffer()
  })
}

/** What a process pays for the events of the others: it reads each of them once, in pages. */
async function measureFeed(url: string, rounds: number): Promise<Table> {
  const { db, client, close } = openRemote({ url, timeoutMs: 60_000 })
  try {
    await client.execute(`INSERT INTO events (id, type, result, at, data)
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${EVENTS})
      SELECT printf('evt_bench%020d', i), 'session.created', 'success', 0, '{}' FROM n`)
    const [idle, paged]: [number[], number[]] = [[], []]
    for (let round = 0; round < rounds; round++) {
      const began = performance.now()
      await eventsAfter(db, `evt_bench${String(EVENTS).padStart(20, '0')}`, PAGE)
      const asked = performance.now()
      await eventsAfter(db, `evt_bench${String(1 + PAGE * (round % (EVENTS / PAGE))).padStart(20, '0')}`, PAGE)
      idle.push(asked - began)
      paged.push(performance.now() - asked)
    }
    const ms = (values: number[]) => spreadOf(values).median.toFixed(1)
    return {
      headings: ['the feed of a process, from sqld', 'ms'],
      rows: [
        ['a look without news', ms(idle)],
        [`a page of ${PAGE} events`, ms(paged)],
      ],
    }
  } finally {
    close()
  }
}
