/** The live tail shows each event once and misses none, however late it was committed and however often the network fails. */
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { eventTypes as known } from '../../../src/declared.ts'
import type { AuditEvent } from '../../../src/modules/audit-events/schema.ts'
import { eventTypes as shown } from '../../../src/modules/console/browser/sections/audit-log/event-types.ts'
import {
  createTail,
  EVERY_MS,
  LONGEST_MS,
  OVERLAP_MS,
  type TailState,
} from '../../../src/modules/console/browser/sections/audit-log/tail.ts'

test('the filter offers every type of event that the server has', () => {
  expect([...shown].sort()).toEqual([...known].sort())
})

const START = Date.UTC(2026, 6, 9, 12)

/** A log, a clock and a page of its own. `madeAt`: the time in the id. `seenAt`: when others can read it. */
function world(pageSize = 3) {
  const log: { event: AuditEvent; seenAt: number }[] = []
  const found: string[] = []
  const states: [TailState, number | undefined][] = []
  let now = START
  let timer: { at: number; work: () => void } | undefined
  let isDown = false
  let questions = 0
  const happen = (madeAt: number, seenAt: number, n: number) =>
    log.push({
      seenAt,
      event: {
        id: `evt_${madeAt.toString(16)}_${String(n).padStart(6, '0')}`,
        at: new Date(madeAt).toISOString(),
      } as AuditEvent, // the tail looks at nothing else
    })
  const visible = () =>
    log
      .filter(({ seenAt }) => seenAt <= now)
      .map(({ event }) => event)
      .sort((one, other) => (one.id < other.id ? 1 : -1))
  const parts = {
    async read(since: string | undefined, cursor: string | null) {
      questions++
      if (isDown) return undefined
      const all = visible().filter(
        ({ id, at }) => (since === undefined || at >= since) && (cursor === null || id < cursor),
      )
      const items = all.slice(0, pageSize)
      return { items, nextCursor: all.length > pageSize ? (items.at(-1)?.id ?? null) : null }
    },
    found: (events: readonly AuditEvent[]) => void found.push(...events.map(({ id }) => id)),
    changed: (state: TailState, ms: number | undefined) => void states.push([state, ms]),
    after(ms: number, work: () => void) {
      const own = { at: now + ms, work }
      timer = own
      return () => {
        if (timer === own) timer = undefined
      }
    },
  }
  return {
    log,
    found,
    states,
    happen,
    visible,
    parts,
    questions: () => questions,
    fail: (down: boolean) => {
      isDown = down
    },
    /** Lets time pass until then, with every question that is due. */
    async until(end: number) {
      await Bun.sleep(0)
      while (timer !== undefined && timer.at <= end) {
        const { at, work } = timer
        now = at
        timer = undefined
        work()
        for (let turn = 0; turn < 50; turn++) await Promise.resolve()
      }
      now = end
    },
    isPlanned: () => timer !== undefined,
    plannedIn: () => (timer === undefined ? undefined : timer.at - now),
  }
}

describe('the live tail', () => {
  test('any arrivals, late commits and failures: each event once, none missed', async () => {
    const arrivals = fc.array(
      fc.record({
        at: fc.integer({ min: 0, max: 120_000 }),
        late: fc.integer({ min: 0, max: OVERLAP_MS - EVERY_MS * 2 }),
      }),
      { maxLength: 40 },
    )
    const downs = fc.array(fc.tuple(fc.integer({ min: 0, max: 120_000 }), fc.boolean()), { maxLength: 6 })
    const before = fc.integer({ min: 0, max: 5 })
    await fc.assert(
      fc.asyncProperty(arrivals, downs, before, async (happened, outages, earlier) => {
        const w = world()
        for (let n = 0; n < earlier; n++) w.happen(START - 1000 - n, START - 1000 - n, 900_000 + n)
        const tail = createTail(w.visible(), w.parts)
        const old = new Set(w.visible().map(({ id }) => id))
        tail.start()
        for (const [n, { at, late }] of happened.entries()) w.happen(START + at, START + at + late, n)
        for (const [at, isDown] of outages.sort(([one], [other]) => one - other)) {
          await w.until(START + at)
          w.fail(isDown)
        }
        w.fail(false)
        // Longer than any wait after failures.
        await w.until(START + 120_000 + OVERLAP_MS + 2 * LONGEST_MS)
        tail.stop()
        const wanted = w
          .visible()
          .filter(({ id }) => !old.has(id))
          .map(({ id }) => id)
        expect([...w.found].sort()).toEqual([...wanted].sort())
        expect(new Set(w.found).size).toBe(w.found.length)
      }),
      { numRuns: 200 },
    )
  })

  test('paused it asks nothing; then it shows what happened meanwhile', async () => {
    const w = world()
    const tail = createTail([], w.parts)
    tail.start()
    await w.until(START + 1)
    w.happen(START + 10, START + 10, 1)
    await w.until(START + EVERY_MS + 1)
    expect(w.found).toHaveLength(1)
    tail.pause()
    const asked = w.questions()
    for (let n = 0; n < 10; n++) w.happen(START + 3_000 + n, START + 3_000 + n, 10 + n)
    await w.until(START + 600_000)
    expect([w.questions(), w.isPlanned()]).toEqual([asked, false])
    tail.wake() // the page is seen again, but a person has paused it
    expect(w.questions()).toBe(asked)
    tail.start()
    await w.until(START + 601_000)
    expect(w.found).toHaveLength(11)
    tail.stop()
  })

  test('hidden it asks nothing, and asks at once when it is seen', async () => {
    const w = world()
    const tail = createTail([], w.parts)
    tail.start()
    await w.until(START + 1)
    tail.hide()
    const asked = w.questions()
    w.happen(START + 50, START + 50, 1)
    await w.until(START + 500_000)
    expect(w.questions()).toBe(asked)
    tail.wake()
    await w.until(START + 500_001)
    expect(w.found).toHaveLength(1)
    expect(w.states.map(([state]) => state)).toContain('hidden')
    tail.stop()
  })

  test('after failures it waits longer each time, at most a minute, and asks at once when the network is back', async () => {
    const w = world()
    w.fail(true)
    const tail = createTail([], w.parts)
    tail.start()
    await w.until(START + 1)
    const waits = [w.plannedIn()]
    for (let n = 0; n < 7; n++) {
      await w.until(START + 1 + (n + 1) * LONGEST_MS * 2)
      waits.push(w.states.at(-1)?.[1])
    }
    expect(waits[0]).toBeLessThan(EVERY_MS * 2 + 1)
    expect(waits.at(-1)).toBe(LONGEST_MS)
    w.fail(false)
    tail.wake()
    await w.until(START + 10_000_000)
    expect(w.states.at(-1)?.[0]).toBe('following')
    tail.stop()
  })
})
