/** How long people wait for an answer while the libSQL server is silent, slow in every trip, or away. */
import { startCountingProxy } from '../test/support/counting-proxy.ts'
import { hasSqld, migrateServer, startSqld } from '../test/support/sqld.ts'
import { CREDENTIALS, postJson, signUp } from './account.ts'
import { startThreeger } from './children.ts'
import type { Report } from './report.ts'
import { interleave, type ScenarioOptions } from './scenario.ts'

/** Three seconds, and a little for two busy cores. */
const BELOW_MS = 3500
/** Just below the 1.5 s that a trip has. */
const SLOW_MS = 1300

/** The time of the slowest of these answers, in ms. The status does not matter. */
async function slowestOf(origin: string): Promise<number> {
  const asked = [
    ['sign-in', CREDENTIALS],
    ['sign-up', { ...CREDENTIALS, email: `${crypto.randomUUID()}@example.com` }],
    ['refresh', { refreshToken: 'A'.repeat(43) }],
  ] as const
  const times = asked.map(async ([path, body]) => {
    const begun = performance.now()
    await (await fetch(`${origin}/v1/auth/${path}`, postJson(body))).arrayBuffer()
    return performance.now() - begun
  })
  return Math.max(...(await Promise.all(times)))
}

export async function measureOutage(options: ScenarioOptions): Promise<Report> {
  const report = (figures: Report['figures'], check: string): Report => ({
    scenario: 'outage',
    comparisons: [],
    figures,
    checks: [check],
  })
  if (!(await hasSqld()))
    return report([], 'outage: left out, because sqld is not installed here: `bun install --cwd test/parts`.')
  const sqld = await startSqld()
  const proxy = startCountingProxy({ target: sqld.url })
  try {
    await migrateServer(sqld.url)
    const { origin } = await startThreeger(proxy.url)
    await signUp(origin)
    const times = await interleave(options, {
      silent: async () => {
        await proxy.setMode('hang')
        return slowestOf(origin)
      },
      away: async () => {
        await proxy.setMode('refuse')
        return slowestOf(origin)
      },
      slow: async () => {
        await proxy.setMode('pass')
        proxy.setLatency(SLOW_MS)
        const slowest = await slowestOf(origin)
        proxy.setLatency(0)
        return slowest
      },
    })
    const figure = (what: string, values: readonly number[]) =>
      ({ name: `slowest answer while the libSQL server is ${what}`, unit: 'ms', values, below: BELOW_MS }) as const
    return report(
      [
        figure('silent', times.silent),
        figure('away', times.away),
        figure(`slow: ${SLOW_MS} ms in each trip`, times.slow),
      ],
      'Sign-in, sign-up and refresh were answered while the libSQL server was silent, away and slow.',
    )
  } finally {
    await proxy.stop()
    await sqld.stop()
  }
}
