/** kill -9 of a process that does a bulk action: no account is skipped, and none is changed twice. */
import { afterAll, expect, test } from 'bun:test'
import { randomInt } from 'node:crypto'
import { join } from 'node:path'
import { killChildren, startChild } from '../../db/embedded/support/child.ts'
import { removeTempFolders, tempFolder } from '../../db/embedded/support/folder.ts'
import { setUpAdmin } from '../../support/client.ts'
import { createTestApp } from '../../support/test-app.ts'
import { migrateDatabase } from '../../../db/migrate.ts'
import { bulk, eventsOf, insertPeople, query, statusesOf } from './support/people.ts'

const ROUNDS = Number(process.env.KILL_ROUNDS ?? 5)
const PEOPLE = Math.max(3000, ROUNDS * 750)

afterAll(async () => {
  await killChildren()
  removeTempFolders()
})

test.each([
  { action: 'disable', event: 'user.disabled', status: 'disabled', erasures: 0 },
  { action: 'delete', event: 'user.deleted', status: 'gone', erasures: PEOPLE },
])(
  `kill -9 in the middle of a bulk action, ${ROUNDS} times, neither repeats nor skips an account: $action`,
  async ({ action, event, status, erasures }) => {
    const file = join(tempFolder(), 'app.db')
    const env = { DATABASE_URL: `file:${file}` }
    let t = await createTestApp({ env })
    await migrateDatabase(t.deps.db)
    t.clock.advance(Date.now() - t.clock.now())
    const { accessToken: token } = await setUpAdmin(t)
    const ids = await insertPeople(t, PEOPLE)
    const started = await bulk(t, token, { action, filter: { role: 'user' } })
    expect(started.status, started.text).toBe(202)
    await t.close()

    let interrupted = 0
    for (let round = 0; round < ROUNDS; round++) {
      const child = startChild('../../../support/busy-server.ts', file, 'SELECT state, done FROM bulk_actions')
      await child.line('')
      // The moment is the point of the test: before a slice, in its commit, after it.
      await Bun.sleep(randomInt(0, 100))
      await child.kill()
      if (child.lines.at(-1)?.startsWith('done') === false) interrupted++
    }
    expect(interrupted).toBeGreaterThan(0)

    t = await createTestApp({ env })
    try {
      // Later than any lease of the dead.
      t.clock.advance(Date.now() - t.clock.now() + 600_000)
      await t.work()
      expect(await statusesOf(t, ids)).toEqual(ids.map(() => status))
      expect(await eventsOf(t, event, ids)).toEqual(ids.map(() => 1))
      expect(await query(t, 'SELECT state, total, done, changed, failed FROM bulk_actions')).toEqual([
        { state: 'done', total: PEOPLE, done: PEOPLE, changed: PEOPLE, failed: 0 },
      ])
      expect(await query(t, `SELECT id FROM events WHERE type = 'bulk_action.finished'`)).toHaveLength(1)
      expect(await query(t, `SELECT id FROM jobs WHERE kind = 'erasure'`)).toHaveLength(erasures)
      expect(await query(t, `SELECT id FROM jobs WHERE kind = 'bulk-action' AND state <> 'done'`)).toEqual([])
    } finally {
      await t.close()
    }
  },
  (ROUNDS + 5) * 60_000,
)
