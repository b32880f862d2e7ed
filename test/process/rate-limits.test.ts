/** Server processes that share a Redis: they count together, and by themselves while it is away. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { ConfigError } from '../../src/config.ts'
import { readEdgeConfig } from '../../src/platform/deps.edge.ts'
import { type RunningServer, startServer } from '../http/support/server.ts'
import { testWith } from '../support/real-parts.ts'
import { hasRedis, type Redis, startRedis } from '../support/redis.ts'

setDefaultTimeout(300_000) // two servers, on a machine that runs other tests too

const present = hasRedis()
const redisTest = testWith(present, 'redis-server')

let redis: Redis
let servers: RunningServer[] = []

beforeAll(async () => {
  if (!present && !process.env.CI) return
  redis = await startRedis()
  const env = { RATE_LIMIT: 'on', REDIS_URL: redis.url, RATE_LIMIT_PER_MINUTE: '5' }
  servers = await Promise.all([startServer(env), startServer(env)])
})
afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()))
  await redis?.stop()
})

/** 401 for a guess that the limit allows. On a busy machine the server may have no time for its hash, and answers 503. */
const guess = async (turn: number, email: string): Promise<number> => {
  const response = await fetch(`${servers[turn % 2]?.origin}/v1/auth/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password: 'not the password' }),
  })
  await response.arrayBuffer()
  return response.status === 503 ? 401 : response.status
}
const guesses = async (times: number, email: string): Promise<number[]> =>
  (await Promise.all(Array.from({ length: times }, (_, turn) => guess(turn, email)))).sort()
const repeat = (status: number, times: number): number[] => Array.from({ length: times }, () => status)

redisTest('two servers allow five guesses between them', async () => {
  expect(await guesses(12, 'together@example.com')).toEqual([...repeat(401, 5), ...repeat(429, 7)])
})

redisTest('Redis dies: requests go on, and each server counts by itself; back again, they count together', async () => {
  await redis.kill()
  expect(await guesses(14, 'apart@example.com')).toEqual([...repeat(401, 10), ...repeat(429, 4)])
  for (const server of servers) {
    await server.printed(/(the store of rate limits does not answer)/)
    expect((await fetch(`${server.origin}/readyz`)).status).toBe(200)
  }
  await redis.restart()
  // A second after its last failure each of them asks again, on clocks that are not ours. Apart they allow all six.
  for (
    let round = 0;
    (await guesses(6, `back${round}@example.com`)).filter((status) => status === 401).length > 5;
    round++
  ) {
    expect(round).toBeLessThan(12) // more, and the network would be out of guesses
    await Bun.sleep(100 * 2 ** round)
  }
})

redisTest('an account has its requests on each server: they are counted in memory', async () => {
  const statuses: number[][] = []
  for (const { origin } of servers) {
    const answer = await fetch(`${origin}/v1/auth/sign-up`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'ada@example.com', password: 'correct horse battery staple' }),
    })
    const { accessToken } = (await answer.json()) as { accessToken: string }
    const asked = Array.from({ length: 7 }, () =>
      fetch(`${origin}/v1/me`, { headers: { authorization: `Bearer ${accessToken}` } }).then(({ status }) => status),
    )
    statuses.push((await Promise.all(asked)).sort())
  }
  expect(statuses).toEqual([
    [...repeat(200, 5), 429, 429],
    [...repeat(200, 5), 429, 429],
  ])
})

test('where only Bun could speak to Redis, REDIS_URL stops the start and is named', () => {
  const env = {
    APP_SECRET: 'a secret of more than thirty-two bytes',
    DATABASE_URL: 'https://db.example.com',
    REDIS_URL: 'redis://redis.example.com',
  }
  expect(() => readEdgeConfig(env)).toThrow(ConfigError)
  expect(() => readEdgeConfig(env)).toThrow(/^REDIS_URL: /)
  expect(readEdgeConfig({ ...env, REDIS_URL: '' }).redisUrl).toBeUndefined()
})
