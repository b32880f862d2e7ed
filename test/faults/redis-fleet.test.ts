/** Two servers on one database that share a Redis: what goes through it, and what happens while it is away. */
import { afterAll, afterEach, expect, setDefaultTimeout } from 'bun:test'
import { RedisClient } from 'bun'
import { makeClient } from '../modules/oauth-clients/support/clients.ts'
import { type SmtpServer, startSmtp } from '../platform/support/smtp.ts'
import { cleanUp } from '../process/support/server.ts'
import { call, signUp } from '../support/client.ts'
import { testWith } from '../support/real-parts.ts'
import { hasRedis } from '../support/redis.ts'
import { hasSqld } from '../support/sqld.ts'
import { type Fleet, startFleet } from './support/fleet.ts'

setDefaultTimeout(300_000) // real servers, on a machine that runs other tests too

const fleetTest = testWith((await hasSqld()) && hasRedis(), 'sqld or redis-server')
const METRICS_TOKEN = 'metrics-token-of-this-fleet'

let fleet: Fleet | undefined
let smtp: SmtpServer | undefined
afterEach(async () => {
  await fleet?.end()
  await smtp?.stop()
  fleet = smtp = undefined
})
afterAll(cleanUp)

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await Bun.sleep(10)
}
/** A sample of a server. */
async function metric(all: Fleet, place: number, name: string): Promise<number> {
  const { text } = await call(all.at(place), 'GET /metrics', { token: METRICS_TOKEN })
  return Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`${name} `))
      ?.split(' ')
      .at(-1),
  )
}
const connected = (all: Fleet) => async () =>
  (await metric(all, 0, 'threeger_redis_connected')) + (await metric(all, 1, 'threeger_redis_connected')) === 2

fleetTest('jobs go through BullMQ, are done without Redis while it is dead, and nothing fails', async () => {
  smtp = await startSmtp()
  fleet = await startFleet({
    size: 2,
    withRedis: true,
    env: { RATE_LIMIT: 'off', JOB_QUEUE: 'bullmq', METRICS_TOKEN, MAIL_URL: `smtp://127.0.0.1:${smtp.port}` },
  })
  const [all, mails] = [fleet, smtp]
  const { redis, t } = all
  if (redis === undefined) throw new Error('no Redis')
  await until(connected(all))
  const emails = Array.from({ length: 6 }, (_, n) => `mail${n}@example.com`)
  for (const email of emails) await signUp(t, email)
  const ask = async () => {
    const asked = all
      .doors()
      .flatMap((door) => emails.map((email) => call(door, 'POST /v1/auth/forgot-password', { body: { email } })))
    expect(new Set((await Promise.all(asked)).map(({ status }) => status))).toEqual(new Set([202]))
  }
  const allDone = async () => {
    const { rows } = await t.deps.db.$client.execute(
      "SELECT count(*) AS n FROM jobs WHERE state <> 'done' AND kind = 'mail'",
    )
    return Number(rows[0]?.n) === 0
  }
  await ask()
  await until(allDone)
  const client = new RedisClient(redis.url)
  // BullMQ numbers the jobs that it was given.
  expect(((await client.send('KEYS', ['{threeger:*}:jobs:meta'])) as string[]).length).toBe(1)
  client.close()

  await redis.kill()
  await ask()
  await until(allDone)
  await redis.restart()
  await until(connected(all))
  await ask()
  await until(allDone)
  const { rows } = await t.deps.db.$client.execute("SELECT id FROM jobs WHERE kind = 'mail'")
  const queued = rows.map(({ id }) => String(id)).toSorted()
  const sent = mails.received.map(({ source }) => /^Message-ID: <(job_\w+)@/m.exec(source)?.[1] ?? source)
  expect([...new Set(sent)].toSorted()).toEqual(queued)
  // A mailbox gets few of these mails in an hour.
  expect(queued.length).toBeGreaterThan(emails.length)
})

fleetTest('what one server read the other finds in Redis, and what one changes it tells the other', async () => {
  fleet = await startFleet({ size: 2, withRedis: true, env: { RATE_LIMIT: 'off', METRICS_TOKEN } })
  const all = fleet
  const { redis, t, admin } = all
  if (redis === undefined) throw new Error('no Redis')
  await until(connected(all))
  const { clientId } = await makeClient(t, admin.accessToken)
  const found = 'threeger_cache_lookups_total{cache="records",found="redis"}'
  const visit = (place: number) => call(all.at(place), `GET /oauth/authorize?client_id=${clientId}&response_type=code`)
  // The row lives for less than a second, so a slow machine may need some visits.
  await until(async () => {
    expect([(await visit(0)).status, (await visit(1)).status].every((status) => status < 500)).toBe(true)
    return (await metric(all, 0, found)) + (await metric(all, 1, found)) > 0
  })

  const heard: string[] = []
  const listener = new RedisClient(redis.url)
  const channels = (await listener.send('PUBSUB', ['CHANNELS', 'threeger:*:bus'])) as string[]
  expect(channels).toHaveLength(1)
  await listener.subscribe(channels[0] ?? '', (message) => void heard.push(message))
  const person = await signUp(t, 'ada@example.com')
  const disable = `POST /v1/users/${person.user.id}/disable`
  expect((await call(all.at(0), disable, { token: admin.accessToken })).status).toBe(200)
  await until(() => heard.some((message) => message.includes('forget') && message.includes(person.user.id)))
  listener.close()
  expect((await call(all.at(1), 'GET /v1/me', { token: person.accessToken })).status).toBe(401)
})
