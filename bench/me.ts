/**
 * `GET /v1/me`, with token and revocation checked on each request, against servers that check nothing. Measured with
 * RATE_LIMIT=off and with RATE_LIMIT=on, the default.
 */
import { isDeepStrictEqual } from 'node:util'
import type { User } from '../src/modules/users/schema.ts'
import { bearer, expectStatus, signUp } from './account.ts'
import { BenchError } from './bench-error.ts'
import { type ServerProcess, startServer, startThreeger } from './children.ts'
import { drive } from './load.ts'
import type { Comparison, Figure, Report } from './report.ts'
import { interleave, type ScenarioOptions } from './scenario.ts'

const CONNECTIONS = 32
/** Limits are counted and sent on every request, and are higher than one account can reach. */
export const LIMITED = { RATE_LIMIT: 'on', RATE_LIMIT_PER_MINUTE: '10000000' }
const UNLIMITED = { RATE_LIMIT: 'off' }
const WARM_UP_SECONDS = 1

/** The maximum factor on the CPU time of a bare Bun.serve with the same headers. */
const MAX_CPU_RATIO = 1.6

interface Turn {
  perSecond: number
  p99Ms: number
  /** µs of the server's CPU time for each request. NaN if the system does not report it. */
  cpuUs: number
}

export async function measureMe(options: ScenarioOptions): Promise<Report> {
  const off = await startMode(UNLIMITED)
  const on = await startMode(LIMITED)
  const elysia = await startServer({ args: ['bench/children/bare-elysia.ts', JSON.stringify(off.user)] })
  // Every server gets the same request with the same token.
  const contenders = {
    off: contender(off.server, off.headers, off.user),
    on: contender(on.server, on.headers, on.user),
    elysia: contender(elysia, off.headers, off.user),
    serveOff: contender(off.serve, off.headers, off.user),
    serveOn: contender(on.serve, on.headers, on.user),
  }
  for (const { verify, warmUp } of Object.values(contenders)) {
    await verify()
    await warmUp()
  }
  const results = await interleave(options, {
    off: () => contenders.off.turn(options.seconds),
    on: () => contenders.on.turn(options.seconds),
    elysia: () => contenders.elysia.turn(options.seconds),
    serveOff: () => contenders.serveOff.turn(options.seconds),
    serveOn: () => contenders.serveOn.turn(options.seconds),
  })
  await verifyRevocation(off.server.origin, off.headers)
  await verifyRevocation(on.server.origin, on.headers)

  const modes = [
    { mode: 'RATE_LIMIT=off', ours: results.off, serve: results.serveOff, goal: 0.6 },
    { mode: 'RATE_LIMIT=on', ours: results.on, serve: results.serveOn, goal: 0.55 },
  ]
  const told = results.off.every(({ cpuUs }) => Number.isFinite(cpuUs))
  return {
    scenario: 'me',
    comparisons: modes.flatMap(({ mode, ours, serve, goal }) => [
      compare(mode, 'req/s', ours, { name: 'bare Elysia', turns: results.elysia }, goal),
      compare(mode, 'req/s', ours, { name: 'bare Bun.serve, same headers', turns: serve }),
      ...(told ? [compare(mode, 'µs', ours, { name: 'bare Elysia', turns: results.elysia }, goal)] : []),
    ]),
    figures: modes.flatMap(({ mode, ours, serve }): Figure[] => [
      ...(told
        ? [
            {
              name: `CPU of \`GET /v1/me\`, ${mode}, of a bare Bun.serve with the same headers`,
              unit: '×' as const,
              values: ours.map(({ cpuUs }, round) => cpuUs / (serve[round]?.cpuUs ?? Number.NaN)),
              below: MAX_CPU_RATIO,
            },
          ]
        : []),
      {
        name: `p99 of \`GET /v1/me\`, ${mode}, at ${CONNECTIONS} connections`,
        unit: 'ms',
        values: ours.map(({ p99Ms }) => p99Ms),
        below: 10,
      },
    ]),
    checks: [
      'All five servers gave the same answer, the two bare Bun.serve with the headers of their mode. After sign-out the measured tokens got 401 at once.',
    ],
  }
}

function compare(
  mode: string,
  unit: 'req/s' | 'µs',
  ours: readonly Turn[],
  reference: { name: string; turns: readonly Turn[] },
  goal?: number,
): Comparison {
  const values = (turns: readonly Turn[]) => turns.map((turn) => (unit === 'µs' ? turn.cpuUs : turn.perSecond))
  return {
    name: `${unit === 'µs' ? 'CPU of ' : ''}\`GET /v1/me\`, ${mode}`,
    unit,
    ours: { name: 'Threeger ID', values: values(ours) },
    reference: { name: reference.name, values: values(reference.turns) },
    ...(goal === undefined ? {} : { goal }),
  }
}

/** Our server in one mode with one account, and a bare server with the same answer and headers. */
async function startMode(env: Record<string, string>) {
  const server = await startThreeger(undefined, env)
  const { accessToken, user } = await signUp(server.origin)
  const headers = bearer(accessToken)
  const answer = await expectStatus(200, `${server.origin}/v1/me`, { headers })
  const limited = ['ratelimit', 'ratelimit-policy'].filter((name) => answer.headers.has(name)).length
  if (limited !== (env.RATE_LIMIT === 'on' ? 2 : 0))
    throw new BenchError(`RATE_LIMIT=${env.RATE_LIMIT}`, 'is not as asked')
  // The runtime adds these headers.
  const told = [...answer.headers].filter(([name]) => !['date', 'content-length', 'content-type'].includes(name))
  const args = ['bench/children/bare-serve.ts', JSON.stringify(user), JSON.stringify(Object.fromEntries(told))]
  const serve = await startServer({ args })
  const same = await expectStatus(200, serve.origin)
  const names = (received: Response) => [...received.headers.keys()].sort()
  if (!isDeepStrictEqual(names(same), names(answer))) throw new BenchError('other headers', names(same).join(', '))
  return { server, serve, headers, user }
}

function contender(server: ServerProcess, headers: Record<string, string>, user: User) {
  const load = { url: `${server.origin}/v1/me`, headers, connections: CONNECTIONS }
  return {
    verify: () => verifyAnswer(load.url, headers, user),
    warmUp: () => drive({ ...load, seconds: WARM_UP_SECONDS }),
    async turn(seconds: number): Promise<Turn> {
      const before = server.cpuUs()
      const { perSecond, p99Ms, count } = await drive({ ...load, seconds })
      return { perSecond, p99Ms, cpuUs: ((server.cpuUs() ?? Number.NaN) - (before ?? Number.NaN)) / count }
    },
  }
}

async function verifyAnswer(url: string, headers: Record<string, string>, user: User): Promise<void> {
  const answer = await expectStatus(200, url, { headers })
  const body: unknown = await answer.json()
  if (!isDeepStrictEqual(body, user)) throw new BenchError(`${url} answered something else`, JSON.stringify(body))
}

/** The result is valid only if revocation is checked: after sign-out the next request with the measured token must get 401. */
async function verifyRevocation(origin: string, headers: Record<string, string>): Promise<void> {
  await expectStatus(204, `${origin}/v1/auth/sign-out`, { method: 'POST', headers })
  await expectStatus(401, `${origin}/v1/me`, { headers })
}
