/** kill -9 of a process that queues mails and delivers them to a real SMTP server. */
import { afterAll, expect, test } from 'bun:test'
import { randomInt } from 'node:crypto'
import { join } from 'node:path'
import { parseConfig } from '../../src/config.ts'
import { AT_ONCE } from '../../src/modules/jobs/run-queue.ts'
import { openSmtp } from '../../src/platform/mailer/smtp.bun.ts'
import { createMailer } from '../../src/platform/mailer/mailer.ts'
import { type Child, killChildren, startChild } from '../db/embedded/support/child.ts'
import { removeTempFolders, tempFolder } from '../db/embedded/support/folder.ts'
import { startSmtp } from '../platform/support/smtp.ts'
import { createTestApp } from '../support/test-app.ts'

const ROUNDS = Number(process.env.KILL_ROUNDS ?? 5)

afterAll(async () => {
  await killChildren()
  removeTempFolders()
})

test(
  `kill -9 while mails are queued and delivered, ${ROUNDS} times: nothing acknowledged is lost, and duplicates carry one id`,
  async () => {
    const file = join(tempFolder(), 'app.db')
    const smtp = await startSmtp()
    const acknowledged: string[] = []
    /** RFC 5322 §3.6.4: what a mail program tells duplicates by. */
    const received = () => smtp.received.map(({ source }) => /^Message-ID: <(job_\w+)@/m.exec(source)?.[1] ?? source)
    for (let round = 0; round < ROUNDS; round++) {
      const child: Child = startChild('../../../jobs/support/busy-server.ts', file, String(smtp.port))
      await child.line('job_')
      const before = smtp.received.length
      // Every other one is killed while it delivers, not while it queues its first.
      while (round % 2 === 1 && smtp.received.length === before) await Bun.sleep(1)
      // The moment is the point of the test: between a commit and its answer, in the middle of a mail, after it.
      await Bun.sleep(randomInt(0, 150))
      await child.kill()
      acknowledged.push(...child.lines)
    }

    // A worker that lives, later than any lease of the dead ones.
    const MAIL_URL = `smtp://127.0.0.1:${smtp.port}`
    const config = parseConfig({ NODE_ENV: 'test', APP_SECRET: 'test secret of more than thirty-two bytes', MAIL_URL })
    const t = await createTestApp({
      env: { DATABASE_URL: `file:${file}`, MAIL_URL },
      deps: { mailer: createMailer(config, { clock: { now: () => t.clock.now() }, openSmtp }) },
    })
    try {
      const states = async () =>
        (await t.deps.db.$client.execute('SELECT id, state FROM jobs')).rows.map(({ id, state }) => ({
          id: String(id),
          state: String(state),
        }))
      const early = new Set(received())
      expect((await states()).filter(({ id, state }) => state === 'done' && !early.has(id))).toEqual([])

      t.clock.advance(Date.now() - t.clock.now() + 600_000)
      await t.work()

      const jobs = await states()
      expect(jobs.filter(({ state }) => state !== 'done')).toEqual([])
      const queued = new Set(jobs.map(({ id }) => id))
      expect(acknowledged.filter((id) => !queued.has(id))).toEqual([])
      const ids = received()
      const distinct = new Set(ids)
      expect([...queued].filter((id) => !distinct.has(id))).toEqual([])
      // A duplicate is known by its id: no mail came under one that was not queued.
      expect([...distinct].filter((id) => !queued.has(id))).toEqual([])
      expect(ids.length - distinct.size).toBeLessThanOrEqual(ROUNDS * AT_ONCE)
      // Otherwise the run proves nothing.
      expect(acknowledged.length).toBeGreaterThanOrEqual(ROUNDS)
      expect(early.size).toBeGreaterThanOrEqual(Math.floor(ROUNDS / 2))
    } finally {
      await t.close()
      await smtp.stop()
    }
  },
  ROUNDS * 60_000,
)
