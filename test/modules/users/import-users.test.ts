import { afterAll, beforeAll, expect, test } from 'bun:test'
import fc from 'fast-check'
import type { ImportReport } from '../../../src/modules/users/import-schema.ts'
import { call, type ManagedUser, PASSWORD, setUpAdmin, signIn, signUp, type User } from '../../support/client.ts'
import { publishedHashes, refusedHashes } from '../../support/foreign-hashes.ts'
import { naughtyStrings } from '../../support/naughty-strings.ts'
import { rowsOn } from '../../support/sql.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'

let t: TestApp
let token: string
let adminId: string
beforeAll(async () => {
  t = await createTestApp({ env: { RATE_LIMIT: 'off' } })
  const admin = await setUpAdmin(t)
  token = admin.accessToken
  adminId = admin.user.id
})
afterAll(() => t.close())

const send = (users: unknown) => call<ImportReport>(t, 'POST /v1/users/import', { token, body: { users } })
async function importRows(...users: unknown[]): Promise<ImportReport> {
  const answer = await send(users)
  if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`)
  return answer.body
}
const rowsOf = rowsOn(() => t)
const count = async (sql: string, ...args: string[]) => Number((await rowsOf(sql, ...args))[0]?.n)
const userOf = async (id: string | undefined) => (await call<ManagedUser>(t, `GET /v1/users/${id}`, { token })).body

test('a user comes along with everything, and signs in with the password of the other system', async () => {
  const hash = await Bun.password.hash('the old password', { algorithm: 'bcrypt', cost: 4 })
  const report = await importRows({
    email: 'Ada@Example.com',
    name: 'Ada Lovelace',
    emailVerified: true,
    passwordHash: hash,
    roles: ['user', 'admin'],
    status: 'active',
    createdAt: '2019-03-05T09:15:30+01:00',
  })
  expect(report).toMatchObject({ created: 1, exists: 0, refused: 0, items: [{ index: 0, status: 'created' }] })
  const { id } = report.items[0] ?? {}
  expect(await userOf(id)).toEqual({
    id: String(id),
    email: 'Ada@Example.com',
    emailVerified: true,
    name: 'Ada Lovelace',
    username: null,
    locale: null,
    status: 'active',
    roles: ['admin', 'user'],
    publicMetadata: {},
    privateMetadata: {},
    createdAt: '2019-03-05T08:15:30.000Z',
    updatedAt: '2026-07-09T12:00:00.000Z',
  })
  const session = await signIn(t, 'ada@example.com', 'the old password')
  expect(session.user.id).toBe(String(id))
  const [event] = await rowsOf("SELECT * FROM events WHERE user_id = ? AND type = 'user.imported'", String(id))
  expect(event).toMatchObject({ actor_id: adminId, address: '203.0.113.7', result: 'success', session_id: null })
  expect(JSON.parse(String(event?.data))).toEqual({ roles: ['admin', 'user'], hash: 'bcrypt' })
  expect(JSON.stringify(event)).not.toContain(hash)
})

test('an e-mail is enough: no password, the role user, unverified, created now', async () => {
  const { items } = await importRows({ email: 'bare@example.com' })
  expect(await userOf(items[0]?.id)).toMatchObject({
    emailVerified: false,
    name: '',
    roles: ['user'],
    status: 'active',
    createdAt: '2026-07-09T12:00:00.000Z',
  })
  const refused = await call(t, 'POST /v1/auth/sign-in', { body: { email: 'bare@example.com', password: PASSWORD } })
  expect(refused.status).toBe(401)
})

test('null counts as absent, and times are read in the formats of other systems', async () => {
  const nothing = { name: null, passwordHash: null, roles: null, status: null, emailVerified: null, createdAt: null }
  expect(await importRows({ email: 'null@example.com', ...nothing })).toMatchObject({ created: 1 })
  expect(await importRows({ email: null, ...nothing })).toMatchObject({
    refused: 1,
    items: [{ errors: [{ path: '/email' }] }],
  })
  const times = {
    '2018-03-26T20:38:12.503916+00:00': '2018-03-26T20:38:12.503Z', // Python
    '2018-03-26 20:38:12.503916+00': '2018-03-26T20:38:12.503Z', // PostgreSQL
    '2018-03-26T20:38:12.5039167Z': '2018-03-26T20:38:12.503Z', // .NET
    '2018-03-26T20:38:12-0330': '2018-03-27T00:08:12.000Z',
    '2018-03-26T20:38Z': '2018-03-26T20:38:00.000Z',
  }
  for (const [index, [createdAt, read]] of Object.entries(times).entries()) {
    const { items } = await importRows({ email: `time${index}@example.com`, createdAt })
    expect(items[0]?.errors, createdAt).toBeUndefined()
    expect((await userOf(items[0]?.id)).createdAt).toBe(read)
  }
})

test('a disabled user stays disabled', async () => {
  const passwordHash = await Bun.password.hash('the old password', { algorithm: 'bcrypt', cost: 4 })
  await importRows({ email: 'disabled@example.com', status: 'disabled', passwordHash })
  const body = { email: 'disabled@example.com', password: 'the old password' }
  expect((await call(t, 'POST /v1/auth/sign-in', { body })).status).toBe(401)
})

test('imported users are found by the search', async () => {
  await importRows({ email: 'searched@example.com', name: 'Sofía Kovalévskaya' })
  const { body } = await call<{ items: User[] }>(t, 'GET /v1/users?q=kovalevskaya', { token })
  expect(body.items.map(({ email }) => email)).toEqual(['searched@example.com'])
})

test('each row is judged by itself, in its place, and what is wrong with it is said without repeating it', async () => {
  const report = await importRows(
    { email: 'first@example.com' },
    { email: 'not an address' },
    { email: 'admin@example.com', name: 'Somebody else' },
    { email: 'FIRST@example.com', name: 'Again' },
    {},
    { email: 'a@example.com', password: 'canary plain password' },
    { email: 'a@example.com', isAdmin: true, name: 5 },
    { email: 'a@example.com', roles: ['root'] },
    { email: 'a@example.com', id: 'usr_00000000000000000000000000000000' },
    { email: 'a@example.com', passwordHash: 'canary hash' },
    { email: 'a@example.com', createdAt: '2019-03-05' },
    { email: 'a@example.com', createdAt: '2019-03-05T08:15:30' },
    { email: 'a@example.com', createdAt: '2999-01-01T00:00:00Z' },
    { email: 'a@example.com', createdAt: '2019-02-31T25:00:00Z' },
    { email: 'a@example.com', status: 'gone' },
    { email: 'last@example.com' },
  )
  expect(report.items.map(({ index }) => index)).toEqual(report.items.map((_, index) => index))
  expect(report.items.map(({ status }) => status)).toEqual([
    'created',
    'refused',
    'exists',
    'exists',
    ...Array.from({ length: 11 }, () => 'refused' as const),
    'created',
  ])
  expect(report).toMatchObject({ created: 2, exists: 2, refused: 12 })
  expect(report.items[2]?.id).toBe(adminId)
  expect(report.items[3]?.id).toBe(report.items[0]?.id ?? '')
  expect(report.items.map(({ errors = [] }) => errors.map(({ path }) => path).join())).toEqual(
    ',/email,,,/email,/password,/isAdmin,/name,/roles/0,/id,/passwordHash,/createdAt,/createdAt,/createdAt,/createdAt,/status,'
      .replace('/isAdmin,/name', '/isAdmin;/name')
      .split(',')
      .map((paths) => paths.replace(';', ',')),
  )
  expect(JSON.stringify(report)).not.toContain('canary')
  expect((await userOf(adminId)).name).toBe('Admin')
  expect(await count("SELECT count(*) AS n FROM users WHERE email = 'a@example.com'")).toBe(0)
})

test.each(refusedHashes)('a hash of $what is refused, and the limit is named', async ({ hash, names }) => {
  const { items, created } = await importRows({ email: 'dear@example.com', passwordHash: hash })
  expect(created).toBe(0)
  const [error] = items[0]?.errors ?? []
  expect(error?.path).toBe('/passwordHash')
  // Its length is refused by the schema.
  if (hash.length > 0 && hash.length <= 1024) expect(error?.message).toMatch(names)
})

test('a row with a megabyte of mistakes gets five short errors', async () => {
  const many = Object.fromEntries(Array.from({ length: 90 }, (_, index) => [`x${index}`, 1]))
  for (const row of [many, { email: 'a'.repeat(1_000_000) }, { email: 'a@example.com', createdAt: '2'.repeat(1e6) }]) {
    const { items } = await importRows(row)
    expect(items[0]?.status).toBe('refused')
    expect(items[0]?.errors?.length).toBeLessThanOrEqual(5)
    expect(JSON.stringify(items).length).toBeLessThan(2000)
  }
})

test.each([
  ['90,000 fields', Object.fromEntries(Array.from({ length: 90_000 }, (_, index) => [`x${index}`, 1])), /2048 fields/],
  ['a name of a million characters', { ['x'.repeat(1_000_000)]: 1 }, /field name/],
  ['300,000 roles', { email: 'a@example.com', roles: Array.from({ length: 300_000 }, () => 1) }, /4096 items/],
])('a row of %s is refused before the rest of the body is read', async (_, row, message) => {
  const answer = await call<{ errors: { path: string; message: string }[] }>(t, 'POST /v1/users/import', {
    token,
    body: { users: [{ email: 'fine@example.com' }, row] },
  })
  expect(answer.status).toBe(422)
  expect(answer.body.errors).toEqual([{ path: '/', message: expect.stringMatching(message) }])
  expect(answer.text.length).toBeLessThan(1000)
})

test('the same rows again change nothing and report nothing', async () => {
  const rows = publishedHashes.map(({ hash }, index) => ({ email: `again${index}@example.com`, passwordHash: hash }))
  const first = await importRows(...rows)
  expect(first).toMatchObject({ created: rows.length, exists: 0, refused: 0 })
  const before = await rowsOf("SELECT * FROM users WHERE email LIKE 'again%' ORDER BY id")
  const again = await importRows(...rows.map((row) => ({ ...row, name: 'New', status: 'disabled', roles: ['admin'] })))
  expect(again).toMatchObject({ created: 0, exists: rows.length, refused: 0 })
  expect(again.items.map(({ id }) => id)).toEqual(first.items.map(({ id }) => id))
  expect(await rowsOf("SELECT * FROM users WHERE email LIKE 'again%' ORDER BY id")).toEqual(before)
  const told = await count(
    "SELECT count(*) AS n FROM events JOIN users ON users.id = user_id WHERE type = 'user.imported' AND email LIKE 'again%'",
  )
  expect(told).toBe(rows.length)
  const admins = await count(
    "SELECT count(*) AS n FROM user_roles JOIN users ON users.id = user_id WHERE role = 'admin' AND email LIKE 'again%'",
  )
  expect(admins).toBe(0)
})

test('twenty imports of the same rows at once make each user once', async () => {
  const rows = Array.from({ length: 50 }, (_, index) => ({ email: `race${index}@example.com` }))
  const reports = await Promise.all(Array.from({ length: 20 }, () => importRows(...rows)))
  expect(reports.reduce((sum, { created }) => sum + created, 0)).toBe(50)
  expect(reports.reduce((sum, { exists }) => sum + exists, 0)).toBe(950)
  expect(await count("SELECT count(*) AS n FROM users WHERE email LIKE 'race%'")).toBe(50)
  expect(
    await count(
      "SELECT count(*) AS n FROM events JOIN users ON users.id = user_id WHERE type = 'user.imported' AND email LIKE 'race%'",
    ),
  ).toBe(50)
  expect(
    await count("SELECT count(*) AS n FROM user_roles JOIN users ON users.id = user_id WHERE email LIKE 'race%'"),
  ).toBe(50)
})

test('a thousand rows are two round trips; 1,001 rows and an empty list are refused', async () => {
  const { $client: client } = t.deps.db
  const [batch, execute] = [client.batch, client.execute]
  let trips = 0
  const counted =
    <Given extends unknown[], Result>(work: (...given: Given) => Result) =>
    (...given: Given): Result => {
      trips++
      return work.apply(client, given)
    }
  const rows = Array.from({ length: 1000 }, (_, index) => ({ email: `many${index}@example.com`, name: 'Ñandú ✓' }))
  t.deps.principals.forgetAll()
  Object.assign(client, { batch: counted(batch), execute: counted(execute) })
  const report = await importRows(...rows).finally(() => Object.assign(client, { batch, execute }))
  expect(report.created).toBe(1000)
  expect(trips).toBe(2)
  const wrongs = [[...rows, { email: 'one-more@example.com' }], [], [...rows.slice(1), 'no object'], [null], {}]
  for (const wrong of wrongs) {
    const answer = await send(wrong)
    expect([answer.status, (answer.body as { code?: string }).code]).toEqual([422, 'request.invalid'])
  }
  expect(await count("SELECT count(*) AS n FROM users WHERE email LIKE 'many%'")).toBe(1000)
})

const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value)

test('any text in any field of a row is imported as it is or refused: never a failure', async () => {
  const text = fc.oneof(fc.constantFrom(...naughtyStrings), fc.string({ unit: 'binary', maxLength: 30 }))
  const value = fc.oneof(text, fc.jsonValue({ maxDepth: 2 }))
  const row = fc.record(
    {
      email: fc.oneof(
        fc.nat(99_999).map((number) => `fuzz${number}@example.com`),
        value,
      ),
      name: text,
      passwordHash: value,
      emailVerified: fc.oneof(fc.boolean(), value),
      roles: value,
      status: value,
      createdAt: value,
    },
    { requiredKeys: ['email', 'name'] },
  )
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(row, fc.jsonValue()), { minLength: 1, maxLength: 20 }), async (rows) => {
      if (!rows.every(isObject)) return void expect((await send(rows)).status).toBe(422)
      const { status, body } = await send(rows)
      if (status === 422) return // U+0000 or half a character somewhere: the whole body is refused
      expect(status).toBe(200)
      expect(body.items).toHaveLength(rows.length)
      for (const { index, status: is, id } of body.items) {
        if (is !== 'created') continue
        const { name = '' } = rows[index] as { name?: string } // what the schema took is a row
        expect((await rowsOf('SELECT name FROM users WHERE id = ?', String(id)))[0]?.name).toBe(name)
      }
    }),
    { numRuns: 60 },
  )
}, 300_000)

test('an import requires users:write, and gives only the roles that createUser lets the caller give', async () => {
  const { accessToken } = await signUp(t, 'curious@example.com')
  const body = { users: [{ email: 'smuggled@example.com', roles: ['admin'] }] }
  expect((await call(t, 'POST /v1/users/import', { token: accessToken, body })).status).toBe(403)
  expect((await call(t, 'POST /v1/users/import', { body })).status).toBe(401)
  expect(await count("SELECT count(*) AS n FROM users WHERE email = 'smuggled@example.com'")).toBe(0)
})
