/** `GET /v1/me`, token and revocation checked on each request, against servers that check nothing. */
import { isDeepStrictEqual } from 'node:util'
import type { User } from '../src/modules/users/schema.ts'
import { bearer, expectStatus, signUp } from './account.ts'
import { BenchError } from './bench-error.ts'
import { startServer, startThreeger } from './children.ts'
import { drive } from './load.ts'
import type { Report } from './report.ts'
import { interleave, type ScenarioOptions } from './scenario.ts'

const CONNECTIONS = 32
/** Counted and told on every request, and more than one account can ask for. */
export const LIMITED = { RATE_LIMIT: 'on', RATE_LIMIT_PER_MINUTE: '10000000' }
const WARM_UP_SECONDS = 1

export async function measureMe(options: ScenarioOptions): Promise<Report> {
  const threeger = await startThreeger(undefined, LIMITED) // as users have it
  const { accessToken, user } = await signUp(threeger.origin)
  const [elysia, serve] = await Promise.all([
    startServer({ args: ['bench/children/bare-elysia.ts', JSON.stringify(user)] }),
    startServer({ args: ['bench/children/bare-serve.ts', JSON.stringify(user)] }),
  ])
  // All of them get the same request, token included, and give the same answer.
  const headers = bearer(accessToken)
  const contender = ({ origin }: { origin: string }) => {
    const load = { url: `${origin}/v1/me`, headers, connections: CONNECTIONS }
    return {
      verify: () => verifyAnswer(load.url, headers, user),
      warmUp: () => drive({ ...load, seconds: WARM_UP_SECONDS }),
      drive: () => drive({ ...load, seconds: options.seconds }),
    }
  }
  const contenders = { me: contender(threeger), elysia: contender(elysia), serve: contender(serve) }
  for (const { verify, warmUp } of Object.values(contenders)) {
    await verify()
    await warmUp()
  }
  const results = await interleave(options, {
    me: contenders.me.drive,
    elysia: contenders.elysia.drive,
    serve: contenders.serve.drive,
  })
  await verifyRevocation(threeger.origin, headers)

  const rates = (name: keyof typeof results) => results[name].map(({ perSecond }) => perSecond)
  const ours = { name: 'Threeger ID', values: rates('me') }
  return {
    scenario: 'me',
    comparisons: [
      {
        name: '`GET /v1/me`',
        unit: 'req/s',
        ours,
        reference: { name: 'bare Elysia', values: rates('elysia') },
        goal: 0.5,
        stretch: 0.65,
      },
      { name: '`GET /v1/me`', unit: 'req/s', ours, reference: { name: 'bare Bun.serve', values: rates('serve') } },
    ],
    figures: [
      {
        name: `p99 of \`GET /v1/me\` at ${CONNECTIONS} connections`,
        unit: 'ms',
        values: results.me.map(({ p99Ms }) => p99Ms),
        below: 10,
      },
    ],
    checks: ['All three servers gave the same answer, and after sign-out the measured token got 401 at once.'],
  }
}

async function verifyAnswer(url: string, headers: Record<string, string>, user: User): Promise<void> {
  const answer = await expectStatus(200, url, { headers })
  const body: unknown = await answer.json()
  if (!isDeepStrictEqual(body, user)) throw new BenchError(`${url} answered something else`, JSON.stringify(body))
}

/** The speed counts only if revocation was looked at: the token that was measured is refused from the next request on. */
async function verifyRevocation(origin: string, headers: Record<string, string>): Promise<void> {
  await expectStatus(204, `${origin}/v1/auth/sign-out`, { method: 'POST', headers })
  await expectStatus(401, `${origin}/v1/me`, { headers })
}
