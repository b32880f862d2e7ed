/** Every list and search of the API, over HTTP, with 1,000, 100,000 and 1,000,000 users. */
import { join } from 'node:path'
import { bearer, expectStatus, postJson } from './account.ts'
import { BenchError } from './bench-error.ts'
import { startThreeger, temporaryFolder } from './children.ts'
import { fillDatabase } from './lists/fill.ts'
import { ADMINISTRATOR, populationOf } from './lists/people.ts'
import { queriesOf } from './lists/queries.ts'
import type { Report } from './report.ts'
import type { ScenarioOptions } from './scenario.ts'

/** The limits for every number of users. */
const P99_MS = 50
/** The maximum of p50 with the most users, divided by p50 with the fewest. */
const GROWTH = 2
/** Requests for each query and size. With so many, p99 is not only the slowest request. */
const REQUESTS_A_ROUND = 15

export const listSizes = [1_000, 100_000, 1_000_000] as const

interface Measured {
  p50Ms: number
  p99Ms: number
}

export async function measureLists({ rounds, progress, users = listSizes }: ScenarioOptions): Promise<Report> {
  const requests = rounds * REQUESTS_A_ROUND
  const queries = queriesOf(Math.max(...users))
  // One progress bar: a request counts as one row, and takes about the same time.
  const rowsOf = (size: number) => Object.values(populationOf(size)).reduce((sum, count) => sum + count, size)
  const total = users.reduce((sum, size) => sum + rowsOf(size) + requests * queries.length * 100, 0)
  let before = 0
  const results: Map<string, Measured>[] = []
  const checks: string[] = []
  for (const size of users) {
    const file = join(temporaryFolder(), `${size}.db`)
    const { rows, seconds } = await fillDatabase(file, populationOf(size), (done) => progress(before + done, total))
    before += rowsOf(size)
    const perSecond = Math.round(rows / seconds).toLocaleString('en')
    const megabytes = Math.round(Bun.file(file).size / 1e6).toLocaleString('en')
    checks.push(
      `${size.toLocaleString('en')} users: ${rows.toLocaleString('en')} rows and their indexes in ${seconds.toFixed(1)} s, ${perSecond} rows/s; ${megabytes} MB.`,
    )
    results.push(await measure(file, queriesOf(size), requests, (done) => progress(before + done * 100, total)))
    before += requests * queries.length * 100
  }
  progress(total, total)
  return {
    scenario: 'lists',
    comparisons: [],
    figures: [],
    tables: [tableOf(users, results)],
    checks: [...checks, `Each query was requested ${requests} times, all queries in turn, one request at a time.`],
  }
}

/** Sends each query `requests` times, in turn, so they share the caches. */
async function measure(
  file: string,
  queries: ReturnType<typeof queriesOf>,
  requests: number,
  progress: (done: number) => void,
): Promise<Map<string, Measured>> {
  const server = await startThreeger(`file:${file}`)
  try {
    const signIn = async () => {
      const signedIn = await expectStatus(200, `${server.origin}/v1/auth/sign-in`, postJson(ADMINISTRATOR_CREDENTIALS))
      const { accessToken } = (await signedIn.json()) as { accessToken: string } // the server of this checkout
      return { headers: bearer(accessToken), until: performance.now() + FRESH_MS }
    }
    let session = await signIn()
    const tookMs = new Map<string, number[]>(queries.map(({ name }) => [name, []]))
    let done = 0
    for (let round = -1; round < requests; round++) {
      if (performance.now() > session.until) session = await signIn()
      const { headers } = session
      for (const { name, path } of queries) {
        const began = performance.now()
        const answer = await fetch(`${server.origin}${path}`, { headers })
        const body = await answer.text()
        // The first request of each is not counted. It prepares statements and reads the file from the disk.
        if (round >= 0) tookMs.get(name)?.push(performance.now() - began)
        if (answer.status !== 200) throw new BenchError(`GET ${path} answered ${answer.status}`, body)
        if (round >= 0) progress(++done)
      }
    }
    return new Map([...tookMs].map(([name, values]) => [name, percentiles(values)]))
  } finally {
    await server.stop()
  }
}

/** Much less than the ten minutes for which a session is fresh. */
const FRESH_MS = 5 * 60_000

const ADMINISTRATOR_CREDENTIALS = { email: ADMINISTRATOR.email, password: ADMINISTRATOR.password }

function percentiles(values: readonly number[]): Measured {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
  return { p50Ms: at(0.5), p99Ms: at(0.99) }
}

function tableOf(users: readonly number[], results: readonly Map<string, Measured>[]) {
  const ms = (value: number) => (value >= 10 ? value.toFixed(0) : value.toFixed(1))
  const names = [...(results[0]?.keys() ?? [])]
  return {
    headings: [
      'p50 / p99 in ms',
      ...users.map((size) => size.toLocaleString('en')),
      `p99 < ${P99_MS} ms`,
      `p50 grew (≤ ${GROWTH.toFixed(1)})`,
    ],
    rows: names.map((name) => {
      const measured = results.map((result) => result.get(name) ?? { p50Ms: Number.NaN, p99Ms: Number.NaN })
      const worst = Math.max(...measured.map(({ p99Ms }) => p99Ms))
      const growth = (measured.at(-1)?.p50Ms ?? Number.NaN) / (measured[0]?.p50Ms ?? Number.NaN)
      return [
        name,
        ...measured.map(({ p50Ms, p99Ms }) => `${ms(p50Ms)} / ${ms(p99Ms)}`),
        worst < P99_MS ? 'met' : 'missed',
        `${growth.toFixed(1)} ${growth <= GROWTH ? 'met' : 'missed'}`,
      ]
    }),
  }
}
