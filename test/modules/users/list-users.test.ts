import { afterAll, beforeAll, expect, test } from 'bun:test'
import fc from 'fast-check'
import { call, setUpAdmin, type User } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'

let t: TestApp
let token: string
let everyone: User[]

const NAMES = [
  'Ana Sílva',
  'ana maria',
  'Bjørn "The Bear"',
  '100% Real',
  'under_score',
  "O'Brien",
  'Zoë',
  'ДАРЬЯ Петрова',
  '李小龍',
  '',
]

beforeAll(async () => {
  t = await createTestApp()
  token = (await setUpAdmin(t)).accessToken
  for (let index = 0; index < 60; index++) {
    if (index % 3 === 0) t.clock.advance(10) // several share one millisecond
    const body = {
      email: `person${index}@${index % 2 ? 'example.com' : 'sub.example.org'}`,
      name: NAMES[index % NAMES.length],
    }
    const answer = await call<User>(t, 'POST /v1/users', { token, body })
    if (index % 7 === 0) await call(t, `POST /v1/users/${answer.body.id}/disable`, { token })
  }
  everyone = (await walk('')).flat()
})
afterAll(() => t.close())

interface Page {
  items: User[]
  nextCursor: string | null
}
const page = (query: string) => call<Page>(t, `GET /v1/users?${query}`, { token })

/** Every page of a query. */
async function walk(query: string, limit = 100): Promise<User[][]> {
  const pages: User[][] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const answer: Awaited<ReturnType<typeof page>> = await page(
      `limit=${limit}&${query}${cursor && `&cursor=${cursor}`}`,
    )
    if (answer.status !== 200) throw new Error(answer.text)
    pages.push(answer.body.items)
    cursor = answer.body.nextCursor
  }
  return pages
}
const emails = (users: User[]) => users.map(({ email }) => email)

test('newest first by default, twenty on a page', async () => {
  const first = await page('')
  expect(first.body.items).toHaveLength(20)
  expect(first.body.items[0]?.email).toBe('person59@sub.example.org'.replace('sub.example.org', 'example.com'))
  expect(first.body.nextCursor).toBeString()
})

const lower = (text: string) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b))
const keys = {
  createdAt: (user: User) => user.createdAt,
  name: (user: User) => lower(user.name),
  email: (user: User) => user.email,
}

test.each(['createdAt', '-createdAt', 'name', '-name', 'email', '-email'])(
  'sort=%s is total, and pages of any size join without gap or repeat',
  async (sort) => {
    const key = keys[sort.replace('-', '') as keyof typeof keys]
    const sorted = [...everyone].sort((a, b) => byBytes(key(a), key(b)) || byBytes(a.id, b.id))
    if (sort.startsWith('-')) sorted.reverse()
    for (const limit of [1, 7, 20, 100])
      expect(emails((await walk(`sort=${sort}`, limit)).flat())).toEqual(emails(sorted))
  },
)

test('a page stays where it was while users come and go', async () => {
  const first = await page('sort=email&limit=10')
  const added = await call<User>(t, 'POST /v1/users', { token, body: { email: 'aaaa@example.com' } })
  await call(t, `DELETE /v1/users/${first.body.items[9]?.id}`, { token })
  const second = await page(`sort=email&limit=10&cursor=${first.body.nextCursor}`)
  const rest = [...everyone].sort((a, b) => byBytes(a.email, b.email)).slice(10, 20)
  expect(emails(second.body.items)).toEqual(emails(rest))
  await call(t, `DELETE /v1/users/${added.body.id}`, { token })
  everyone = (await walk('')).flat()
})

test('status and role narrow the list, together with everything else', async () => {
  const disabled = (await walk('status=disabled', 3)).flat()
  expect(disabled.length).toBeGreaterThan(3)
  expect(disabled.every(({ status }) => status === 'disabled')).toBe(true)
  expect((await walk('status=active')).flat()).toHaveLength(everyone.length - disabled.length)
  expect(emails((await page('role=admin')).body.items)).toEqual(['admin@example.com'])
  expect((await page('role=nobody-has-this')).body.items).toEqual([])
  expect((await page('role=user&status=disabled&q=person&sort=name&limit=2')).body.items).toHaveLength(2)
})

/** What the search promises: each word stands in the name or the e-mail; one or two letters begin one of them. */
test.each<[string, (user: User) => boolean]>([
  ['person1', ({ email }) => email.includes('person1')],
  ['ERSON1', ({ email }) => email.includes('erson1')],
  ['sub.example', ({ email }) => email.includes('sub.example')],
  ['silva', ({ name }) => name === 'Ana Sílva'],
  ['the bear', ({ name }) => name.includes('The Bear')],
  ['"The Bear"', ({ name }) => name.includes('"The Bear"')],
  ['100%', ({ name }) => name === '100% Real'],
  ["o'brien", ({ name }) => name === "O'Brien"],
  ['петрова', ({ name }) => name.includes('Петрова')],
  ['小龍', ({ name }) => name.startsWith('小龍')],
  ['李小龍', ({ name }) => name === '李小龍'],
  ['an', ({ name, email }) => /(^| )an/i.test(name) || email.startsWith('an')],
  ['%', () => false],
  ['_', () => false],
  ['ana person', ({ name, email }) => /ana/i.test(name) && email.includes('person')],
  ['ana zz', () => false],
  ['AND', () => false],
  ['name:ana', () => false],
  ['ana*', () => false],
  ['a" OR "b', () => false],
])('q=%s finds what it promises', async (q, matches) => {
  const found = (await walk(`q=${encodeURIComponent(q)}`, 7)).flat()
  expect(emails(found).sort()).toEqual(emails(everyone.filter(matches)).sort())
})

test('a renamed user is found by the new name alone, a deleted one not at all', async () => {
  const { body: user } = await call<User>(t, 'POST /v1/users', {
    token,
    body: { email: 'search@example.com', name: 'Before' },
  })
  await call(t, `PATCH /v1/users/${user.id}`, { token, body: { name: 'Afterwards' } })
  expect((await page('q=before')).body.items).toEqual([])
  expect((await page('q=afterwards')).body.items).toHaveLength(1)
  await call(t, `DELETE /v1/users/${user.id}`, { token })
  expect((await page('q=afterwards')).body.items).toEqual([])
})

test('no search string is an error', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }), async (q) => {
      const text = q.toWellFormed().replaceAll('\0', '')
      const answer = await page(`q=${encodeURIComponent(text)}`)
      expect([200, 422]).toContain(answer.status)
      if (text.length > 0 && text.length <= 100) expect(answer.status).toBe(200)
    }),
    { numRuns: 300 },
  )
})

test('a cursor of another sort, an altered one and nonsense are 422', async () => {
  const { nextCursor } = (await page('sort=email&limit=5')).body
  for (const query of [
    `sort=name&cursor=${nextCursor}`,
    'cursor=x',
    'cursor=',
    `sort=email&cursor=${nextCursor?.slice(2)}`,
    'cursor=W10',
    'cursor=bnVsbA',
  ])
    expect([query, (await page(query)).status]).toEqual([query, query === 'cursor=' ? 422 : 422])
})
