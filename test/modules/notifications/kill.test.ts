/** kill -9 of a process that sends a notification to many: nobody is skipped, and nobody has it twice. */
import { afterAll, expect, test } from 'bun:test'
import { randomInt } from 'node:crypto'
import { join } from 'node:path'
import { migrateDatabase } from '../../../db/migrate.ts'
import { killChildren, startChild } from '../../db/embedded/support/child.ts'
import { removeTempFolders, tempFolder } from '../../db/embedded/support/folder.ts'
import { setUpAdmin } from '../../support/client.ts'
import { createTestApp } from '../../support/test-app.ts'
import { insertPeople, send } from './support/send.ts'

const ROUNDS = Number(process.env.KILL_ROUNDS ?? 4)
const PEOPLE = Math.max(4000, ROUNDS * 1000)

afterAll(async () => {
  await killChildren()
  removeTempFolders()
})

test(
  `kill -9 in the middle of a fan-out, ${ROUNDS} times, neither repeats nor skips a person`,
  async () => {
    const file = join(tempFolder(), 'app.db')
    const env = { DATABASE_URL: `file:${file}` }
    let t = await createTestApp({ env })
    await migrateDatabase(t.deps.db)
    t.clock.advance(Date.now() - t.clock.now())
    const { accessToken: token } = await setUpAdmin(t)
    const ids = await insertPeople(t, PEOPLE)
    const { id } = await send(t, token, { to: [{ role: 'user' }] })
    await t.close()

    let interrupted = 0
    for (let round = 0; round < ROUNDS; round++) {
      const child = startChild('../../../support/busy-server.ts', file, 'SELECT state, recipients FROM notifications')
      await child.line('')
      // The moment is the point of the test: before a slice, in its commit, after it.
      await Bun.sleep(randomInt(0, 60))
      await child.kill()
      if (child.lines.at(-1)?.startsWith('sent') === false) interrupted++
    }
    expect(interrupted).toBeGreaterThan(0)

    t = await createTestApp({ env })
    try {
      // Later than any lease of the dead.
      t.clock.advance(Date.now() - t.clock.now() + 600_000)
      await t.work()
      const query = async (sql: string) => (await t.deps.db.$client.execute({ sql, args: [id] })).rows
      const has = await query('SELECT user_id FROM notification_recipients WHERE notification_id = ? ORDER BY user_id')
      const told = await query(
        "SELECT user_id FROM events WHERE type = 'notification.created' AND data ->> '$.notificationId' = ? ORDER BY user_id",
      )
      expect(has.map((row) => String(row.user_id))).toEqual(expect.arrayContaining(ids))
      expect(told.map((row) => row.user_id)).toEqual(has.map((row) => row.user_id))
      expect(await query("SELECT id FROM notifications WHERE id = ? AND state = 'sent'")).toHaveLength(1)
      expect((await query('SELECT recipients FROM notifications WHERE id = ?'))[0]?.recipients).toBe(has.length)
      const waiting = "SELECT id FROM jobs WHERE kind = 'notification' AND state <> 'done'"
      expect((await t.deps.db.$client.execute(waiting)).rows).toEqual([])
    } finally {
      await t.close()
    }
  },
  (ROUNDS + 5) * 60_000,
)
