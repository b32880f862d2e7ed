/** kill -9 of a server, of Redis and of sqld under load, and networks that break between them. Three real servers, real parts. */
import { afterAll, afterEach, beforeAll, expect, setDefaultTimeout } from 'bun:test'
import { cleanUp } from '../process/support/server.ts'
import { call, signUp } from '../support/client.ts'
import { type CountingProxy, startCountingProxy } from '../support/counting-proxy.ts'
import { testWith } from '../support/real-parts.ts'
import { hasRedis } from '../support/redis.ts'
import { hasSqld } from '../support/sqld.ts'
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts'
import { type Door, doorOf, type Fleet, startFleet } from './support/fleet.ts'
import { startTraffic, type Traffic } from './support/traffic.ts'

setDefaultTimeout(300_000) // real servers, on a machine that runs other tests too

const present = (await hasSqld()) && hasRedis()
const fleetTest = testWith(present, 'sqld or redis-server')
const DELAY_MS = 1_000

let fleet: Fleet
let traffic: Traffic | undefined
/** Between the last server and Redis, and between it and sqld. */
let toRedis: TcpProxy
let toDatabase: CountingProxy
// Each test leaves it whole.
beforeAll(async () => {
  if (!present) return
  // The limits are on, because they ask Redis.
  const env = { RATE_LIMIT: 'on', RATE_LIMIT_PER_MINUTE: '1000000' }
  fleet = await startFleet({ size: 2, withRedis: true, env })
  toRedis = startTcpProxy(Number(new URL(String(fleet.redis?.url)).port))
  toDatabase = startCountingProxy({ target: fleet.sqld.url })
  await fleet.add({ REDIS_URL: `redis://127.0.0.1:${toRedis.port}`, DATABASE_URL: toDatabase.url })
})
afterEach(async () => {
  await traffic?.stop()
  traffic = undefined
})
afterAll(async () => {
  await fleet?.end()
  toRedis?.stop()
  await toDatabase?.stop()
  await cleanUp()
})

async function more(count: number): Promise<void> {
  const from = traffic?.answered() ?? 0
  while ((traffic?.answered() ?? 0) < from + count) await Bun.sleep(10)
}

const ready = async (): Promise<void> => {
  for (const { url } of fleet.servers)
    while ((await fetch(`${url}/readyz`).catch(() => undefined))?.status !== 200) await Bun.sleep(20)
}

const redisIsUsed = async (): Promise<void> => {
  for (const { url } of fleet.servers)
    while (JSON.stringify(await (await fetch(`${url}/readyz`)).json()).includes('redis.silent')) await Bun.sleep(20)
}

/** A person signs out at one server. Each of the others, asked a second later, refuses the token. */
async function expectSignOutEverywhere(from: number): Promise<void> {
  const { accessToken: token } = await signUp(fleet.t, `person${crypto.randomUUID()}@example.com`)
  for (const door of fleet.doors()) expect((await call(door, 'GET /v1/me', { token })).status).toBe(200)
  expect((await call(fleet.at(from), 'POST /v1/auth/sign-out', { token })).status).toBe(204)
  await Bun.sleep(DELAY_MS) // the guarantee: what is sent a second later is refused
  for (const door of fleet.doors()) expect((await call(door, 'GET /v1/me', { token })).status).toBe(401)
}

/** The limit of guesses holds for each server, if not for all together. */
async function expectLimited(): Promise<void> {
  const guessAt = async (door: Door) => {
    const body = { email: `${crypto.randomUUID()}@example.com`, password: 'a guess of an attacker' }
    const guesses: number[] = []
    for (let turn = 0; turn < 7; turn++)
      guesses.push(
        (await call(door, 'POST /v1/auth/sign-in', { body, headers: { 'x-forwarded-for': '203.0.113.9' } })).status,
      )
    expect(guesses).toEqual([401, 401, 401, 401, 401, 429, 429])
  }
  await Promise.all(fleet.doors().map(guessAt))
}

fleetTest(
  'kill -9 of a server under load: only what it was answering fails, and the others go on with every session',
  async () => {
    traffic = await startTraffic(fleet)
    await more(20)
    const [victim] = fleet.servers
    if (victim === undefined) throw new Error('no server')
    victim.kill('SIGKILL')
    await victim.exited
    traffic.leave(victim)
    await more(10) // what was sent before the balancer knew
    const lost = traffic.failures()
    await more(60)
    await traffic.stop()
    expect(traffic.failures()).toEqual(lost)
    expect(lost.filter((name) => !name.includes('failed: '))).toEqual([]) // no answer was an error
    fleet.servers[0] = await fleet.add()
    fleet.servers.pop()
    await expectSignOutEverywhere(0)
  },
)

fleetTest(
  'kill -9 of Redis under load: no request fails, limits and sign-out hold, also after it is back',
  async () => {
    traffic = await startTraffic(fleet)
    await more(20)
    await fleet.redis?.kill()
    await more(60)
    await Promise.all([expectSignOutEverywhere(0), expectLimited()])
    await fleet.redis?.restart()
    await redisIsUsed() // while it comes back, a server may count a part there and a part in its memory
    await Promise.all([expectSignOutEverywhere(1), expectLimited()])
    await traffic.stop()
    expect(traffic.failures()).toEqual([])
  },
)

fleetTest(
  'kill -9 of sqld under load: 503 and nothing else, and afterwards every session and every acknowledged change is there',
  async () => {
    traffic = await startTraffic(fleet)
    await more(20)
    const { accessToken: token } = await signUp(fleet.t, `written${crypto.randomUUID()}@example.com`)
    let acknowledged = ''
    const write = async (name: string) => {
      const { status } = await call(fleet.at(0), 'PATCH /v1/me', { token, body: { name } })
      if (status === 200) acknowledged = name
    }
    for (let n = 0; n < 5; n++) await write(`Name ${n}`)
    await fleet.sqld.kill()
    for (let n = 5; n < 8; n++) await write(`Name ${n}`)
    expect(acknowledged).toBe('Name 4')
    await more(20)
    await fleet.sqld.restart()
    await ready()
    const during = traffic.failures()
    expect(during.length).toBeGreaterThan(0)
    expect(during.filter((name) => !/ 503 (?:server\.unavailable|server\.busy)$/.test(name))).toEqual([])
    expect((await call(fleet.at(2), 'GET /v1/me', { token })).body).toMatchObject({ name: acknowledged })
    await more(60)
    await traffic.stop()
    expect(traffic.failures()).toEqual(during)
  },
)

fleetTest(
  'a server that is cut from Redis: no request fails, and what ends at it or elsewhere ends everywhere',
  async () => {
    traffic = await startTraffic(fleet)
    await more(20)
    toRedis.cut()
    await more(20)
    await Promise.all([expectSignOutEverywhere(2), expectSignOutEverywhere(0)])
    toRedis.mend()
    await more(20)
    await expectSignOutEverywhere(2)
    await traffic.stop()
    expect(traffic.failures()).toEqual([])
  },
)

fleetTest(
  'a server that is cut from the database, not from Redis: it is not ready, and what ended meanwhile is never let in',
  async () => {
    const { accessToken: token } = await signUp(fleet.t, 'cut@example.com')
    const cutOff = doorOf(String(fleet.servers[2]?.url))
    expect((await call(cutOff, 'GET /v1/me', { token })).status).toBe(200)
    await toDatabase.setMode('refuse')
    expect((await call(cutOff, 'GET /readyz')).status).toBe(503)
    expect((await call(fleet.at(0), 'POST /v1/auth/sign-out', { token })).status).toBe(204)
    await Bun.sleep(DELAY_MS) // the guarantee: what is sent a second later is refused
    expect((await call(cutOff, 'GET /v1/me', { token })).status).toBe(503)
    await toDatabase.setMode('pass')
    await ready()
    expect((await call(cutOff, 'GET /v1/me', { token })).status).toBe(401)
    await expectSignOutEverywhere(2)
  },
)
