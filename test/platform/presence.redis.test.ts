/** Who is in a room, in several processes over a real Redis. */
import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout } from 'bun:test'
import { RedisClient } from 'bun'
import { systemClock } from '../../src/platform/clock.ts'
import { createRandom } from '../../src/platform/random.ts'
import { createRedisBus, type RedisBus } from '../../src/platform/redis/bus.bun.ts'
import { createRedisPresence } from '../../src/platform/redis/presence.bun.ts'
import { testWith } from '../support/real-parts.ts'
import { hasRedis, type Redis, startRedis } from '../support/redis.ts'

setDefaultTimeout(300_000)

const present = hasRedis()
const redisTest = testWith(present, 'redis-server')
const quiet = () => {}
const log = { debug: quiet, info: quiet, warning: quiet, error: quiet }
let redis: Redis
let names = 0
const opened: { close(): void }[] = []

beforeAll(async () => {
  if (present || process.env.CI) redis = await startRedis()
})
afterAll(() => redis?.stop())
afterEach(() => {
  for (const part of opened.splice(0)) part.close()
})

const ROOM = `org:org_${'0'.repeat(32)}` as const
const OTHER = 'topic:user' as const
/** A process whose four beats are missed counts as dead: a machine that is busy for a moment must not make it so. */
const BEAT_MS = 250

const ada = { id: 'usr_ada', kind: 'user', since: 10 }
const bob = { id: 'usr_bob', kind: 'user', since: 20 }

async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await Bun.sleep(5)
}
/** Processes of one server. `changes`: what the listeners of each were told. */
async function start(count: number, patience: { answerMs?: number; beatMs?: number }[] = []) {
  const name = `test-${++names}`
  const random = createRandom(systemClock)
  const processes = Array.from({ length: count }, (_, index) => {
    const { answerMs, beatMs = BEAT_MS } = patience[index] ?? {}
    const bus = createRedisBus({ url: redis.url, name, log, random, beatMs })
    const parts = { url: redis.url, name, bus, clock: systemClock, random, beatMs: BEAT_MS }
    const store = createRedisPresence(answerMs === undefined ? parts : { ...parts, answerMs })
    opened.push(bus, store)
    const changes: string[] = []
    store.follow((room, change) => void changes.push(`${change.present.id} ${change.change} ${room}`))
    const ids = async (room: typeof ROOM | typeof OTHER = ROOM) =>
      (await store.list(room)).map(({ id }) => id).toSorted()
    return { bus, store, changes, ids }
  })
  await until(() => processes.every(({ bus }) => bus.isConnected()))
  return processes as [(typeof processes)[0], ...typeof processes] & typeof processes
}

/** The next message of this bus comes to a bus that is full. */
function fillOnce(bus: RedisBus): void {
  const { publish } = bus
  bus.publish = (to, say) => {
    bus.publish = publish
    for (let index = 0; index < 2_000; index++) publish('noise', String(index))
    publish(to, say)
  }
}

describe('presence over Redis', () => {
  redisTest(
    'a person is there once, whatever the processes and connections, and leaves with the last one',
    async () => {
      const [one, two] = await start(2)
      if (two === undefined) throw new Error('two processes')
      one.store.enter(ROOM, bob, 'con_0')
      two.store.enter(ROOM, ada, 'con_1')
      await until(async () => (await one.ids()).length === 2 && one.changes.length === 2)
      one.store.enter(ROOM, { ...ada, since: 5 }, 'con_2')
      two.store.enter(ROOM, ada, 'con_3')
      await until(async () => (await two.store.list(ROOM)).some(({ since }) => since === 5))
      expect((await two.store.list(ROOM)).filter(({ id }) => id === ada.id)).toEqual([{ ...ada, since: 5 }])
      two.store.leave(ROOM, ada, 'con_1')
      two.store.leave(ROOM, ada, 'con_3')
      one.store.enter(ROOM, { id: 'usr_carl', kind: 'user', since: 1 }, 'con_4')
      await until(() => one.changes.some((change) => change.startsWith('usr_carl')))
      expect(one.changes).not.toContain(`usr_ada left ${ROOM}`)
      one.store.leave(ROOM, ada, 'con_2')
      await until(() => one.changes.includes(`usr_ada left ${ROOM}`))
      expect(await two.ids()).toEqual(['usr_bob', 'usr_carl'])
      expect(one.changes).toEqual([
        `usr_bob came ${ROOM}`,
        `usr_ada came ${ROOM}`,
        `usr_carl came ${ROOM}`,
        `usr_ada left ${ROOM}`,
      ])
    },
  )

  redisTest('who comes back in another process has not left, however late the first one says it', async () => {
    const [one, two, three] = await start(3)
    if (two === undefined || three === undefined) throw new Error('three processes')
    three.store.enter(ROOM, bob, 'con_1')
    one.store.enter(ROOM, ada, 'con_2')
    await until(() => three.changes.length === 2)
    const late: (() => void)[] = []
    const { publish } = one.bus
    one.bus.publish = (to, say) => void late.push(() => publish(to, say))
    one.store.leave(ROOM, ada, 'con_2')
    await until(() => late.length === 1)
    two.store.enter(ROOM, ada, 'con_3')
    two.store.enter(ROOM, { ...bob, id: 'usr_carl' }, 'con_4')
    await until(() => three.changes.includes(`usr_carl came ${ROOM}`))
    one.store.enter(ROOM, { ...bob, id: 'usr_dora' }, 'con_5')
    await until(() => late.length === 2)
    for (const say of late) say()
    const others = [two, three]
    await until(() => others.every(({ changes }) => changes.includes(`usr_dora came ${ROOM}`)))
    for (const { changes } of others) expect(changes).not.toContain(`usr_ada left ${ROOM}`)
    two.store.leave(ROOM, ada, 'con_3')
    await until(() => others.every(({ changes }) => changes.includes(`usr_ada left ${ROOM}`)))
    for (const { changes } of others)
      expect(changes.filter((change) => change.startsWith('usr_ada'))).toEqual([
        `usr_ada came ${ROOM}`,
        `usr_ada left ${ROOM}`,
      ])
  })

  redisTest('what a full bus did not tell is told with the next beats, and nobody is told twice', async () => {
    const [one, two] = await start(2)
    if (two === undefined) throw new Error('two processes')
    const people = Array.from({ length: 2_500 }, (_, index) => ({ ...bob, id: `usr_${index}` }))
    one.store.enter(ROOM, { ...bob, id: 'usr_early' }, 'con_0')
    await until(async () => (await two.ids()).length === 1)
    two.store.enter(ROOM, ada, 'con_1')
    expect(await two.ids()).toEqual(['usr_ada', 'usr_early']) // a connection asks who is there, and knows it from then on
    // What the bus said of the first person may come only now, and is told then.
    await until(() => two.changes.includes(`usr_ada came ${ROOM}`))
    fillOnce(one.bus)
    for (const person of people) one.store.enter(ROOM, person, 'con_2')
    await until(() => {
      const told = new Set(two.changes)
      return people.every(({ id }) => told.has(`${id} came ${ROOM}`))
    })
    one.store.leave(ROOM, { ...bob, id: 'usr_early' }, 'con_0')
    await until(() => two.changes.includes(`usr_early left ${ROOM}`))
    for (const person of people) one.store.leave(ROOM, person, 'con_2')
    await until(() => {
      const last = new Map(two.changes.map((change) => [change.slice(0, change.indexOf(' ')), change]))
      return people.every(({ id }) => last.get(id) === `${id} left ${ROOM}`)
    })
    const byPerson = Map.groupBy(two.changes, (change) => change.slice(0, change.indexOf(' ')))
    for (const { id } of people) {
      const changes = byPerson.get(id) ?? []
      expect([id, changes.at(-1)]).toEqual([id, `${id} left ${ROOM}`])
      // A process that is busy for four beats is taken for dead: its people leave, and come again.
      for (const [index, change] of changes.entries())
        expect(change).toBe(`${id} ${index % 2 === 0 ? 'came' : 'left'} ${ROOM}`)
    }
    await until(async () => (await two.ids()).join() === 'usr_ada')
  })

  redisTest('rooms and servers know nothing of each other', async () => {
    const [one, two] = await start(2)
    const [stranger] = await start(1)
    one.store.enter(ROOM, ada, 'con_1')
    two?.store.enter(OTHER, bob, 'con_2')
    await until(async () => (await two?.ids())?.length === 1)
    await until(async () => (await one.ids(OTHER)).length === 1)
    expect(await one.ids()).toEqual(['usr_ada'])
    expect(await stranger.ids()).toEqual([])
    expect(one.changes).toEqual([`usr_ada came ${ROOM}`])
  })

  redisTest('whom a dead process had leaves: the others are told once', async () => {
    const [one, two, three] = await start(3)
    if (two === undefined || three === undefined) throw new Error('three processes')
    one.store.enter(ROOM, bob, 'con_1')
    three.store.enter(ROOM, { ...bob, id: 'usr_carl' }, 'con_2')
    two.store.enter(ROOM, ada, 'con_3')
    two.store.enter(ROOM, bob, 'con_4')
    await until(() => one.changes.length >= 3 && three.changes.some((change) => change.startsWith('usr_ada')))
    two.store.close() // it says nothing any more, as after kill -9
    await until(() => [one, three].every(({ changes }) => changes.includes(`usr_ada left ${ROOM}`)))
    expect(await one.ids()).toEqual(['usr_bob', 'usr_carl'])
    one.store.leave(ROOM, bob, 'con_1')
    await until(() => three.changes.includes(`usr_bob left ${ROOM}`))
    for (const { changes } of [one, three])
      expect(changes.filter((change) => change === `usr_ada left ${ROOM}`)).toHaveLength(1)
  })

  redisTest('while Redis is away each process knows its own, and afterwards all know all', async () => {
    const [one, two] = await start(2)
    if (two === undefined) throw new Error('two processes')
    one.store.enter(ROOM, ada, 'con_1')
    two.store.enter(ROOM, bob, 'con_2')
    await until(async () => (await one.ids()).length === 2)
    await redis.kill()
    const carl = { ...ada, id: 'usr_carl' }
    one.store.enter(ROOM, carl, 'con_3')
    two.store.leave(ROOM, bob, 'con_2')
    two.store.enter(OTHER, bob, 'con_4')
    await until(() => one.changes.includes(`usr_carl came ${ROOM}`))
    expect(await one.ids()).toEqual(['usr_ada', 'usr_carl'])
    await redis.restart() // it has kept nothing
    await until(async () => (await two.ids()).length === 2 && (await one.ids(OTHER)).length === 1)
    expect(await two.ids()).toEqual(['usr_ada', 'usr_carl'])
    expect(one.changes.filter((change) => change === `usr_carl came ${ROOM}`)).toHaveLength(1)
  })

  redisTest('who left while Redis was frozen is not there when it thaws', async () => {
    const [one, two] = await start(2)
    if (two === undefined) throw new Error('two processes')
    one.store.enter(ROOM, ada, 'con_1')
    await until(async () => (await two.ids()).length === 1)
    redis.freeze()
    try {
      one.store.leave(ROOM, ada, 'con_1')
      expect(await one.ids()).toEqual([])
    } finally {
      redis.thaw()
    }
    await until(async () => (await two.ids()).length === 0)
  })

  redisTest('who left is told to the others too, if Redis noted it and its answer came too late', async () => {
    // The bus and the second process wait longer than Redis is frozen: they do not know that anything was missed.
    const patient = { answerMs: 60_000, beatMs: 60_000 }
    const [one, two] = await start(2, [{ ...patient, answerMs: 500 }, patient])
    if (two === undefined) throw new Error('two processes')
    one.store.enter(ROOM, bob, 'con_1')
    two.store.enter(ROOM, { ...bob, id: 'usr_carl' }, 'con_2')
    await until(async () => (await two.ids()).length === 2)
    for (let round = 1; round <= 3; round++) {
      const told = (changes: string[], change: string) =>
        changes.filter((text) => text === `usr_ada ${change} ${ROOM}`).length
      one.store.enter(ROOM, ada, 'con_3')
      await until(() => told(two.changes, 'came') === round)
      redis.freeze()
      try {
        one.store.leave(ROOM, ada, 'con_3')
        await until(() => told(one.changes, 'left') === round)
      } finally {
        redis.thaw()
      }
      await until(() => told(two.changes, 'left') === round)
    }
  })

  redisTest('what strangers write to Redis and to the bus is nobody', async () => {
    const [one, two] = await start(2)
    if (two === undefined) throw new Error('two processes')
    one.store.enter(ROOM, ada, 'con_1')
    two.store.enter(ROOM, bob, 'con_2')
    await until(async () => (await one.ids()).length === 2)
    const stranger = new RedisClient(redis.url)
    const key = `test-${names}:room:${ROOM}`
    for (const [field, value] of [
      ['x', 'y'],
      ['usr_x\nnobody', JSON.stringify(ada)],
      ['usr_y\n', '{'],
      ['usr_z\n1', 'null'],
    ] as const)
      await stranger.send('HSET', [key, field, value])
    for (const said of [
      '',
      '{',
      '[]',
      'null',
      '{"room":1}',
      `{"room":"${ROOM}","change":"came","present":{"id":1}}`,
      `{"room":"org:x","change":"came","present":${JSON.stringify(ada)}}`,
    ])
      two.bus.publish('presence', said)
    await stranger.send('DEL', [`test-${names}:here`])
    await stranger.send('SET', [`test-${names}:here`, 'no set'])
    expect(await one.ids()).toEqual(['usr_ada'])
    await stranger.send('DEL', [`test-${names}:here`])
    stranger.close()
    await until(async () => (await one.ids()).length === 2)
    expect(await one.ids()).toEqual(['usr_ada', 'usr_bob'])
  })
})
