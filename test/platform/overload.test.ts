/** A request that would wait longer than 1.5 s for a hash is refused at once, for hashes of any cost and any number of waiting requests. */
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { Problem } from '../../src/errors.ts'
import { createPasswords } from '../../src/platform/passwords/passwords.ts'
import { portablePasswordFunctions } from '../../src/platform/passwords/portable-passwords.ts'
import { createTurns, MAX_WAIT_MS, type Timing } from '../../src/platform/passwords/turns.ts'

/** Time that passes only on request; between two moments every waiter has a turn. */
function createTime() {
  let now = 0
  const due = new Set<{ at: number; work: () => void }>()
  const timing: Timing = {
    now: () => now,
    after(ms, work) {
      const entry = { at: now + ms, work }
      due.add(entry)
      return () => due.delete(entry)
    },
  }
  const settle = async () => {
    for (let turn = 0; turn < 20; turn++) await Promise.resolve()
  }
  return {
    timing,
    sleep: (ms: number) => new Promise<void>((wake) => timing.after(ms, wake)),
    async until(end: number) {
      await settle()
      for (;;) {
        let next: { at: number; work: () => void } | undefined
        for (const entry of due) if (entry.at <= (next?.at ?? end) && entry.at !== next?.at) next = entry
        if (next === undefined) break
        due.delete(next)
        now = next.at
        next.work()
        await settle()
      }
      now = end
    },
  }
}

interface Caller {
  came: number
  began?: number
  refused?: number
  ended?: number
}

/** So many callers a second for some seconds, hashes of a cost that may change, and how each of them fared. */
async function flood(
  {
    concurrency,
    perSecond,
    seconds,
    cost,
  }: { concurrency: number; perSecond: number; seconds: number; cost: (at: number) => number },
  expectedMs = 30,
) {
  const time = createTime()
  const { timing, sleep } = time
  const inTurn = createTurns({ concurrency, expectedMs }, timing)
  const callers: Caller[] = []
  const come = (index: number) =>
    timing.after(Math.round((index * 1000) / perSecond) - timing.now(), () => {
      if (index + 1 < perSecond * seconds) come(index + 1)
      const caller: Caller = { came: timing.now() }
      callers.push(caller)
      const work = async () => {
        caller.began = timing.now()
        await sleep(cost(timing.now()))
        caller.ended = timing.now()
      }
      inTurn(work).catch((error: unknown) => {
        expect(error).toBeInstanceOf(Problem)
        expect(error).toMatchObject({ code: 'server.busy', options: { retryAfterSeconds: 1 } })
        caller.refused = timing.now()
      })
    })
  come(0)
  await time.until(seconds * 1000 + 100_000)
  return callers
}

const waited = ({ came, began, refused }: Caller): number => (began ?? refused ?? Number.POSITIVE_INFINITY) - came

describe('a flood', () => {
  test.each([
    { what: 'of quick hashes', cost: 12, concurrency: 8 },
    { what: 'of hashes as they are', cost: 30, concurrency: 2 },
    { what: 'on a machine that is ten times slower', cost: 500, concurrency: 2 },
    { what: 'of hashes that each take longer than the longest wait', cost: 4000, concurrency: 1 },
  ])('$what: no request waits longer than 1.5 s, refusals come at once, and no place stays empty', async (given) => {
    const { cost, concurrency } = given
    const capacity = (1000 / cost) * concurrency
    const seconds = Math.max(12, cost / 20)
    const callers = await flood({ ...given, cost: () => cost, perSecond: Math.ceil(capacity * 4), seconds })
    for (const caller of callers) expect(waited(caller)).toBeLessThanOrEqual(MAX_WAIT_MS)
    const refused = callers.filter((caller) => caller.refused !== undefined)
    expect(refused.length).toBeGreaterThan(callers.length / 2)
    // At once, except for the first requests, before a hash was measured.
    const steady = refused.filter(({ came }) => came > 6000)
    expect(steady.filter((caller) => waited(caller) > 0).length).toBeLessThanOrEqual(steady.length / 20)
    const done = callers.filter(({ ended }) => ended !== undefined && ended <= seconds * 1000)
    expect(done.length).toBeGreaterThan(capacity * seconds * 0.9 - concurrency)
  })

  test('of at most 1.5 s of work is served completely, with any number of requests', async () => {
    const callers = await flood({ concurrency: 8, perSecond: 1e6, seconds: 0.0009, cost: () => 12 }, 12)
    expect(callers).toHaveLength(900)
    expect(callers.filter(({ ended }) => ended !== undefined)).toHaveLength(900)
  })

  test('of any shape, with hashes of any cost: no request waits longer than 1.5 s and each gets an answer', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          concurrency: fc.integer({ min: 1, max: 9 }),
          perSecond: fc.integer({ min: 1, max: 150 }),
          seconds: fc.integer({ min: 1, max: 4 }),
        }),
        fc.array(fc.integer({ min: 0, max: 3000 }), { minLength: 1, maxLength: 8 }),
        async (shape, costs) => {
          const callers = await flood({ ...shape, cost: (at) => costs[Math.floor(at / 500) % costs.length] ?? 0 })
          for (const caller of callers) {
            expect(waited(caller)).toBeLessThanOrEqual(MAX_WAIT_MS)
            expect(caller.ended ?? caller.refused).toBeDefined()
          }
        },
      ),
      { numRuns: 60 },
    )
  }, 300_000)
})

test('a machine that becomes slower is noticed before the first slow hash has ended', async () => {
  const callers = await flood({
    concurrency: 2,
    perSecond: 60,
    seconds: 4,
    cost: (at) => (at < 2000 ? 30 : 60_000),
  })
  const late = callers.filter(({ came }) => came > 3600)
  expect(late.length).toBeGreaterThan(20)
  expect(late.filter((caller) => waited(caller) > 0).length).toBeLessThanOrEqual(2)
})

test('and one that recovers serves again', async () => {
  const callers = await flood({ concurrency: 2, perSecond: 40, seconds: 10, cost: (at) => (at < 3000 ? 2000 : 20) })
  expect(callers.filter(({ came, refused }) => came > 7000 && refused !== undefined)).toEqual([])
})

test('a hash that fails gives its place back', async () => {
  const { timing } = createTime()
  const failing = createPasswords(
    { ...portablePasswordFunctions, hash: () => Promise.reject(new Error('no memory')), argon2: async () => true },
    { concurrency: 1, expectedMs: 30 },
    timing,
  )
  for (let times = 0; times < 100; times++) expect(failing.hash('x')).rejects.toThrow('no memory')
  const answers = await Promise.allSettled(Array.from({ length: 10 }, () => failing.hash('x')))
  expect(answers.map(({ status, reason }: { status: string; reason?: Error }) => [status, reason?.message])).toEqual(
    Array(10).fill(['rejected', 'no memory']),
  )
})

describe('a network that requests many hashes', () => {
  /** 30 ms each, two at once: the own queue of a repeated client is always full. */
  async function beside(lines: (caller: number) => string) {
    const { timing, sleep, until } = createTime()
    const inTurn = createTurns({ concurrency: 2, expectedMs: 30 }, timing)
    const outcomes = { served: 0, refused: 0 }
    const waits: number[] = []
    for (let at = 0; at < 10_000; at += 10) {
      for (let caller = 0; caller < 5; caller++) {
        const ask = inTurn(() => sleep(30), lines(caller))
        ask.then(
          () => outcomes.served++,
          () => outcomes.refused++,
        )
      }
      if (at % 500 === 0) {
        const came = timing.now()
        inTurn(async () => {
          waits.push(timing.now() - came)
          await sleep(30)
        }, 'owner').catch(() => waits.push(Number.POSITIVE_INFINITY))
      }
      await until(at + 10)
    }
    await until(20_000)
    return { outcomes, waits }
  }

  test('delays no other network, and gets the refusals itself', async () => {
    const { outcomes, waits } = await beside(() => 'flood')
    expect(waits).toHaveLength(20)
    expect(Math.max(...waits)).toBeLessThanOrEqual(30)
    expect(outcomes.refused).toBeGreaterThan(1000)
    expect(outcomes.served).toBeGreaterThan(600) // no turn is left empty
  })

  test('from a few networks delays the others by a turn of each', async () => {
    const { waits } = await beside((caller) => `flood ${caller}`)
    expect(waits).toHaveLength(20)
    expect(Math.max(...waits)).toBeLessThanOrEqual(6 * 30)
  })
})
