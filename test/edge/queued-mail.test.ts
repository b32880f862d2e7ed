/** Queued jobs without a long-lived process: waitUntil and the cron trigger of Workers, the schedule of Lambda. */
import { afterAll, beforeAll, beforeEach, expect } from 'bun:test'
import { sql } from 'drizzle-orm'
import { type OpenedDatabase, openRemote } from '../../db/remote.ts'
import { systemCause } from '../../src/core/events/new-event.ts'
import { commit } from '../../src/core/events/commit.ts'
import { queueMail } from '../../src/modules/mail/queue-mail.ts'
import { cleanUp, newFolder } from '../process/support/server.ts'
import { APP_SECRET, environment } from '../runtime/servers/runtime-server.ts'
import { hasWorkerd, startWorkerd, type WorkerdServer } from '../runtime/servers/workerd.ts'
import { PASSWORD } from '../support/client.ts'
import { copyBundle } from '../support/edge-build.ts'
import { testWith } from '../support/real-parts.ts'
import { hasSqld, migrateServer, type Sqld, startSqld } from '../support/sqld.ts'
import { createTestApp } from '../support/test-app.ts'

const sqldIsHere = await hasSqld()
const workerdIsHere = sqldIsHere && (await hasWorkerd())
const lambdaTest = testWith(sqldIsHere, 'sqld (test/parts)')
const workerTest = testWith(workerdIsHere, 'workerd and sqld (test/parts)')

/** A mail provider: what it was given, by the key that tells duplicates. */
const taken: { key: string; to: string }[] = []
const provider = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  async fetch(request) {
    const { to } = (await request.json()) as { to: string[] }
    taken.push({ key: request.headers.get('idempotency-key') ?? '', to: to[0] ?? '' })
    return Response.json({ id: 'x' })
  },
})

let sqld: Sqld
let database: OpenedDatabase
const env = { MAIL_URL: `http://:key@127.0.0.1:${provider.port}/emails`, RATE_LIMIT: 'off' }
const options = () => ({ databaseUrl: sqld.url, env })

beforeAll(async () => {
  if (!sqldIsHere && !process.env.CI) return
  sqld = await startSqld()
  database = openRemote({ url: sqld.url, timeoutMs: 60_000 })
  await migrateServer(sqld.url)
}, 300_000)
beforeEach(() => void taken.splice(0))
afterAll(async () => {
  database?.close()
  await sqld?.stop()
  await provider.stop(true)
  await cleanUp()
})

/** A mail that another process queued and could not deliver. Returns the id of its job. */
async function queueElsewhere(to: string): Promise<string> {
  const t = await createTestApp({ env: { APP_SECRET, DATABASE_URL: sqld.url } })
  const cause = systemCause
  const content = { template: 'password-changed', data: { at: 0 } } as const
  const job = await queueMail(t.deps, { userId: null, to, content, cause }, sql`true`)
  await commit(t.deps, [job])
  await t.close()
  const { rows } = await database.client.execute(
    "SELECT id FROM jobs WHERE state = 'pending' ORDER BY created_at LIMIT 1",
  )
  return String(rows[0]?.id)
}

const pending = async (): Promise<number> =>
  Number((await database.client.execute("SELECT count(*) AS n FROM jobs WHERE state = 'pending'")).rows[0]?.n)
/** Ends with the time limit of the test. */
async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await Bun.sleep(5)
}
const account = (email: string) => JSON.stringify({ email, password: PASSWORD, name: 'Ada' })
const headers = { 'content-type': 'application/json' }

workerTest(
  'a Worker sends a mail after the answer, and what is left over when the cron trigger fires',
  async () => {
    const worker: WorkerdServer = await startWorkerd(options())
    try {
      const body = account('worker@example.com')
      const answer = await fetch(`${worker.baseUrl}/v1/auth/sign-up`, { method: 'POST', headers, body })
      expect(answer.status).toBe(201)
      await until(() => taken.length === 1)
      expect(taken[0]).toEqual({ key: expect.stringMatching(/^job_/), to: 'worker@example.com' })
      await until(async () => (await pending()) === 0)

      const id = await queueElsewhere('left.over@example.com')
      expect(await worker.runCron()).toBe('ok')
      expect(taken.slice(1)).toEqual([{ key: id, to: 'left.over@example.com' }])
      expect(await worker.runCron()).toBe('ok')
      expect([taken.length, await pending()]).toEqual([2, 0])
    } finally {
      await worker.stop()
    }
  },
  300_000,
)

lambdaTest(
  'Lambda leaves a mail to the schedule, whose event sends it once and reports it',
  async () => {
    const outfile = await copyBundle('lambda', newFolder())
    const before = { ...process.env }
    Object.assign(process.env, environment(options()))
    const { handler } = (await import(`${outfile}?queued-mail`)) as {
      handler: (
        event: object,
        context: object,
      ) => Promise<{ statusCode: number; jobs: { name: string; counts: object }[] }>
    }
    for (const name of Object.keys(environment(options()))) delete process.env[name]
    Object.assign(process.env, before)

    const signUp = {
      version: '2.0',
      rawPath: '/v1/auth/sign-up',
      rawQueryString: '',
      headers: { ...headers, host: 'id.test' },
      requestContext: {
        domainName: 'id.test',
        http: { method: 'POST', path: '/v1/auth/sign-up', protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'x' },
      },
      body: account('lambda@example.com'),
      isBase64Encoded: false,
    }
    expect((await handler(signUp, {})).statusCode).toBe(201)
    expect(taken).toEqual([]) // its duration would reveal accounts
    expect(await pending()).toBe(1)

    const schedule = { source: 'aws.scheduler', 'detail-type': 'Scheduled Event', detail: {} }
    const { jobs } = await handler(schedule, {})
    expect(jobs.find(({ name }) => name === 'queue')?.counts).toEqual({ done: 1, failed: 0 })
    expect(taken).toEqual([{ key: expect.stringMatching(/^job_/), to: 'lambda@example.com' }])
    await handler(schedule, {})
    expect([taken.length, await pending()]).toEqual([1, 0])
  },
  300_000,
)
