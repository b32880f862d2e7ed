/** What is a Worker's own: cron triggers, work after the answer, and a wrong environment. In real workerd. */
import { afterAll, beforeAll, expect } from 'bun:test'
import { type OpenedDatabase, openRemote } from '../../db/remote.ts'
import { parseConfig } from '../../src/config.ts'
import type { Feature } from '../../src/core/feature.ts'
import * as features from '../../src/features.ts'
import { verifySeals } from '../../src/modules/audit-events/verify-seals.ts'
import { converse, halfClosed } from '../http/support/server.ts'
import { environment } from '../runtime/servers/runtime-server.ts'
import { hasWorkerd, startWorkerd, type WorkerdServer } from '../runtime/servers/workerd.ts'
import { testWith } from '../support/real-parts.ts'
import { hasSqld, migrateServer, type Sqld, startSqld } from '../support/sqld.ts'

const present = (await hasSqld()) && (await hasWorkerd())
const workerTest = testWith(present, 'workerd and sqld (test/parts)')

let sqld: Sqld
let database: OpenedDatabase
let worker: WorkerdServer
beforeAll(async () => {
  if (!present && !process.env.CI) return
  sqld = await startSqld()
  database = openRemote({ url: sqld.url, timeoutMs: 60_000 })
  await migrateServer(sqld.url)
  worker = await startWorkerd({ databaseUrl: sqld.url })
}, 300_000)
afterAll(async () => {
  await worker?.stop()
  database?.close()
  await sqld?.stop()
}, 300_000) // workerd waits for connections that are kept open, and is killed after five seconds

/** A new account, in the Worker. */
async function signUp(email: string): Promise<{ accessToken: string; user: { id: string } }> {
  const response = await fetch(`${worker.baseUrl}/v1/auth/sign-up`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password: 'correct horse battery staple', name: 'Ada' }),
  })
  expect(response.status).toBe(201)
  return (await response.json()) as Awaited<ReturnType<typeof signUp>> // the Session of the API
}

workerTest('a cron trigger runs the jobs', async () => {
  const { user } = await signUp('cron@example.com')
  const { client } = database
  const sessions = async () =>
    (await client.execute({ sql: 'SELECT id FROM sessions WHERE user_id = ?', args: [user.id] })).rows.length
  expect(await sessions()).toBe(1)
  await client.execute({ sql: 'UPDATE sessions SET expires_at = 1000 WHERE user_id = ?', args: [user.id] })
  await client.execute('DELETE FROM schedules') // as if an hour had passed
  expect(await worker.runCron()).toBe('ok')
  expect(await sessions()).toBe(0)
})

workerTest('a cron trigger seals the audit log, and any other runtime can verify it', async () => {
  await signUp('sealed@example.com')
  const { client, db } = database
  await client.execute('UPDATE events SET at = at - 60000')
  await client.execute('DELETE FROM schedules') // as if minutes had passed
  expect(await worker.runCron()).toBe('ok')
  const clock = { now: () => Date.now() }
  const found: unknown[] = []
  const config = parseConfig(environment({ databaseUrl: sqld.url }))
  for await (const reply of verifySeals({ config, clock, longReads: db })) if ('item' in reply) found.push(reply.item)
  expect(found).toEqual([expect.objectContaining({ kind: 'verified', findings: 0 })])
  expect((await client.execute('SELECT count(*) AS n FROM events WHERE seal IS NOT NULL')).rows[0]?.n).toBeGreaterThan(
    1,
  )
})

/** Each configuration has code of its own, which the build must have generated. */
workerTest(
  'every route answers under every configuration that changes its code',
  async () => {
    for (const env of [
      { LOG_LEVEL: 'debug' },
      { LOG_LEVEL: 'debug', CORS_ORIGINS: 'https://app.example.com' },
      { NODE_ENV: 'production', APP_URL: 'https://id.example.com', LOG_LEVEL: 'debug' },
    ]) {
      const other = await startWorkerd({ databaseUrl: sqld.url, env })
      try {
        const names = Object.values<Feature>(features).flatMap(({ paths = {} }) => Object.keys(paths))
        for (const name of [...names, 'GET /nothing']) {
          const [method = '', path = ''] = name.replaceAll(/:\w+/g, 'x').split(' ')
          const body =
            method === 'GET' ? {} : { headers: { 'content-type': 'application/json' }, body: '{"nonsense":1}' }
          const answer = await fetch(`${other.baseUrl}${path}`, { method, redirect: 'manual', ...body })
          expect([name, answer.status < 500 || answer.status === 503]).toEqual([name, true])
          expect(answer.headers.get('x-request-id'), name).not.toBeNull()
        }
      } finally {
        await other.stop()
      }
    }
  },
  120_000,
)

workerTest('deferred work runs after the answer', async () => {
  const { user, accessToken } = await signUp('deferred@example.com')
  const { client } = database
  const lastSeen = async () => {
    const { rows } = await client.execute({
      sql: 'SELECT last_seen_at FROM sessions WHERE user_id = ?',
      args: [user.id],
    })
    return Number(rows[0]?.last_seen_at)
  }
  // Two minutes ago, and well within the time it may be idle.
  await client.execute({
    sql: 'UPDATE sessions SET last_seen_at = last_seen_at - 120000 WHERE user_id = ?',
    args: [user.id],
  })
  const before = await lastSeen()
  const me = await fetch(`${worker.baseUrl}/v1/me`, { headers: { authorization: `Bearer ${accessToken}` } })
  expect(me.status).toBe(200)
  await me.arrayBuffer()
  while ((await lastSeen()) === before) await Bun.sleep(10)
})

workerTest(
  'with a database that only Bun can open every request gets server.not_ready',
  async () => {
    const wrong = await startWorkerd({ databaseUrl: 'file:data/threeger.db' })
    const response = await fetch(`${wrong.baseUrl}/v1/me`)
    expect([response.status, response.headers.get('content-type')]).toEqual([503, 'application/problem+json'])
    expect(await response.json()).toMatchObject({ code: 'server.not_ready', errors: [{ path: '/environment' }] })
    expect(await wrong.runCron()).toBe('exception')
    await wrong.stop()
  },
  300_000,
)

const bytes = (headers: string, body: string) =>
  `POST /v1/auth/sign-in HTTP/1.1\r\nHost: api.test\r\nContent-Type: application/json\r\n${headers}\r\n\r\n${body}`

workerTest(
  'with two lengths of one body the chunks count, and no part of the body counts as a second request',
  async () => {
    // workerd drops Content-Length before we are asked (docs/edge.md), so we cannot refuse what the other runtimes refuse.
    const smuggled = 'GET /livez HTTP/1.1\r\nHost: api.test\r\n\r\n'
    const chunk = `${smuggled.length.toString(16)}\r\n${smuggled}\r\n0\r\n\r\n`
    const end = 'GET /nope HTTP/1.1\r\nHost: api.test\r\nConnection: close\r\n\r\n'
    for (const headers of [
      'Content-Length: 4\r\nTransfer-Encoding: chunked',
      'Transfer-Encoding: chunked\r\nContent-Length: 4',
    ]) {
      const said = await converse(Number(new URL(worker.baseUrl).port), [bytes(headers, chunk), end])
      const statuses = [...said.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(([, status]) => status)
      expect(statuses[0]).toBe('400')
      expect(statuses).not.toContain('200')
    }
  },
)

workerTest('a body that ends before its length is 400', async () => {
  for (const [headers, body] of [
    ['Content-Length: 100', '{"email":'],
    ['Transfer-Encoding: chunked', '10\r\n{"email"'],
    ['Transfer-Encoding: chunked', '9\r\n{"email":\r\n'],
  ] as const) {
    const answer = await halfClosed(Number(new URL(worker.baseUrl).port), bytes(headers, body))
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
    expect(answer).toContain('"request.malformed"')
  }
})
