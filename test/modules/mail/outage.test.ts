/** The SMTP server goes down and comes back: requests do not notice, and every mail arrives. A real server, real sockets. */
import { afterEach, beforeEach, expect, test } from 'bun:test'
import { parseConfig } from '../../../src/config.ts'
import { openSmtp } from '../../../src/platform/mailer/smtp.bun.ts'
import { createMailer } from '../../../src/platform/mailer/mailer.ts'
import { reply, type SmtpServer, startSmtp } from '../../platform/support/smtp.ts'
import { call, PASSWORD, signUp } from '../../support/client.ts'
import { freePort } from '../../support/ports.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'

const MINUTE_MS = 60_000

let t: TestApp
let port: number
let smtp: SmtpServer | undefined

beforeEach(async () => {
  port = freePort()
  const config = parseConfig({
    NODE_ENV: 'test',
    APP_SECRET: 'test secret of more than thirty-two bytes',
    MAIL_URL: `smtp://127.0.0.1:${port}`,
  })
  const clock = { now: () => t.clock.now() }
  t = await createTestApp({ deps: { mailer: createMailer(config, { clock, openSmtp }) } })
})
afterEach(async () => {
  await t.close()
  await smtp?.stop()
  smtp = undefined
})

/** A sign-in from a new device, which queues a mail to the owner of the account. */
async function queueNotice(email: string): Promise<void> {
  await signUp(t, email)
  const { status } = await call(t, 'POST /v1/auth/sign-in', {
    body: { email, password: PASSWORD },
    headers: { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' },
  })
  expect(status).toBe(200)
}

interface JobRow {
  id: string
  state: string
  attempts: number
  last_error: string | null
}

async function mailJobs(): Promise<JobRow[]> {
  const { rows } = await t.deps.db.$client.execute(
    "SELECT id, state, attempts, last_error FROM jobs WHERE kind = 'mail'",
  )
  return rows as unknown as JobRow[] // the columns of the statement
}

/** Runs the queue once a minute, as a worker does, until no job waits. Returns the number of minutes. */
async function workUntilDone(): Promise<number> {
  for (let minute = 0; minute < 30; minute += 1) {
    await t.work()
    if ((await mailJobs()).every(({ state }) => state !== 'pending')) return minute
    t.clock.advance(MINUTE_MS)
  }
  throw new Error('mails still wait after half an hour')
}

const messageIds = () => smtp?.received.map(({ source }) => /^Message-ID: <(.*)@/m.exec(source)?.[1] ?? '').sort()

test('down for ten minutes: requests are answered, and every mail arrives once it is back', async () => {
  const people = ['ada@example.com', 'eve@example.com', 'joao@example.com', 'li@example.com']
  for (const email of people) await queueNotice(email)
  for (let minute = 0; minute < 10; minute += 1) {
    await t.work()
    t.clock.advance(MINUTE_MS)
  }
  await queueNotice('late@example.com')
  await t.work()
  const waiting = await mailJobs()
  expect(waiting.length).toBeGreaterThanOrEqual(5)
  for (const { state, attempts, last_error } of waiting) {
    expect(state).toBe('pending')
    expect(attempts).toBeGreaterThan(0)
    expect(last_error).toContain('ECONNREFUSED')
  }
  // The cause is in the log, the recipient is not.
  const log = Bun.inspect(t.logged, { depth: 8 })
  expect(log).toContain('ECONNREFUSED')
  for (const email of people) expect(log).not.toContain(email)

  smtp = await startSmtp({ port })
  await workUntilDone()
  const jobs = await mailJobs()
  expect(jobs.map(({ state }) => state)).toEqual(jobs.map(() => 'done'))
  expect(messageIds()).toEqual(jobs.map(({ id }) => id).sort())
  for (const email of [...people, 'late@example.com'])
    expect(smtp.received.some(({ to }) => to.includes(email))).toBe(true)
})

test('a connection that breaks before the answer makes a duplicate, which shows as one: the same Message-ID', async () => {
  await queueNotice('ada@example.com')
  const taken: string[] = []
  smtp = await startSmtp({
    port,
    onData(stream) {
      let source = ''
      stream.on('data', (chunk: Buffer) => {
        source += chunk.toString()
      })
      stream.on('end', () => {
        taken.push(source)
        smtp?.stop()
      })
    },
  })
  await t.work()
  expect(taken.length).toBeGreaterThan(0)
  expect((await mailJobs()).some(({ state }) => state === 'pending')).toBe(true)

  smtp = await startSmtp({ port })
  await workUntilDone()
  const ids = (await mailJobs()).map(({ id }) => id).sort()
  expect(messageIds()).toEqual(ids)
  for (const source of taken) expect(ids).toContain(/^Message-ID: <(.*)@/m.exec(source)?.[1] ?? '')
})

test('a mail to a missing mailbox is not retried, and neither the job nor the log names the address', async () => {
  await queueNotice('nobody@example.com')
  smtp = await startSmtp({
    port,
    onRcptTo: ({ address }, _session, done) => done(reply(550, `5.1.1 <${address}>: no such user`)),
  })
  await t.work()
  const jobs = await mailJobs()
  expect(jobs.length).toBeGreaterThan(0)
  for (const { state, attempts, last_error } of jobs) {
    expect([state, attempts, last_error]).toEqual(['dead', 1, 'the SMTP server answered 550 to RCPT TO'])
  }
  expect(Bun.inspect(t.logged, { depth: 8 })).not.toContain('nobody@')
  await t.work()
  expect(smtp.connections()).toBe(jobs.length)
})

test('a server that is busy is asked again', async () => {
  await queueNotice('ada@example.com')
  let busy = true
  smtp = await startSmtp({ port, onRcptTo: (_address, _session, done) => done(busy ? reply(451, 'try later') : null) })
  await t.work()
  for (const { state, last_error } of await mailJobs())
    expect([state, last_error]).toEqual(['pending', 'the SMTP server answered 451 to RCPT TO'])
  busy = false
  await workUntilDone()
  expect(messageIds()).toHaveLength((await mailJobs()).length)
})

test('without MAIL_URL in production mails wait: the server sends none and loses none', async () => {
  const silent = await createTestApp({ env: { NODE_ENV: 'production', EMAIL_VERIFICATION: 'optional' } })
  await signUp(silent, 'ada@example.com')
  await silent.work()
  const { rows } = await silent.deps.db.$client.execute('SELECT state, attempts, payload IS NULL AS empty FROM jobs')
  expect(rows.map(({ state, attempts, empty }) => [state, attempts, empty])).toEqual([['pending', 0, 0]])
  expect(silent.mails).toEqual([])
  await silent.close()
})
