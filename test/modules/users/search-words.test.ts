/**
 * What `GET /v1/users?q=` matches (docs/users.md): each word anywhere in the name or e-mail, or, of one or two characters,
 * where a word of them begins; case and Latin diacritics do not matter, composed or decomposed, however long the word.
 */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { call, setUpAdmin, type User } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'

let t: TestApp
let token: string
const NAMES = [
  'Иван Петров',
  'Åsa Öberg',
  'A\u030asa Nilsson',
  'José Álvarez',
  '山田 太郎',
  '山田太郎',
  '李',
  '김민수',
  'Νίκος Ελύτης',
  "Sean O'Hara-Lopez",
  'Ada 🦊 Fox',
  'हिना',
  'Nguyễn Văn An',
  '"quoted" 100%',
] as const

beforeAll(async () => {
  t = await createTestApp()
  token = (await setUpAdmin(t)).accessToken
  for (const [index, name] of NAMES.entries())
    await call(t, 'POST /v1/users', { token, body: { email: `z${index}@q.example`, name } })
})
afterAll(() => t.close())

async function found(q: string): Promise<string[]> {
  const { status, body } = await call<{ items: User[] }>(t, `GET /v1/users?sort=createdAt&q=${encodeURIComponent(q)}`, {
    token,
  })
  expect([q, status]).toEqual([q, 200])
  return body.items.map(({ name }) => name)
}

const ASA = ['Åsa Öberg', 'A\u030asa Nilsson']
test.each<[string, readonly string[]]>([
  ['ив', ['Иван Петров']],
  ['ИВ', ['Иван Петров']],
  ['иван', ['Иван Петров']],
  ['ås', ASA],
  ['ÅS', ASA],
  ['A\u030as', ASA],
  ['as', ASA],
  ['åsa', ASA],
  ['asa', ASA],
  ['ob', ['Åsa Öberg']],
  ['öb', ['Åsa Öberg']],
  ['ál', ['José Álvarez']],
  ['山田', ['山田 太郎', '山田太郎']],
  ['山', ['山田 太郎', '山田太郎']],
  ['太郎', ['山田 太郎']], // it begins a word only there
  ['田太郎', ['山田太郎']],
  ['李', ['李']],
  ['김', ['김민수']],
  ['김민', ['김민수']],
  ['νί', ['Νίκος Ελύτης']],
  ['ΝΊΚΟΣ', ['Νίκος Ελύτης']],
  ['ελ', ['Νίκος Ελύτης']],
  ['ha', ["Sean O'Hara-Lopez"]],
  ['lo', ["Sean O'Hara-Lopez"]],
  ["o'", ['Åsa Öberg', "Sean O'Hara-Lopez"]], // a sign does not count in a word this short
  ['se lo', ["Sean O'Hara-Lopez"]],
  ['se xy', []],
  ['🦊', ['Ada 🦊 Fox']],
  ['हि', ['हिना']],
  ['ng', ['Nguyễn Văn An']],
  ['nguyen', ['Nguyễn Văn An']],
  ['vă', ['Nguyễn Văn An']],
  ['van an', ['Nguyễn Văn An']],
  ['z7', ['김민수']],
  ['"q', NAMES],
  ['%', []],
  ['_', []],
  ["'", []],
  ['\u0301', []],
  ['* ', []],
  ['"', []],
  ['10 "quoted"', ['"quoted" 100%']],
  ['OR', []],
  ['NOT a', []],
])('q=%s', async (q, names) => {
  expect(await found(q)).toEqual([...names])
})

test('a search of blanks lists all users', async () => {
  expect(await found('  ')).toHaveLength(NAMES.length + 1)
})

test('search finds a new name by its beginning, and finds neither the old name nor a deleted user', async () => {
  const { body: user } = await call<User>(t, 'POST /v1/users', { token, body: { email: 'w@w.example', name: 'Ünal' } })
  expect(await found('ün')).toEqual(['Ünal'])
  await call(t, `PATCH /v1/users/${user.id}`, { token, body: { name: 'Yıldız', email: 'v@v.example' } })
  expect([await found('ün'), await found('yı'), await found('w')]).toEqual([[], ['Yıldız'], []])
  await call(t, `DELETE /v1/users/${user.id}`, { token })
  expect(await found('yı')).toEqual([])
  for (const table of ['users_search', 'users_words'])
    await t.deps.db.$client.execute(`INSERT INTO ${table} (${table}, rank) VALUES ('integrity-check', 1)`)
})
