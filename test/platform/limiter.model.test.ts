/** Any order of what can be done to a budget, in memory and in a database, against a model of ten lines. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { sql } from 'drizzle-orm'
import fc from 'fast-check'
import type { Limiter } from '../../src/deps.ts'
import { createLibsqlWindows } from '../../src/platform/limiter/libsql.ts'
import { createLimiter } from '../../src/platform/limiter/limiter.ts'
import { createTestApp, type TestApp } from '../support/test-app.ts'

setDefaultTimeout(300_000) // hundreds of runs, on a machine that runs other tests too

const BUDGET = 'guess:account+address'
const LIMIT = 5
const WINDOW_MS = 60_000

type Step =
  | { act: 'take' | 'look' | 'giveBack' | 'forget'; key: string }
  | { act: 'takeAtOnce'; key: string; times: number }
  | { act: 'wait'; ms: number }

const key = fc.constantFrom('a', 'b')
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ act: fc.constant('take' as const), key }) },
  {
    weight: 2,
    arbitrary: fc.record({ act: fc.constantFrom('look' as const, 'giveBack' as const, 'forget' as const), key }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ act: fc.constant('takeAtOnce' as const), key, times: fc.integer({ min: 2, max: 9 }) }),
  },
  // On, back by hours, or far ahead.
  {
    weight: 2,
    arbitrary: fc.record({
      act: fc.constant('wait' as const),
      ms: fc.constantFrom(1, 4_999, 30_000, 59_999, 60_000, -7_200_000, 34_560_000_000),
    }),
  },
)

/** Points taken and when the window began; what is refused is not taken. */
function createModel() {
  const windows = new Map<string, { taken: number; from: number }>()
  const open = (name: string, now: number) => {
    const found = windows.get(name)
    return found && now >= found.from && now < found.from + WINDOW_MS ? found : undefined
  }
  return {
    take(name: string, now: number): boolean {
      const window = open(name, now) ?? { taken: 0, from: now }
      windows.set(name, window)
      if (window.taken >= LIMIT) return false
      window.taken++
      return true
    },
    left: (name: string, now: number): number => LIMIT - (open(name, now)?.taken ?? 0),
    giveBack(name: string, now: number): void {
      const window = open(name, now)
      if (window && --window.taken <= 0) windows.delete(name) // a window without points is none
    },
    forget: (name: string): void => void windows.delete(name),
  }
}

let t: TestApp
let time = 0
beforeAll(async () => {
  t = await createTestApp()
})
afterAll(() => t.close())

let runs = 0
const clock = { now: () => time }
const quiet = () => {}
const log = { debug: quiet, info: quiet, warning: quiet, error: quiet }
const config = { appSecret: 'a secret of more than thirty-two bytes', rateLimit: true, rateLimitPerMinute: 10 }

const contenders: [string, () => Limiter][] = [
  ['memory', () => createLimiter({ config, clock, log })],
  [
    'a database',
    () =>
      createLimiter({ config, clock, log, shared: createLibsqlWindows(t.deps.db, clock, 10_000, () => sql`${time}`) }),
  ],
]

test.each(contenders)('in %s a budget is what the model says', async (_, create) => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
      time = Date.UTC(2026, 6, 9, 12)
      const run = ++runs
      const limiter = create()
      const model = createModel()
      for (const each of steps) {
        if (each.act === 'wait') {
          time += each.ms
          continue
        }
        const name = `${run} ${each.key}`
        const take = () => limiter.take(BUDGET, name)
        if (each.act === 'take') expect((await take()).allowed).toBe(model.take(name, time))
        else if (each.act === 'look') expect((await limiter.look(BUDGET, name)).remaining).toBe(model.left(name, time))
        else if (each.act === 'takeAtOnce') {
          const taken = await Promise.all(Array.from({ length: each.times }, take))
          const expected = Array.from({ length: each.times }, () => model.take(name, time))
          expect(taken.filter(({ allowed }) => allowed).length).toBe(expected.filter(Boolean).length)
        } else if (each.act === 'forget') {
          await limiter.forget(BUDGET, name)
          model.forget(name)
        } else {
          await limiter.giveBack(BUDGET, name)
          model.giveBack(name, time)
        }
      }
    }),
    { numRuns: Number(process.env.PROPERTY_RUNS ?? 60) },
  )
})
