/** The export of all users: each once, text that no spreadsheet runs, and the same users after an import. */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { csvCell, escapeFormula, unescapeFormula } from '../../../src/lib/formula-cells.ts'
import type { ImportReport } from '../../../src/modules/users/import-schema.ts'
import { exportUsers } from '../../../src/modules/users/export-users.ts'
import { systemCause } from '../../../src/core/events/new-event.ts'
import { readRows } from '../../../src/operator/cli/import/read-rows.ts'
import { call, setUpAdmin, signUp, type User } from '../../support/client.ts'
import { naughtyStrings } from '../../support/naughty-strings.ts'
import { rowsOn } from '../../support/sql.ts'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'

let t: TestApp
let token: string
beforeEach(async () => {
  t = await createTestApp({ env: { RATE_LIMIT: 'off' } })
  token = (await setUpAdmin(t)).accessToken
})
afterEach(() => t.close())

const exported = async (app: TestApp, by: string, query = '') => {
  const answer = await call(app, `GET /v1/users/export${query}`, { token: by })
  expect(answer.status).toBe(200)
  return answer
}
const usersIn = (text: string): User[] =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as User)
async function readCsv(text: string): Promise<Record<string, unknown>[]> {
  async function* bytes() {
    yield new TextEncoder().encode(text)
  }
  const rows: Record<string, unknown>[] = []
  for await (const row of readRows(bytes())) rows.push('value' in row ? (row.value as Record<string, unknown>) : row)
  return rows
}
const importInto = async (app: TestApp, by: string, users: unknown[]) =>
  (await call<ImportReport>(app, 'POST /v1/users/import', { token: by, body: { users } })).body

test('JSON Lines have the users as the API shows them, and no secret', async () => {
  const eve = await signUp(t, 'eve@example.com')
  const { text, headers } = await exported(t, token)
  expect(headers.get('content-type')).toBe('application/x-ndjson')
  expect(headers.get('content-disposition')).toBe('attachment; filename="users.ndjson"')
  const listed = await call<{ items: User[] }>(t, 'GET /v1/users?sort=createdAt&limit=100', { token })
  const byId = (a: User, b: User) => a.id.localeCompare(b.id)
  expect(usersIn(text).sort(byId)).toEqual(listed.body.items.sort(byId))
  expect(text).toContain(eve.user.id)
  expect(text).not.toMatch(/argon2|password|hash/i)
  const [event] = await rowsOn(() => t)("SELECT * FROM events WHERE type = 'users.exported' ORDER BY id DESC LIMIT 1")
  expect(JSON.parse(String(event?.data))).toEqual({ format: 'ndjson', hashes: false })
})

test('an unknown format, and a wish for hashes, are refused', async () => {
  for (const query of ['?format=xlsx', '?hashes=true', '?format=csv&hashes=true'])
    expect((await call(t, `GET /v1/users/export${query}`, { token })).status, query).toBe(422)
})

test('an export that leaves the server again by CSV or by JSON Lines makes the same users', async () => {
  const names = naughtyStrings.filter((name) => name.length <= 200 && !name.includes('\0') && name.isWellFormed())
  const formulas = [
    '=1+1',
    "'=1+1",
    "''+1",
    '＝1',
    '\t=1',
    '\r=1',
    '\n@x',
    '-',
    "'",
    "'a",
    ' =1',
    '=HYPERLINK("x";"y")',
  ]
  const rows: Record<string, unknown>[] = [...names, ...formulas].map((name, index) => ({
    email: `naughty${index}@example.com`,
    name,
    emailVerified: index % 2 === 0,
    status: index % 3 === 0 ? 'disabled' : 'active',
    roles: index % 5 === 0 ? [] : ['user'],
    ...(index % 2 === 0 ? { username: `${index % 4 === 0 ? 'Naughty' : 'ünartig'}.${index}x` } : {}),
    ...(index % 5 === 0 ? { locale: 'ja' } : {}),
    ...(index % 3 === 0 ? { publicMetadata: { [name]: [name, { '': name }] } } : {}),
    ...(index % 4 === 0 ? { privateMetadata: { text: name, n: [1e21, -0.5, true, null] } } : {}),
    createdAt: new Date(1.5e12 + index).toISOString(),
  }))
  const largest = {
    list: { publicMetadata: { a: Array.from({ length: 4092 }, () => 1) } },
    wide: { privateMetadata: Object.fromEntries(Array.from({ length: 900 }, (_, index) => [`${index}`, 1])) },
    deep: { publicMetadata: JSON.parse(`${'{"a":'.repeat(8)}1${'}'.repeat(8)}`) as object },
    quotes: { publicMetadata: { a: '"'.repeat(4000) }, privateMetadata: { a: 'é'.repeat(4092) } },
  }
  rows.push(
    ...Object.entries(largest).map(([name, metadata]) => ({
      ...{ email: `${name}@example.com`, name, emailVerified: false, status: 'active', roles: ['user'] },
      ...{ createdAt: '2017-07-14T02:40:00.000Z', ...metadata },
    })),
  )
  const source = await createTestApp({ env: { RATE_LIMIT: 'off' } })
  const by = (await setUpAdmin(source)).accessToken
  for (let at = 0; at < rows.length; at += 500)
    expect(await importInto(source, by, rows.slice(at, at + 500))).toMatchObject({ refused: 0, exists: 0 })
  const whole = usersIn((await exported(source, by)).text)
  expect(whole).toHaveLength(rows.length + 1)
  const same = ({ id: _, updatedAt: __, ...user }: User) => user

  const csv = await exported(source, by, '?format=csv')
  expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8')
  for (const [format, users] of [
    ['ndjson', whole as unknown as Record<string, unknown>[]],
    ['csv', await readCsv(csv.text)],
  ] as const) {
    const target = await createTestApp({ env: { RATE_LIMIT: 'off' } })
    const admin = (await setUpAdmin(target)).accessToken
    const own = users.map(({ id: _, updatedAt: __, ...user }) => user)
    for (let at = 0; at < own.length; at += 500)
      expect(await importInto(target, admin, own.slice(at, at + 500)), format).toMatchObject({ refused: 0 })
    const after = usersIn((await exported(target, admin)).text)
    const others = (list: User[]) => list.filter(({ email }) => email !== 'admin@example.com').map(same)
    expect(others(after), format).toEqual(others(whole))
    await target.close()
  }
  await source.close()
}, 300_000)

describe('a cell', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(...naughtyStrings),
    fc.stringMatching(/^'{0,3}[=+@\t\r\n＝－-]?.{0,5}$/),
  )

  test('never begins as a formula does, and the import gives the text back', () => {
    fc.assert(
      fc.property(text, (given) => {
        const escaped = escapeFormula(given)
        expect(escaped).not.toMatch(/^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/)
        expect(unescapeFormula(escaped)).toBe(given)
      }),
      { numRuns: 2_000 },
    )
  })

  test('of any storable text comes back through a whole file', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          text.filter((one) => one.isWellFormed() && one !== ''),
          { minLength: 1, maxLength: 20 },
        ),
        async (names) => {
          const lines = names.map((name, index) => `${index}@example.com,${csvCell(name)}\r\n`)
          expect((await readCsv(`email,name\r\n${lines.join('')}`)).map(({ name }) => name)).toEqual(names)
        },
      ),
      { numRuns: 200 },
    )
  })
})

describe('of many users', () => {
  let many: TestApp
  let by: string
  const PEOPLE = 1700
  beforeEach(async () => {
    many = await createTestApp({ env: { RATE_LIMIT: 'off' } })
    by = (await setUpAdmin(many)).accessToken
    for (let at = 0; at < PEOPLE; at += 850)
      await importInto(
        many,
        by,
        Array.from({ length: 850 }, (_, index) => ({ email: `person${at + index}@example.com` })),
      )
  })
  afterEach(() => many.close())
  const ids = (text: string) => usersIn(text).map(({ id }) => id)

  test('each is there once, in one order', async () => {
    const first = ids((await exported(many, by)).text)
    expect(first).toHaveLength(PEOPLE + 1)
    expect(new Set(first).size).toBe(PEOPLE + 1)
    expect(ids((await exported(many, by)).text)).toEqual(first)
  })

  test('those who stay are there once, while others come and go', async () => {
    const before = ids((await exported(many, by)).text)
    const gone = before.filter((_, index) => index % 7 === 3)
    const pages = await exportUsers(many.deps, systemCause, { format: 'ndjson' })
    let text = (await pages.next()).value ?? ''
    let page = 0
    for await (const piece of pages) {
      text += piece
      page++
      const users = Array.from({ length: 600 }, (_, index) => ({ email: `late${page}-${index}@example.com` }))
      if (page < 3) await importInto(many, by, users)
      await many.deps.db.$client.batch(
        gone.slice((page - 1) * 40, page * 40).map((id) => ({ sql: 'DELETE FROM users WHERE id = ?', args: [id] })),
        'write',
      )
    }
    const found = ids(text)
    expect(new Set(found).size).toBe(found.length)
    const stayed = before.filter((id) => !gone.includes(id))
    expect(found.filter((id) => stayed.includes(id))).toEqual(stayed)
    expect(text).not.toContain('late')
  })

  test('a copy of the database is asked for the later pages, and never for hashes', async () => {
    let asked = 0
    const { db } = many.deps
    const copy = new Proxy(db, {
      get(target, name) {
        if (name === 'select') asked++
        const value: unknown = Reflect.get(target, name)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
    const textOf = async (hashes: boolean) => {
      let text = ''
      const deps = { ...many.deps, staleReads: copy }
      for await (const page of await exportUsers(deps, systemCause, { format: 'ndjson', hashes })) text += page
      return text
    }
    expect(ids(await textOf(true))).toHaveLength(PEOPLE + 1)
    expect(asked).toBe(0)
    expect(ids(await textOf(false))).toHaveLength(PEOPLE + 1)
    expect(asked).toBe(3) // 500 users each
  })

  test('a client that goes away stops the reading', async () => {
    const asked: string[] = []
    const client = many.deps.db.$client
    const [execute, batch] = [client.execute.bind(client), client.batch.bind(client)]
    client.execute = ((statement: { sql: string }) => {
      asked.push(statement.sql)
      return execute(statement as never)
    }) as typeof client.execute
    client.batch = ((statements: never, mode: never) => {
      asked.push('batch')
      return batch(statements, mode)
    }) as typeof client.batch
    try {
      const response = await many.app.handle(
        new Request(`${ORIGIN}/v1/users/export`, { headers: { authorization: `Bearer ${by}` } }),
      )
      const reader = response.body?.getReader()
      await reader?.read()
      const read = asked.length
      await reader?.cancel()
      await many.settle()
      expect(asked.length).toBe(read)
      expect(asked.length).toBeLessThanOrEqual(3)
    } finally {
      client.execute = execute
      client.batch = batch
    }
  })
})
