/** Measures reads while a few connections send expensive bodies. */
import { bearer, expectStatus, postJson, signUp } from './account.ts'
import { BenchError } from './bench-error.ts'
import { runForJson, startThreeger } from './children.ts'
import type { HostileSize } from './hostile-bodies.ts'
import { driveFetch } from './load.ts'
import { LIMITED } from './me.ts'
import type { Report } from './report.ts'
import { interleave, type ScenarioOptions } from './scenario.ts'

/** The argument of `children/flood.ts`. */
export interface Flood {
  url: string
  headers: Record<string, string>
  size: HostileSize
  connections: number
  seconds: number
}

/** Three connections were enough to slow a read from 1 ms to 6.9 s. */
const CONNECTIONS = 3
const READS_PER_SECOND = 100
/** The maximum factor: security checklist 47. */
const TIMES_CALM = 20

export async function measureFlood(options: ScenarioOptions): Promise<Report> {
  const { seconds } = options
  const flood = (origin: string, path: string, size: HostileSize) => {
    const load: Flood = {
      url: `${origin}${path}`,
      headers: postJson({}).headers,
      size,
      connections: CONNECTIONS,
      seconds,
    }
    return async () => {
      const answers = (await runForJson('bench/children/flood.ts', load)) as Record<string, number> // by status
      const accepted = Object.keys(answers).filter((status) => Number(status) < 400 || Number(status) >= 500)
      if (Object.keys(answers).length === 0 || accepted.length > 0)
        throw new BenchError(`${load.url} answered ${JSON.stringify(answers)}`, '')
    }
  }
  // Measured without limits too: then the server checks each body as long as the flood lasts.
  const [limited, unlimited] = await Promise.all([startThreeger(undefined, LIMITED), startThreeger()])
  const contenders = await Promise.all(
    [limited, unlimited].map(async ({ origin }) => {
      const { accessToken } = await signUp(origin)
      const headers = bearer(accessToken)
      await expectStatus(200, `${origin}/v1/me`, { headers })
      const reads = { url: `${origin}/v1/me`, headers, connections: 1, perSecond: READS_PER_SECOND, seconds }
      return { origin, reads }
    }),
  )
  const [on, off] = contenders
  if (on === undefined || off === undefined) throw new BenchError('two servers were started', '')
  const beside = async ({ reads }: typeof on, work: () => Promise<void>) =>
    (await Promise.all([driveFetch(reads), work()]))[0]
  const results = await interleave(options, {
    calm: () => driveFetch(on.reads),
    megabytes: () => beside(on, flood(on.origin, '/v1/auth/sign-up', 'large')),
    small: () => beside(on, flood(on.origin, '/v1/auth/sign-up', 'small')),
    smallUnlimited: () => beside(off, flood(off.origin, '/v1/auth/sign-up', 'small')),
    strangers: () => beside(off, flood(off.origin, '/v1/users/import', 'large')),
  })
  const calm = results.calm.map(({ p50Ms }) => p50Ms)
  const figure = (name: string, found: { p50Ms: number }[]) => ({
    name: `p50 of \`GET /v1/me\` beside ${name}, times calm`,
    unit: '×' as const,
    values: found.map(({ p50Ms }, round) => p50Ms / (calm[round] ?? Number.NaN)),
    below: TIMES_CALM,
  })
  return {
    scenario: 'flood',
    comparisons: [],
    figures: [
      figure(`${CONNECTIONS} connections of bodies of 1 MiB`, results.megabytes),
      figure(`${CONNECTIONS} connections of bodies of 16 KiB`, results.small),
      figure('the same with RATE_LIMIT=off', results.smallUnlimited),
      figure(`${CONNECTIONS} connections of imports of strangers`, results.strangers),
    ],
    checks: ['Every hostile body was refused with 4xx.'],
  }
}
