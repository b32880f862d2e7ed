/** `GET /readyz` reports a Redis that refuses or does not answer; requests go on. */
import { afterAll, afterEach, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { RedisClient } from 'bun'
import { processClock } from '../../src/platform/clock.ts'
import { createRedisWindows } from '../../src/platform/limiter/redis.bun.ts'
import { type RunningServer, startServer } from '../http/support/server.ts'
import { testWith } from '../support/real-parts.ts'
import { hasRedis, type Redis, startRedis } from '../support/redis.ts'

setDefaultTimeout(300_000) // processes on a machine that runs other tests too

const present = hasRedis()
const redisTest = testWith(present, 'redis-server')
let redis: Redis
let server: RunningServer | undefined
beforeAll(async () => {
  if (present || process.env.CI) redis = await startRedis(['--requirepass', 'right'])
})
afterEach(async () => {
  await server?.stop()
  server = undefined
})
afterAll(() => redis?.stop())

const at = (credentials: string, database = '') => redis.url.replace('redis://', `redis://${credentials}@`) + database

redisTest.each([
  ['a wrong password', ':wrong', '', ['redis.refused']],
  ['a wrong user', 'nobody:right', '', ['redis.refused']],
  ['a database that is not there', ':right', '/99', ['redis.refused']],
  ['what is right', ':right', '/3', []],
])('%s', async (_, credentials, database, codes) => {
  const windows = createRedisWindows(at(credentials, database), processClock, 5_000)
  expect(await windows.warnings()).toEqual(codes as never)
  expect(await windows.warnings()).toEqual(codes as never) // it is left alone for a second, and the answer stays
  windows.close()
})

redisTest('a password that is missing', async () => {
  const windows = createRedisWindows(redis.url, processClock, 5_000)
  expect(await windows.warnings()).toEqual(['redis.refused'])
  windows.close()
})

test('no server there', async () => {
  const windows = createRedisWindows('redis://127.0.0.1:9', processClock, 5_000)
  expect(await windows.warnings()).toEqual(['redis.silent'])
  windows.close()
})

redisTest('the server stays ready, names the variable and no secret, and goes on limiting', async () => {
  server = await startServer({ RATE_LIMIT: 'on', REDIS_URL: at(':wrong') })
  const { origin } = server
  const ready = await fetch(`${origin}/readyz`)
  const text = await ready.text()
  expect(ready.status).toBe(200)
  expect(JSON.parse(text).warnings).toMatchObject([
    { code: 'redis.refused', message: expect.stringContaining('REDIS_URL') },
  ])
  expect(text).not.toContain('wrong')
  const guesses = await Promise.all(
    Array.from({ length: 8 }, async () => {
      const body = JSON.stringify({ email: 'ada@example.com', password: 'not the password' })
      const headers = { 'content-type': 'application/json' }
      return (await fetch(`${origin}/v1/auth/sign-in`, { method: 'POST', headers, body })).status
    }),
  )
  expect(guesses.filter((status) => status === 429).length).toBeGreaterThan(0)
})

redisTest('a user without the channels is named while the rest of Redis is used, until it has them', async () => {
  const admin = new RedisClient(at(':right'))
  const rights = ['on', '>right', 'resetkeys', '~threeger:*', '+@all']
  await admin.send('ACL', ['SETUSER', 'mute', 'resetchannels', ...rights])
  server = await startServer({ RATE_LIMIT: 'on', REDIS_URL: at('mute:right') })
  const { origin } = server
  const warned = async (): Promise<string[]> => {
    const { warnings } = (await (await fetch(`${origin}/readyz`)).json()) as { warnings: { code: string }[] }
    return warnings.map(({ code }) => code)
  }
  while ((await warned()).join() !== 'messages.refused') await Bun.sleep(50)
  await admin.send('ACL', ['SETUSER', 'mute', '&threeger:*'])
  while ((await warned()).length > 0) await Bun.sleep(50)
  admin.close()
})
