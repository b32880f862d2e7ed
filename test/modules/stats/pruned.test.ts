/** A short retention takes no day away: events are deleted after their day was counted. */
import { afterEach, beforeEach, expect, test } from 'bun:test'
import { DAY_MS, dayOf } from '../../../src/lib/durations.ts'
import { pruneEvents } from '../../../src/modules/audit-events/prune-events.ts'
import { sealEvents } from '../../../src/modules/audit-events/seal-events.ts'
import { countDays } from '../../../src/modules/stats/count-days.ts'
import { setUpAdmin, signUp } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'

let t: TestApp
beforeEach(async () => {
  t = await createTestApp({ env: { AUDIT_RETENTION_DAYS: '1' } })
})
afterEach(() => t.close())

const seal = () => sealEvents(t.deps, t.clock.now(), 100)
const prune = () => pruneEvents(t.deps, t.clock.now(), 100)
const signUps = async () => (await t.deps.db.$client.execute('SELECT sign_ups FROM daily_stats')).rows

/** Signs up early on a day, and seals it. Returns the beginning of the next day. */
async function early(): Promise<number> {
  await setUpAdmin(t)
  t.clock.advance(dayOf(t.clock.now()) + DAY_MS - t.clock.now() + 60_000)
  for (let n = 0; n < 5; n++) await signUp(t, `early${n}@example.com`)
  await t.settle()
  t.clock.advance(4 * 60_000)
  await seal()
  return dayOf(t.clock.now()) + DAY_MS
}

test('no event of a day that is not counted yet is deleted', async () => {
  const next = await early()
  t.clock.advance(next + 30 * 60_000 - t.clock.now()) // older than a day by now
  expect(await prune()).toEqual({ events: 0, links: 0 })
  t.clock.advance(60 * 60_000)
  while ((await countDays(t.deps, t.clock.now())).days > 0);
  expect((await signUps()).map(({ sign_ups }) => Number(sign_ups))).toContain(5)
  t.clock.advance(2 * DAY_MS)
  expect((await prune()).links).toBe(1)
})

test('a day of which a part is deleted is not counted', async () => {
  const next = await early()
  t.clock.advance(next - t.clock.now() - 3_600_000)
  await signUp(t, 'late@example.com')
  await t.settle()
  t.clock.advance(3 * DAY_MS)
  expect((await prune()).links).toBe(1)
  while ((await countDays(t.deps, t.clock.now())).days > 0);
  expect((await signUps()).map(({ sign_ups }) => Number(sign_ups))).not.toContain(1)
})
