/** Ten minutes without a mail server: every sign-up succeeds, and every user gets the mail. */
import { afterEach, beforeEach, expect, test } from 'bun:test'
import { openSmtp } from '../../src/platform/mailer/smtp.bun.ts'
import { createMailer } from '../../src/platform/mailer/mailer.ts'
import { proofIn } from '../modules/proofs/support/mail.ts'
import { type SmtpServer, startSmtp } from '../platform/support/smtp.ts'
import { call, PASSWORD } from '../support/client.ts'
import { freePort } from '../support/ports.ts'
import { createTestApp, type TestApp } from '../support/test-app.ts'

const MINUTE_MS = 60_000

let t: TestApp
let port: number
/** What each server of the test has taken; the first ones are down by then. */
const servers: SmtpServer[] = []

beforeEach(async () => {
  port = freePort()
  const env = { EMAIL_VERIFICATION: 'required', MAIL_URL: `smtp://127.0.0.1:${port}` }
  const clock = { now: () => t.clock.now() }
  const first = await createTestApp({ env })
  const mailer = createMailer(first.deps.config, { clock, openSmtp })
  await first.close()
  t = await createTestApp({ env, deps: { mailer } })
})
afterEach(async () => {
  await t.close()
  await Promise.all(servers.splice(0).map((server) => server.stop()))
})

async function startServer(options: Parameters<typeof startSmtp>[0] = {}): Promise<SmtpServer> {
  const server = await startSmtp({ port, ...options })
  servers.push(server)
  return server
}

const people = (minute: number) => Array.from({ length: 2 }, (_, n) => `person.${minute}.${n}@example.com`)

async function signUp(email: string): Promise<void> {
  const answer = await call(t, 'POST /v1/auth/sign-up', { body: { email, password: PASSWORD } })
  expect([email, answer.status]).toEqual([email, 202])
}

/** A worker that runs once a minute, until no job waits. */
async function workUntilDone(): Promise<void> {
  for (let minute = 0; minute < 60; minute++) {
    await t.work()
    const { rows } = await t.deps.db.$client.execute("SELECT count(*) AS n FROM jobs WHERE state = 'pending'")
    if (Number(rows[0]?.n) === 0) return
    t.clock.advance(MINUTE_MS)
  }
  throw new Error('mails still wait after an hour')
}

interface Arrived {
  id: string
  to: string
  source: string
}
const arrived = (): Arrived[] =>
  servers
    .flatMap((server) => server.received)
    .map(({ to, source }) => ({ id: /^Message-ID: <(job_\w+)@/m.exec(source)?.[1] ?? '', to: to[0] ?? '', source }))

test('sign-ups succeed, and when the server is back each user gets one mail with a working link', async () => {
  const before = await startServer()
  await signUp('early@example.com')
  await t.work()
  expect(arrived().map(({ to }) => to)).toEqual(['early@example.com'])
  await before.stop()

  const waiting: string[] = []
  for (let minute = 0; minute < 10; minute++) {
    await Promise.all(people(minute).map(signUp))
    waiting.push(...people(minute))
    await t.work()
    t.clock.advance(MINUTE_MS)
  }
  expect(arrived().length).toBe(1)

  await startServer()
  await workUntilDone()
  const mails = arrived()
  expect(mails.map(({ to }) => to).sort()).toEqual(['early@example.com', ...waiting].sort())
  expect(new Set(mails.map(({ id }) => id)).size).toBe(mails.length)
  expect(mails.every(({ id }) => id.startsWith('job_'))).toBeTrue()

  // Of the first minute: it waited longest.
  const mail = mails.find(({ to }) => to === waiting[0])
  const { token } = proofIn(plainText(mail?.source ?? ''))
  expect((await call(t, 'POST /v1/auth/verify-email', { body: { token } })).status).toBeLessThan(300)
}, 300_000)

/** Of the text part, quoted-printable or as it is (RFC 2045 §6.7). */
const plainText = (source: string): string =>
  source
    .replaceAll('\r\n', '\n')
    .replace(/=\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
