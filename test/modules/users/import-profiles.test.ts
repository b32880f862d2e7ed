/** Usernames and metadata of imported users. */
import { afterEach, beforeEach, expect, test } from 'bun:test'
import fc from 'fast-check'
import { systemCause } from '../../../src/core/events/new-event.ts'
import { deriveFilter } from '../../../src/modules/users/metadata-queries.ts'
import { havingMetadata, type ImportedUser, takenUsernames } from '../../../src/modules/users/import-queries.ts'
import type { ImportReport } from '../../../src/modules/users/import-schema.ts'
import { importUsers } from '../../../src/modules/users/import-users.ts'
import { readRow } from '../../../src/modules/users/read-imported-user.ts'
import { call, type ManagedUser, setUpAdmin, type Session } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'

let t: TestApp
let token: string
beforeEach(async () => {
  t = await createTestApp({ env: { RATE_LIMIT: 'off', METADATA_FILTER_KEY: 'plan' } })
  token = (await setUpAdmin(t)).accessToken
})
afterEach(() => t.close())

async function importRows(...users: unknown[]): Promise<ImportReport> {
  const answer = await call<ImportReport>(t, 'POST /v1/users/import', { token, body: { users } })
  if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`)
  return answer.body
}
const userOf = async (id: string | undefined) => (await call<ManagedUser>(t, `GET /v1/users/${id}`, { token })).body
const listed = async (query: string) =>
  (await call<{ items: ManagedUser[] }>(t, `GET /v1/users?${query}`, { token })).body.items.map(({ email }) => email)
const statuses = ({ items }: ImportReport) => items.map(({ status }) => status)
const errors = ({ items }: ImportReport) => items.map((item) => item.errors?.map(({ path }) => path).join())

test('a username and metadata come along: the user signs in with the one, and is found by the other', async () => {
  const passwordHash = await Bun.password.hash('the old password', { algorithm: 'bcrypt', cost: 4 })
  const { items } = await importRows(
    {
      email: 'ada@example.com',
      username: ' Ada_Lovelace',
      passwordHash,
      publicMetadata: { plan: 'pro', gone: null },
      privateMetadata: { crm: { id: 4711 }, list: [null] },
    },
    { email: 'bare@example.com', publicMetadata: {}, privateMetadata: null, username: null },
  )
  expect(await userOf(items[0]?.id)).toMatchObject({
    username: 'ada_lovelace',
    publicMetadata: { plan: 'pro' },
    privateMetadata: { crm: { id: 4711 }, list: [null] },
  })
  expect(await userOf(items[1]?.id)).toMatchObject({ username: null, publicMetadata: {}, privateMetadata: {} })
  const body = { username: 'ADA_lovelace', password: 'the old password' }
  const session = await call<Session>(t, 'POST /v1/auth/sign-in', { body })
  expect(session.body.user.email).toBe('ada@example.com')
  expect(JSON.stringify(session.body.user)).not.toContain('4711') // a token may have these digits
  expect(await listed('metadata=pro')).toEqual(['ada@example.com'])
  expect(await listed('username=ada_lovelace')).toEqual(['ada@example.com'])
})

test('a row with a wrong username or wrong metadata is refused alone, and its values are not repeated', async () => {
  const deep = JSON.parse(`${'{"a":'.repeat(9)}1${'}'.repeat(9)}`) as object
  const report = await importRows(
    { email: 'w1@example.com', username: 'admin' },
    { email: 'w2@example.com', username: 'canary..name' },
    { email: 'w3@example.com', username: 'x'.repeat(200) },
    { email: 'w4@example.com', username: 5 },
    { email: 'w5@example.com', publicMetadata: { canary: 'x'.repeat(8_190) } },
    { email: 'w6@example.com', privateMetadata: deep },
    { email: 'w7@example.com', publicMetadata: ['canary'] },
    { email: 'w8@example.com', privateMetadata: '{"canary":1}' },
    { email: 'w9@example.com', publicMetadata: { canary: 'é'.repeat(4_096) }, privateMetadata: deep, username: 'no' },
    { email: 'fine@example.com', publicMetadata: { x: 'x'.repeat(8_184) } },
  )
  expect(errors(report)).toEqual([
    ...['/username', '/username', '/username', '/username', '/publicMetadata', '/privateMetadata'],
    ...['/publicMetadata', '/privateMetadata', '/publicMetadata,/privateMetadata,/username', undefined],
  ] as string[])
  expect(JSON.stringify(report)).not.toContain('canary')
  expect(report).toMatchObject({ created: 1, exists: 0, refused: 9 })
})

test('a number that JSON cannot write, and text that the database cannot keep, refuse their row', async () => {
  const rows = [
    { email: 'u1@example.com', publicMetadata: { n: Number.POSITIVE_INFINITY } },
    { email: 'u2@example.com', publicMetadata: { a: [{ b: '\0' }] } },
    { email: 'u3@example.com', privateMetadata: { '\ud800': 1 } },
    { email: 'u4@example.com', username: 'ab\0cd' },
    { email: 'u5@example.com', username: '\ud800abc' },
  ]
  const report = await importUsers(t.deps, systemCause, rows)
  expect(errors(report)).toEqual(['/publicMetadata', '/publicMetadata', '/privateMetadata', '/username', '/username'])
})

test('a taken username, or one that looks like it, refuses its row and no other', async () => {
  await importRows({ email: 'holder@example.com', username: 'paypal' })
  const rows = [
    { email: 'first@example.com', username: 'scope' },
    { email: 'second@example.com', username: 'PayPal' },
    { email: 'third@example.com', username: 'paypa1' }, // looks like it
    { email: 'fourth@example.com', username: 'SCOPE' }, // of an earlier row
    { email: 'fifth@example.com', username: 'ѕсоре' }, // Cyrillic, looks like an earlier row
    { email: 'holder@example.com', username: 'paypal' }, // exists, whatever its username
    { email: 'second@example.com' }, // its e-mail is free: that row was refused
    { email: 'second@example.com', username: 'another' },
    { email: 'sixth@example.com', username: 'another' }, // free: that row existed
  ]
  const expected = ['created', 'refused', 'refused', 'refused', 'refused', 'exists', 'created', 'exists', 'created']
  const judged = await importUsers(t.deps, systemCause, rows, { dryRun: true })
  const report = await importRows(...rows)
  expect([statuses(judged), statuses(report)]).toEqual([expected, expected] as (typeof report.items)[0]['status'][][])
  expect(judged.items.map(({ id }) => id !== undefined)).toEqual(expected.map((_, index) => index === 5))
  expect(report.items[7]?.id).toBe(report.items[6]?.id ?? '')
  expect(report.items[1]).toEqual({
    index: 1,
    status: 'refused',
    errors: [{ path: '/username', message: 'Another account has this username, or one that looks like it.' }],
  })
  expect(report.items[1]).toEqual(judged.items[1] ?? { index: 1, status: 'exists' })
  const { rows: left } = await t.deps.db.$client.execute(
    "SELECT count(*) AS n FROM users WHERE email IN ('third@example.com', 'fourth@example.com', 'fifth@example.com')",
  )
  expect(left[0]?.n).toBe(0)
  const again = await importRows(...rows)
  expect(again).toMatchObject({ created: 0, exists: 6, refused: 3 }) // second@ exists by now
})

test('of any rows the dry run says what the import does', async () => {
  const names = ['mo_0', 'mo_o', 'mo_O', 'other', 'Other', 'third']
  const row = fc.record(
    { email: fc.nat(5).map((number) => `s${number}`), username: fc.constantFrom(...names) },
    { requiredKeys: ['email'] },
  )
  let run = 0
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 8 }), async (rows) => {
      run++
      const own = rows.map(({ email, username }) => ({
        email: `${email}.${run}@example.com`,
        ...(username === undefined ? {} : { username: `${username}-${run}` }),
      }))
      const halves = [own.slice(0, own.length / 2), own.slice(own.length / 2)].filter((half) => half.length > 0)
      for (const half of halves) {
        const judged = await importUsers(t.deps, systemCause, half, { dryRun: true })
        const report = await importUsers(t.deps, systemCause, half)
        expect(statuses(report)).toEqual(statuses(judged))
        for (const [index, { status, id }] of report.items.entries()) {
          if (status === 'refused') expect(half[index]?.username).toBeDefined()
          else expect((await userOf(id)).email).toBe(half[index]?.email ?? '')
        }
      }
    }),
    { numRuns: 60 },
  )
}, 300_000)

test('twenty imports with the same usernames at once: each username has one account, and no import fails', async () => {
  const reports = await Promise.all(
    Array.from({ length: 20 }, (_, which) =>
      importRows(
        ...Array.from({ length: 10 }, (_, index) => ({
          email: `racer${which}-${index}@example.com`,
          // Half of them spell it so that it only looks the same.
          username: which % 2 === 0 ? `racer-l${index}` : `racer-1${index}`,
        })),
        { email: `racer${which}-free@example.com` },
      ),
    ),
  )
  expect(reports.reduce((sum, { created }) => sum + created, 0)).toBe(10 + 20)
  expect(reports.reduce((sum, { refused }) => sum + refused, 0)).toBe(190)
  const { rows } = await t.deps.db.$client.execute(
    "SELECT count(*) AS n, count(DISTINCT username_skeleton) AS names FROM users WHERE username LIKE 'racer-%'",
  )
  expect({ ...rows[0] }).toMatchObject({ n: 10, names: 10 })
  const { rows: events } = await t.deps.db.$client.execute(
    "SELECT count(*) AS n FROM events JOIN users ON users.id = user_id WHERE type = 'user.imported' AND email LIKE 'racer%'",
  )
  expect(events[0]?.n).toBe(30)
})

test('the statements find rows by index', async () => {
  const user = (await readRow(t.deps, {
    email: 'plan@example.com',
    username: 'planned',
    publicMetadata: { plan: 'pro' },
  })) as ImportedUser // a valid row
  const { db } = t.deps
  for (const [statement, indexes] of [
    [takenUsernames(db, [user]), ['users_username', 'users_username_skeleton']],
    [deriveFilter(db, havingMetadata([user]) ?? '', 'plan'), ['users_id']],
  ] as const) {
    const { sql, params } = statement.toSQL()
    const { rows } = await db.$client.execute({ sql: `EXPLAIN QUERY PLAN ${sql}`, args: params as string[] }) // as drizzle binds them
    const plan = rows.map(({ detail }) => String(detail))
    for (const index of indexes)
      expect(plan.join('\n')).toMatch(new RegExp(`SEARCH \\w+ USING (COVERING )?INDEX ${index} `))
    expect(plan.filter((step) => /^SCAN (users|other)\b/.test(step))).toEqual([])
  }
})
