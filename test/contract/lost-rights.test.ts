/**
 * Every write that a permission let in is written only while its caller has the roles by which they were let in: another process may take
 * them between the guard and the write. Each operation of the contracts is asked, and its caller loses every role directly before the
 * first batch that writes.
 */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Feature } from '../../src/core/feature.ts'
import * as features from '../../src/features.ts'
import { startFakeProvider } from '../modules/providers/support/fake-provider.ts'
import { type Accounts, ADMIN_EMAIL, type Ask, accountsOf } from '../runtime/round-trips/account.ts'
import { APP_URL, type Operation } from '../runtime/round-trips/operation.ts'
import { operations } from '../runtime/round-trips/operations.ts'
import { providerEnv } from '../runtime/tools.ts'
import { setUpAdmin } from '../support/client.ts'
import { newestProof } from '../support/queued-mail.ts'
import { createTestApp, type TestApp } from '../support/test-app.ts'

/** What is asked by POST and writes nothing that its caller decides. */
const READS: readonly string[] = [
  'POST /access/v1/evaluation',
  'POST /access/v1/evaluations',
  'POST /access/v1/search/action',
  'POST /access/v1/search/resource',
  'POST /access/v1/search/subject',
  'POST /v1/actions/:id/test',
  'POST /v1/authz/explain',
  'POST /v1/authz/explain a decision of this process',
  'POST /v1/bulk-actions dry run',
  'POST /v1/orgs/:id/domains/:domainId/verify', // of a domain that is not proved
]

const marks = Object.fromEntries(
  Object.values<Feature>(features).flatMap(({ paths = {} }) => Object.entries<string>(paths)),
)
const asksPermission = ({ route }: Operation) =>
  !/^(?:GET|HEAD) /.test(route) && (marks[route]?.includes(':') === true || marks[route] === 'principal')
const nameOf = ({ route, how }: Operation) => [route, how].filter(Boolean).join(' ')
const writes = operations.filter((operation) => asksPermission(operation) && !READS.includes(nameOf(operation)))

let t: TestApp
let accounts: Accounts
let stop: () => Promise<void>
beforeAll(async () => {
  const elsewhere = await startFakeProvider()
  const env = {
    APP_URL,
    WEBHOOK_PRIVATE_TARGETS: 'allow',
    WEBHOOK_HOSTS: '127.0.0.1',
    ...providerEnv(elsewhere.issuer),
  }
  t = await createTestApp({ env })
  Object.assign(t.clock, { now: Date.now, elapsed: () => performance.now() }) // the codes of authenticator apps are of now
  await setUpAdmin(t, ADMIN_EMAIL)
  const server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: (request) => t.app.handle(request) })
  accounts = accountsOf(String(server.url).replace(/\/$/, ''), () => newestProof(t.deps), elsewhere)
  stop = async () => {
    await server.stop(true)
    elsewhere.stop()
    await t.close()
  }
})
afterAll(() => stop())

const rowsOf = async (sql: string, args: string[] = []) =>
  (await t.deps.db.$client.execute({ sql, args })).rows.map((row) => ({ ...row }))

/** How many rows each table has. */
async function sizes(): Promise<Record<string, unknown>> {
  const tables = await rowsOf("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
  const counts = tables.map(({ name }) => `SELECT '${name}' AS name, count(*) AS rows FROM "${name}"`)
  return Object.fromEntries((await rowsOf(counts.join(' UNION ALL '))).map(({ name, rows }) => [name, rows]))
}

const HELD = ['user_roles', 'org_member_roles'] as const

/** Runs `act` directly before the next batch that changes a row. False: there was none. */
async function beforeWriting<Result>(act: () => Promise<void>, during: () => Promise<Result>) {
  const client = t.deps.db.$client
  const { batch } = client
  let isDone = false
  client.batch = async (...args: Parameters<typeof batch>) => {
    const texts = args[0].map((one) => (typeof one === 'string' ? one : Array.isArray(one) ? one[0] : one.sql))
    if (!isDone && texts.some((text) => /^\s*(?:insert|update|delete)/i.test(text))) {
      isDone = true
      await act()
    }
    return batch.apply(client, args)
  }
  try {
    return { result: await during(), isDone }
  } finally {
    client.batch = batch
  }
}

const callerOf = async ({ token }: Ask): Promise<string> =>
  (await accounts.ask<{ id: string }>({ methodAndPath: 'GET /v1/me', ...(token && { token }) }, 200)).id

describe('whoever loses their roles in the same moment writes nothing', () => {
  test.each(writes.map((operation) => [nameOf(operation), operation] as const))('%s', async (_, operation) => {
    const ask = await operation.prepare(accounts)
    const id = await callerOf(ask)
    await t.settle()
    const held = await Promise.all(HELD.map((table) => rowsOf(`SELECT * FROM ${table} WHERE user_id = ?`, [id])))
    const others = async () =>
      Object.entries(await sizes()).filter(([name]) => !(HELD as readonly string[]).includes(name))
    const before = await others()
    try {
      const { result, isDone } = await beforeWriting(
        async () => {
          for (const table of HELD) await rowsOf(`DELETE FROM ${table} WHERE user_id = ?`, [id])
        },
        () => accounts.send(ask),
      )
      const answer = await result.text()
      expect(isDone, 'it writes nothing').toBeTrue()
      expect([result.status, (JSON.parse(answer) as { code?: string }).code], answer).toEqual([401, 'session.expired'])
      await t.settle()
      expect(await others()).toEqual(before)
    } finally {
      for (const [at, table] of HELD.entries())
        for (const row of held[at] ?? [])
          await rowsOf(
            `INSERT OR IGNORE INTO ${table} (${Object.keys(row).join()}) VALUES (${Object.keys(row)
              .map(() => '?')
              .join()})`,
            Object.values(row) as string[], // ids, names and times
          )
      t.deps.principals.forgetAll()
    }
  })
})

test('the operations are of every such route', () => {
  const asked = new Set(operations.filter(asksPermission).map(({ route }) => route))
  const declared = Object.keys(marks).filter((route) => asksPermission({ route } as Operation)) // the route is all that it reads
  expect(declared.filter((route) => !asked.has(route))).toEqual([])
  expect(writes.length).toBeGreaterThan(60)
})

test('with their roles the same calls write', async () => {
  const ask = await writes[0]?.prepare(accounts)
  expect(ask && (await accounts.send(ask)).status).toBe(writes[0]?.status)
})
