/** kill -9 of a process that queues and delivers through BullMQ, and of its Redis, which keeps nothing. */
import { afterAll, expect } from 'bun:test'
import { randomInt } from 'node:crypto'
import { join } from 'node:path'
import { parseConfig } from '../../src/config.ts'
import { AT_ONCE } from '../../src/modules/jobs/run-queue.ts'
import { createMailer } from '../../src/platform/mailer/mailer.ts'
import { openSmtp } from '../../src/platform/mailer/smtp.bun.ts'
import { killChildren, startChild } from '../db/embedded/support/child.ts'
import { removeTempFolders, tempFolder } from '../db/embedded/support/folder.ts'
import { startSmtp } from '../platform/support/smtp.ts'
import { testWith } from '../support/real-parts.ts'
import { hasRedis, startRedis } from '../support/redis.ts'
import { createTestApp } from '../support/test-app.ts'

const ROUNDS = Number(process.env.KILL_ROUNDS ?? 2)

afterAll(async () => {
  await killChildren()
  removeTempFolders()
})

testWith(hasRedis(), 'redis-server')(
  `kill -9 of Redis and of the worker, ${ROUNDS} times: no job is lost between the table and Redis`,
  async () => {
    const file = join(tempFolder(), 'app.db')
    const [smtp, redis] = [await startSmtp(), await startRedis()]
    const acknowledged: string[] = []
    /** RFC 5322 §3.6.4: what a mail program tells duplicates by. */
    const received = () => smtp.received.map(({ source }) => /^Message-ID: <(job_\w+)@/m.exec(source)?.[1] ?? source)
    const delivered = async (count: number) => {
      while (smtp.received.length < count) await Bun.sleep(1)
    }
    for (let round = 0; round < ROUNDS; round++) {
      const child = startChild('../../../jobs/support/busy-server.ts', file, String(smtp.port), redis.url)
      await child.line('job_')
      await delivered(smtp.received.length + 5)
      if (round % 2 === 1) {
        await redis.kill()
        await delivered(smtp.received.length + 5) // from the table
        await redis.restart()
      }
      // The moment is the point of the test: between a commit and its answer, in the middle of a mail, after it.
      await Bun.sleep(randomInt(0, 150))
      await child.kill()
      acknowledged.push(...child.lines)
    }
    await redis.stop()

    // A worker that lives, later than any lease of the dead ones. It has no Redis: everything it needs is in the table.
    const MAIL_URL = `smtp://127.0.0.1:${smtp.port}`
    const config = parseConfig({ NODE_ENV: 'test', APP_SECRET: 'test secret of more than thirty-two bytes', MAIL_URL })
    const t = await createTestApp({
      env: { DATABASE_URL: `file:${file}`, MAIL_URL },
      deps: { mailer: createMailer(config, { clock: { now: () => t.clock.now() }, openSmtp }) },
    })
    try {
      t.clock.advance(Date.now() - t.clock.now() + 15 * 60_000)
      await t.work()
      const { rows } = await t.deps.db.$client.execute('SELECT id, state FROM jobs')
      expect(rows.filter(({ state }) => state !== 'done')).toEqual([])
      const queued = new Set(rows.map(({ id }) => String(id)))
      expect(acknowledged.filter((id) => !queued.has(id))).toEqual([])
      const ids = received()
      const distinct = new Set(ids)
      expect([...queued].filter((id) => !distinct.has(id))).toEqual([])
      expect([...distinct].filter((id) => !queued.has(id))).toEqual([])
      // A kill repeats at most what ran: through Redis, and from the table while Redis was away.
      expect(ids.length - distinct.size).toBeLessThanOrEqual(2 * ROUNDS * AT_ONCE)
      expect(acknowledged.length).toBeGreaterThanOrEqual(ROUNDS)
    } finally {
      await t.close()
      await smtp.stop()
    }
  },
  ROUNDS * 60_000,
)
