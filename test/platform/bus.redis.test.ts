/** Processes that tell each other something through a real Redis, which goes away and comes back. */
import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { RedisClient } from 'bun'
import { systemClock } from '../../src/platform/clock.ts'
import { createRandom } from '../../src/platform/random.ts'
import { createRedisBus, type RedisBus } from '../../src/platform/redis/bus.bun.ts'
import { freePort } from '../support/ports.ts'
import { testWith } from '../support/real-parts.ts'
import { hasRedis, type Redis, startRedis } from '../support/redis.ts'

setDefaultTimeout(300_000)

const present = hasRedis()
const redisTest = testWith(present, 'redis-server')
let redis: Redis
const opened: RedisBus[] = []
const logged: string[] = []
let names = 0

beforeAll(async () => {
  if (present || process.env.CI) redis = await startRedis()
})
afterAll(() => redis?.stop())
afterEach(() => {
  for (const bus of opened.splice(0)) bus.close()
  logged.length = 0
})

/** How long Redis may take to answer, too: a machine that is busy for a moment must not look like an outage. */
const BEAT_MS = 1_000

const note = (message: string) => void logged.push(message)
const log = { debug: note, info: note, warning: note, error: note }

function startProcess(name: string, url = redis.url): RedisBus {
  const bus = createRedisBus({ url, name, log, random: createRandom(systemClock), beatMs: BEAT_MS })
  opened.push(bus)
  return bus
}
const newName = () => `test-${++names}`
async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await Bun.sleep(5)
}
async function startTwo(): Promise<[RedisBus, RedisBus]> {
  const name = newName()
  const both: [RedisBus, RedisBus] = [startProcess(name), startProcess(name)]
  await until(() => both.every((bus) => bus.isConnected()))
  return both
}
function hear(bus: RedisBus, channel: string): string[] {
  const heard: string[] = []
  bus.subscribe(channel, (message) => void heard.push(message))
  return heard
}
function countMissed(bus: RedisBus, channel = 'news'): { count: number } {
  const missed = { count: 0 }
  bus.subscribe(
    channel,
    () => {},
    () => missed.count++,
  )
  return missed
}
/** Three beats: long enough for a process to say again what it says with each. */
async function sayForBeats(bus: RedisBus): Promise<void> {
  for (let count = 0; count < 30; count++) {
    bus.publish('other', String(count))
    await Bun.sleep(BEAT_MS / 10)
  }
}
/** Sends until it was heard, as whoever gives hints does: one that was sent during an outage is lost. */
async function sayUntilHeard(bus: RedisBus, channel: string, message: string, heard: string[]): Promise<void> {
  while (!heard.includes(message)) {
    bus.publish(channel, message)
    await Bun.sleep(20)
  }
}

describe('the bus over Redis', () => {
  redisTest('tells a message to each listener of each process once', async () => {
    const [one, two] = await startTwo()
    const heard = [hear(one, 'news'), hear(two, 'news'), hear(two, 'news'), hear(two, 'other')]
    one.publish('news', 'first')
    one.publish('news', 'second\nline')
    two.publish('news', 'third')
    await until(() =>
      heard.slice(0, 3).every((messages) => messages.includes('third') && messages.includes('second\nline')),
    )
    // What came twice would come before the next message.
    one.publish('news', 'last')
    await until(() => heard.slice(0, 3).every((messages) => messages.includes('last')))
    for (const messages of heard.slice(0, 3))
      expect(messages.toSorted()).toEqual(['first', 'last', 'second\nline', 'third'])
    expect(heard[3]).toEqual([])
  })

  redisTest('equal messages of one turn are sent as one', async () => {
    const [one, two] = await startTwo()
    const heard = hear(two, 'events')
    for (let count = 0; count < 500; count++) one.publish('events', '')
    one.publish('events', 'end')
    await until(() => heard.includes('end'))
    expect(heard).toEqual(['', 'end'])
  })

  redisTest('whom a burst did not reach is told that messages were missed, and hears the next one', async () => {
    const [one, two] = await startTwo()
    const heard = hear(two, 'news')
    const missed = countMissed(two)
    const [own, other] = [countMissed(one), countMissed(two, 'other')]
    for (let count = 0; count < 5_000; count++) one.publish('news', String(count))
    await until(() => missed.count === 1 && other.count === 1)
    expect(heard.length).toBeLessThanOrEqual(2_000) // bounded memory
    expect(own.count).toBe(0)
    await sayUntilHeard(one, 'news', 'next', heard)
    // Once, and not with each beat.
    await sayForBeats(one)
    expect([missed.count, other.count, own.count]).toEqual([1, 1, 0])
  })

  redisTest('a message that is too long, or said without a connection, is told as missed', async () => {
    const name = newName()
    const two = startProcess(name)
    await until(() => two.isConnected())
    const missed = countMissed(two)
    const one = startProcess(name)
    one.publish('news', 'early')
    await until(() => missed.count === 1)
    one.publish('news', 'x'.repeat(5_000))
    await until(() => missed.count === 2)
    expect(missed.count).toBe(2)
  })

  redisTest('a Redis that is slow does not fill the memory, and what it did not take is told as missed', async () => {
    const [one, two] = await startTwo()
    const heard = hear(two, 'news')
    const missed = countMissed(two)
    redis.freeze()
    try {
      for (let turn = 0; turn < 10; turn++) {
        for (let count = 0; count < 1_000; count++) one.publish('news', `${turn} ${count}`)
        await new Promise((next) => setTimeout(next, 0))
      }
    } finally {
      redis.thaw()
    }
    await until(() => missed.count > 0)
    await sayUntilHeard(one, 'news', 'thawed', heard)
    expect(heard.filter((message) => message !== 'thawed').length).toBeLessThanOrEqual(2_000)
  })

  redisTest('servers with other names hear nothing of each other', async () => {
    const [one, two] = await startTwo()
    const [stranger] = await startTwo()
    const [heard, theirs] = [hear(two, 'news'), hear(stranger, 'news')]
    one.publish('news', 'ours')
    await until(() => heard.length > 0)
    stranger.publish('news', 'theirs')
    await until(() => theirs.length > 0)
    expect([heard, theirs]).toEqual([['ours'], ['theirs']])
  })

  redisTest('a listener that ended hears nothing, and one that throws stops no other', async () => {
    const [one, two] = await startTwo()
    two.subscribe('news', () => {
      throw new Error('broken')
    })
    const gone: string[] = []
    two.subscribe('news', (message) => void gone.push(message))()
    const heard = hear(two, 'news')
    one.publish('news', 'now')
    await until(() => heard.length > 0)
    expect(gone).toEqual([])
    expect(logged).toContain('a listener of the bus failed')
  })

  redisTest('what strangers write to the channel is not read', async () => {
    const name = newName()
    const [one, two] = [startProcess(name), startProcess(name)]
    await until(() => one.isConnected() && two.isConnected())
    const heard = hear(two, 'news')
    const stranger = new RedisClient(redis.url)
    const said = [
      '',
      'null',
      '[]',
      '{',
      '{"from":1,"to":"news","say":"x"}',
      '{"to":"news","say":"x"}',
      `"${'x'.repeat(100_000)}"`,
    ]
    for (const text of [...said, JSON.stringify({ from: 'x', to: 'news', say: 'y'.repeat(100_000) })])
      await stranger.publish(`${name}:bus`, text)
    stranger.close()
    one.publish('news', 'after')
    await until(() => heard.includes('after'))
    expect(heard).toEqual(['after'])
    expect(logged).toEqual([])
  })

  redisTest('after kill -9 of Redis each process hears the others again, and each message once', async () => {
    const [one, two] = await startTwo()
    const heard = hear(two, 'news')
    const missed = countMissed(two)
    for (let round = 0; round < 3; round++) {
      const before = missed.count
      await redis.kill()
      one.publish('news', `lost ${round}`) // throws nothing, waits for nothing
      await until(() => !one.isConnected() && !two.isConnected())
      await redis.restart()
      await until(() => one.isConnected() && two.isConnected())
      await sayUntilHeard(one, 'news', `round ${round}`, heard)
      expect(missed.count).toBeGreaterThan(before)
    }
    heard.length = 0
    one.publish('news', 'once')
    one.publish('news', 'end')
    await until(() => heard.includes('end'))
    expect(heard).toEqual(['once', 'end'])
    expect(logged.filter((line) => line.startsWith('Redis passes on no messages'))).toHaveLength(6)
  })

  redisTest('a connection that Redis closes is replaced', async () => {
    const [one, two] = await startTwo()
    const heard = hear(two, 'news')
    const operator = new RedisClient(redis.url)
    await operator.send('CLIENT', ['KILL', 'TYPE', 'pubsub'])
    operator.close()
    await sayUntilHeard(one, 'news', 'again', heard)
    expect(heard).toContain('again')
  })

  redisTest('a frozen Redis is noticed, though its connections stay open', async () => {
    const [one, two] = await startTwo()
    const heard = hear(two, 'news')
    redis.freeze()
    try {
      await until(() => !one.isConnected() && !two.isConnected())
    } finally {
      redis.thaw()
    }
    await sayUntilHeard(one, 'news', 'thawed', heard)
    expect(heard).toContain('thawed')
  })

  test('without Redis the listeners of this process hear it, and nothing waits', async () => {
    const bus = startProcess('nowhere', `redis://127.0.0.1:${freePort()}`)
    const heard = hear(bus, 'news')
    for (let count = 0; count < 10_000; count++) bus.publish('news', String(count))
    await until(() => heard.length === 10_000)
    expect(bus.isConnected()).toBe(false)
  })
})
