import { afterEach, expect, jest, test } from 'bun:test'
import { startJobs } from '../../src/platform/jobs-timer.ts'
import { createTestApp, type TestApp } from '../support/test-app.ts'

const MINUTE = 60_000
let t: TestApp

afterEach(async () => {
  jest.useRealTimers()
  await t.close()
})

const runs = () => t.logged.filter(({ fields }) => fields.job === 'sweep-sessions').length
/** The run that a timer began ends in real turns of the event loop. */
const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((next) => setImmediate(next))
}

test('jobs run some minutes after the start, then every hour, and not after stop()', async () => {
  t = await createTestApp()
  jest.useFakeTimers()
  const jobs = startJobs(t.deps)
  jest.advanceTimersByTime(4 * MINUTE)
  expect(runs()).toBe(0)
  jest.advanceTimersByTime(2 * MINUTE)
  jest.useRealTimers()
  await until(() => runs() === 1)
  await jobs.stop()
  expect(runs()).toBe(1)
  expect(t.logged.at(-1)?.message).toBe('job done') // stop() waited for the last job of the run
})
