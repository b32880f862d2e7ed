/** The cost of rate limits on `GET /v1/me`: the same server with and without them. */
import { bearer, expectStatus, signUp } from './account.ts'
import { BenchError } from './bench-error.ts'
import { startThreeger } from './children.ts'
import { drive } from './load.ts'
import { LIMITED } from './me.ts'
import type { Report } from './report.ts'
import { interleave, type ScenarioOptions } from './scenario.ts'

const CONNECTIONS = 32
const WARM_UP_SECONDS = 1

export async function measureLimits(options: ScenarioOptions): Promise<Report> {
  const limited = await contender(LIMITED, 'present')
  const unlimited = await contender({ RATE_LIMIT: 'off' }, 'absent')
  const results = await interleave(options, {
    limited: () => limited(options.seconds),
    unlimited: () => unlimited(options.seconds),
  })
  return {
    scenario: 'limits',
    comparisons: [
      {
        name: '`GET /v1/me` with limits',
        unit: 'req/s',
        ours: { name: 'RATE_LIMIT=on', values: results.limited.map(({ perSecond }) => perSecond) },
        reference: { name: 'RATE_LIMIT=off', values: results.unlimited.map(({ perSecond }) => perSecond) },
        goal: 0.9,
      },
    ],
    figures: [],
    checks: ['The server with limits sent its two headers, and the one without sent none.'],
  }
}

async function contender(env: Record<string, string>, expected: 'present' | 'absent') {
  const { origin } = await startThreeger(undefined, env)
  const headers = bearer((await signUp(origin)).accessToken)
  const load = { url: `${origin}/v1/me`, headers, connections: CONNECTIONS }
  const answer = await expectStatus(200, load.url, { headers })
  const told = ['ratelimit', 'ratelimit-policy'].filter((name) => answer.headers.has(name))
  if (told.length !== (expected === 'present' ? 2 : 0))
    throw new BenchError(`${load.url} told ${told.length} of the two`, '')
  await drive({ ...load, seconds: WARM_UP_SECONDS })
  return (seconds: number) => drive({ ...load, seconds })
}
