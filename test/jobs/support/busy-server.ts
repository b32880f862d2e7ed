/**
 * A process with its own worker that queues mails without pause, and prints the id of each after its commit,
 * until it is killed. Arguments: database file, port of the SMTP server, and the URL of a Redis if jobs go through it.
 */
import { writeSync } from 'node:fs'
import { sql } from 'drizzle-orm'
import { parseConfig } from '../../../src/config.ts'
import { commit } from '../../../src/core/events/commit.ts'
import { systemCause } from '../../../src/core/events/new-event.ts'
import { queueMail } from '../../../src/modules/mail/queue-mail.ts'
import { createBunDeps } from '../../../src/platform/deps.bun.ts'

const [file = '', port = '', redis = ''] = process.argv.slice(2)
const deps = await createBunDeps(
  parseConfig({
    NODE_ENV: 'test',
    APP_SECRET: 'test secret of more than thirty-two bytes',
    DATABASE_URL: `file:${file}`,
    MAIL_URL: `smtp://127.0.0.1:${port}`,
    LOG_LEVEL: 'error',
    ...(redis === '' ? {} : { REDIS_URL: redis, JOB_QUEUE: 'bullmq' }),
  }),
)
deps.worker.start(deps)

const cause = systemCause

async function queueOne(): Promise<void> {
  let id = ''
  const random = {
    ...deps.random,
    id: (prefix: Parameters<typeof deps.random.id>[0]) => {
      id = deps.random.id(prefix)
      return id
    },
  }
  const content = { template: 'password-changed', data: { at: deps.clock.now() } } as const
  const mail = { userId: null, to: 'ada@example.com', content, cause }
  await commit(deps, [await queueMail({ ...deps, random }, mail, sql`true`)])
  // Synchronous: what is printed was acknowledged before.
  writeSync(1, `${id}\n`)
}

// Slower than it is sent, or the backlog of one round is the work of all others.
for (;;) {
  await Promise.all([queueOne(), queueOne(), queueOne(), queueOne()])
  await Bun.sleep(10)
}
