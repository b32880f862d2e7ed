import { describe, expect, test } from 'bun:test'
import type { Limiter, Log } from '../../src/deps.ts'
import { createMemoryWindows } from '../../src/platform/limiter/memory.ts'
import { createLimiter, type WindowStore } from '../../src/platform/limiter/limiter.ts'

const SECRET = 'a secret of more than thirty-two bytes'
const HOUR = 3_600_000

interface World {
  limiter: Limiter
  advance: (ms: number) => void
  warnings: string[]
  told: Record<string, unknown>[]
}

function world({ shared, rateLimit = true }: { shared?: WindowStore; rateLimit?: boolean } = {}): World {
  let time = Date.UTC(2026, 6, 9, 12)
  const warnings: string[] = []
  const told: Record<string, unknown>[] = []
  const quiet = () => {}
  const info: Log['info'] = (message, fields) => void told.push({ message, ...fields })
  const log: Log = { debug: quiet, info, error: quiet, warning: (message) => void warnings.push(message) }
  const config = { appSecret: SECRET, rateLimit, rateLimitPerMinute: 3 }
  return {
    limiter: createLimiter({ config, clock: { now: () => time }, log, shared }),
    advance(ms) {
      time += ms
    },
    warnings,
    told,
  }
}

const take = (limiter: Limiter, times: number, key = 'k') =>
  Promise.all(Array.from({ length: times }, () => limiter.take('guess:account+address', key)))

describe('a budget', () => {
  test('allows its points, says what is left and when the window ends', async () => {
    const { limiter, advance } = world()
    const first = await limiter.take('guess:account+address', 'k')
    expect(first).toEqual({
      allowed: true,
      budget: 'guess:account+address',
      limit: 5,
      remaining: 4,
      resetSeconds: 60,
      windowSeconds: 60,
    })
    advance(30_500)
    const more = await take(limiter, 5)
    expect(more.map(({ allowed }) => allowed)).toEqual([true, true, true, true, false])
    expect(more.at(-1)).toEqual({
      allowed: false,
      budget: 'guess:account+address',
      limit: 5,
      remaining: 0,
      resetSeconds: 30,
      windowSeconds: 60,
    })
  })

  test('is back in full when its window ends, not a millisecond earlier', async () => {
    const { limiter, advance } = world()
    await take(limiter, 9)
    advance(59_999)
    expect((await limiter.take('guess:account+address', 'k')).allowed).toBeFalse()
    advance(1)
    expect(await limiter.take('guess:account+address', 'k')).toMatchObject({ allowed: true, remaining: 4 })
  })

  test.each([
    ['set back 2 h', -2 * HOUR],
    ['set forward 400 d', 400 * 24 * HOUR],
  ])('of a clock %s lasts one window and no longer', async (_, ms) => {
    const { limiter, advance } = world()
    await take(limiter, 9)
    advance(ms)
    expect((await take(limiter, 6)).filter(({ allowed }) => allowed).length).toBe(5)
    advance(59_999)
    expect((await limiter.look('guess:account+address', 'k')).allowed).toBeFalse()
    advance(1)
    expect((await limiter.take('guess:account+address', 'k')).allowed).toBeTrue()
  })

  test('is one for each key, and no budget spends the points of another', async () => {
    const { limiter } = world()
    await take(limiter, 6)
    expect((await limiter.take('guess:account+address', 'other')).remaining).toBe(4)
    expect((await limiter.take('guess:address', 'k')).remaining).toBe(99)
  })

  test('is looked at without taking a point', async () => {
    const { limiter } = world()
    expect(await limiter.look('guess:account+address', 'k')).toMatchObject({ allowed: true, remaining: 5 })
    await take(limiter, 5)
    for (let again = 0; again < 3; again++)
      expect(await limiter.look('guess:account+address', 'k')).toMatchObject({ allowed: false, remaining: 0 })
    expect((await limiter.look('requests:account', 'k')).limit).toBe(3)
  })

  test('gets one point back, or all of them forgotten', async () => {
    const { limiter, advance } = world()
    await take(limiter, 5)
    await limiter.giveBack('guess:account+address', 'k')
    expect((await take(limiter, 2)).map(({ allowed }) => allowed)).toEqual([true, false])
    await limiter.forget('guess:account+address', 'k')
    expect((await take(limiter, 1))[0]?.remaining).toBe(4)
    advance(60_000)
    // The window it was taken from is over: there is nothing to give back, and no sixth point.
    await limiter.giveBack('guess:account+address', 'k')
    await limiter.giveBack('guess:account+address', 'new')
    expect((await take(limiter, 6)).filter(({ allowed }) => allowed).length).toBe(5)
  })

  test('does not count refused requests, after the others gave theirs back', async () => {
    const { limiter } = world()
    expect((await take(limiter, 50)).filter(({ allowed }) => allowed).length).toBe(5)
    for (let turn = 0; turn < 5; turn++) await limiter.giveBack('guess:account+address', 'k')
    expect((await take(limiter, 6)).map(({ allowed }) => allowed)).toEqual([true, true, true, true, true, false])
  })

  test('of requests is what RATE_LIMIT_PER_MINUTE says', async () => {
    const { limiter } = world()
    const taken = Array.from({ length: 4 }, () => limiter.takeRequest('usr_1'))
    expect(taken.map(({ allowed }) => allowed)).toEqual([true, true, true, false])
    expect(taken[0]).toMatchObject({ limit: 3, remaining: 2, windowSeconds: 60 })
  })

  test('is logged once a window, without an e-mail address', async () => {
    const { limiter, advance, told } = world()
    await take(limiter, 5, 'ada@example.com')
    expect(told).toEqual([])
    await take(limiter, 20, 'ada@example.com')
    expect(told).toEqual([{ message: 'a rate limit was reached', budget: 'guess:account+address' }])
    advance(60_000)
    await take(limiter, 20, 'ada@example.com')
    expect(told.length).toBe(2)
    for (let turn = 0; turn < 9; turn++) limiter.takeRequest('usr_1')
    expect(told.at(-1)).toEqual({ message: 'a rate limit was reached', budget: 'requests:account', account: 'usr_1' })
    expect(told.length).toBe(3)
  })

  test('taken here is counted apart from the store, and given back', async () => {
    const asked: string[] = []
    const memory = createMemoryWindows({ now: () => 0 }, 100)
    const shared: WindowStore = {
      ...memory,
      take(key, windowMs) {
        asked.push(key)
        return memory.take(key, windowMs)
      },
    }
    const { limiter } = world({ shared })
    const takes = () => limiter.takeHere('guess:account+address', 'k')
    expect(Array.from({ length: 6 }, takes).map(({ allowed }) => allowed)).toEqual([...Array(5).fill(true), false])
    limiter.giveBackHere('guess:account+address', 'k')
    expect(takes().allowed).toBeTrue()
    expect(asked).toEqual([])
  })

  test('has no end with RATE_LIMIT=off', async () => {
    const { limiter } = world({ rateLimit: false })
    expect((await take(limiter, 1000)).every(({ allowed }) => allowed)).toBeTrue()
  })
})

describe('the memory of one budget', () => {
  const MINUTE = 60_000
  const LIMIT = 5
  let time = 0
  const clock = { now: () => time }
  const memory = (maxKeys = 1_000) => {
    time = 0
    return createMemoryWindows(clock, maxKeys)
  }

  test('keeps every open window, exhausted or begun, when new clients come', () => {
    const windows = memory()
    for (let turn = 0; turn < LIMIT; turn++) windows.takeNow('exhausted', MINUTE)
    windows.takeNow('begun', MINUTE)
    for (let key = 0; key < 65_536; key++) windows.takeNow(`2001:db8:0:${key.toString(16)}::/64`, MINUTE)
    expect(windows.takeNow('exhausted', MINUTE).points).toBe(LIMIT + 1)
    expect(windows.takeNow('begun', MINUTE).points).toBe(2)
  })

  test('counts new clients when it is full, and never too low', async () => {
    const windows = memory(100)
    for (let key = 0; key < 5_000; key++) windows.takeNow(`flood ${key}`, MINUTE)
    for (let turn = 1; turn <= 9; turn++) {
      expect(windows.takeNow('late', MINUTE).points).toBeGreaterThanOrEqual(turn)
      // Nothing is given back there: it might be what another has taken.
      windows.giveBackNow('late', MINUTE, LIMIT)
      await windows.remove('late', MINUTE)
      expect((await windows.read('late', MINUTE))?.points).toBeGreaterThanOrEqual(turn)
    }
    time = MINUTE
    expect(windows.takeNow('late', MINUTE).points).toBe(1)
  })

  test('shares few points when it is full: most late clients have their own', () => {
    const windows = memory(100)
    for (let key = 0; key < 10_000; key++) windows.takeNow(`flood ${key}`, MINUTE)
    const alone = Array.from({ length: 1_000 }, (_, key) => windows.takeNow(`late ${key}`, MINUTE).points)
    expect(alone.filter((points) => points === 1).length).toBeGreaterThan(900)
  })

  test('makes room as windows end, also when the clock was set back', () => {
    const windows = memory(100)
    for (let key = 0; key < 100; key++) windows.takeNow(`old ${key}`, MINUTE)
    time = MINUTE
    for (let key = 0; key < 100; key++) expect(windows.takeNow(`new ${key}`, MINUTE).points).toBe(1)
    time = -10 * MINUTE
    for (let key = 0; key < 100; key++) expect(windows.takeNow(`back ${key}`, MINUTE).points).toBe(1)
    for (let key = 0; key < 100; key++) expect(windows.takeNow(`back ${key}`, MINUTE).points).toBe(2)
  })

  test('is gone with what is given back', async () => {
    const windows = memory()
    windows.takeNow('k', MINUTE)
    windows.giveBackNow('k', MINUTE, LIMIT)
    expect(await windows.read('k', MINUTE)).toBeUndefined()
  })
})

describe('budgets taken in turn', () => {
  const guess = (account: string) =>
    [
      ['guess:address', 'net'],
      ['guess:account+address', account],
    ] as const

  test('are taken up to the first that refuses, and none after it', async () => {
    const { limiter } = world()
    for (let turn = 0; turn < 100; turn++) await limiter.take('guess:address', 'net')
    const [refused, ...more] = await limiter.takeInTurn(guess('k'))
    expect([refused?.allowed, refused?.limit, more]).toEqual([false, 100, []])
    expect((await limiter.look('guess:account+address', 'k')).remaining).toBe(5)
  })

  test('count for each that was asked before', async () => {
    const { limiter } = world()
    const answers: boolean[][] = []
    for (let turn = 0; turn < 6; turn++)
      answers.push((await limiter.takeInTurn(guess('k'))).map(({ allowed }) => allowed))
    expect(answers.at(-2)).toEqual([true, true])
    expect(answers.at(-1)).toEqual([true, false])
    expect((await limiter.look('guess:address', 'net')).remaining).toBe(94)
  })

  test('cannot be flooded by a refused address, which adds no more accounts', async () => {
    const { limiter } = world()
    for (let turn = 0; turn < 99; turn++) await limiter.take('guess:account', 'victim')
    for (let turn = 0; turn < 5_000; turn++)
      await limiter.takeInTurn([...guess(`random ${turn}`), ['guess:account', `random ${turn}`]])
    expect((await limiter.look('guess:account', 'victim')).remaining).toBe(0)
    expect((await limiter.look('guess:account', 'random 99')).remaining).toBe(98)
    expect((await limiter.look('guess:account', 'random 100')).remaining).toBe(99) // never got that far
  })
})

describe('a shared store', () => {
  const failing: WindowStore = {
    take: async () => {
      throw new Error('down')
    },
    giveBack: async () => {
      throw new Error('down')
    },
    read: async () => {
      throw new Error('down')
    },
    remove: async () => {
      throw new Error('down')
    },
  }

  test('that is down never fails a request: this process counts, and says so once a minute', async () => {
    const { limiter, advance, warnings } = world({ shared: failing })
    expect((await take(limiter, 7)).filter(({ allowed }) => allowed).length).toBe(5)
    expect((await limiter.look('guess:account+address', 'k')).allowed).toBeFalse()
    await limiter.giveBack('guess:account+address', 'k')
    await limiter.forget('guess:account+address', 'k')
    expect((await limiter.look('guess:account+address', 'k')).remaining).toBe(5)
    expect(warnings.length).toBe(1)
    advance(60_000)
    await take(limiter, 1)
    expect(warnings.length).toBe(2)
  })

  test('sees neither e-mail nor address, and is not asked again at once about what it refused', async () => {
    const memory = createMemoryWindows({ now: () => 0 }, 1_000)
    const keys: string[] = []
    const shared: WindowStore = {
      ...memory,
      take(key, windowMs) {
        keys.push(key)
        return memory.take(key, windowMs)
      },
    }
    const { limiter, advance } = world({ shared })
    for (let turn = 0; turn < 20; turn++) await limiter.take('guess:account+address', 'ada@example.com 203.0.113.7')
    expect(keys.length).toBe(6)
    expect(new Set(keys).size).toBe(1)
    advance(5_000)
    await limiter.take('guess:account+address', 'ada@example.com 203.0.113.7')
    expect(keys.length).toBe(7) // once in five seconds
    expect(keys[0]).toMatch(/^guess:account\+address:[\w-]{43}$/)
    limiter.takeRequest('usr_1')
    expect(keys.length).toBe(7) // counted in each process: it would be a trip on every request
  })
})
