/** The code and both full-text tables fold every character in the same way. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { foldCharacter, foldText, isPlain, PLAIN, variantsOf } from '../../../src/modules/users/search-fold.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'

let t: TestApp
/** What each table makes of `qz` + character + `x`, or of `q` + character. */
const trigrams = new Map<number, string>()
const words = new Map<number, string[]>()

const all = (sql: string) => t.deps.db.$client.execute(sql)
const points = Array.from({ length: 0x1ffff }, (_, index) => index + 1).filter(
  (point) => point < 0xd800 || point > 0xdfff,
)

/** A table of one column with the tokenizer of one of ours. */
async function copyTokenizer(table: string): Promise<string> {
  const { rows } = await all(`SELECT sql FROM sqlite_schema WHERE name = '${table}'`)
  const tokenizer = /tokenize\s*=\s*('[^']*'|"[^"]*")/.exec(String(rows[0]?.sql))?.[0]
  await all(`CREATE VIRTUAL TABLE copy_of_${table} USING fts5(x, ${tokenizer})`)
  await all(`CREATE VIRTUAL TABLE seen_in_${table} USING fts5vocab(copy_of_${table}, instance)`)
  return `copy_of_${table}`
}

beforeAll(async () => {
  t = await createTestApp()
  const fill = async (table: string, before: string, after: string) => {
    const copy = await copyTokenizer(table)
    const rows = points.map((point) => [point, before + String.fromCodePoint(point) + after])
    await t.deps.db.$client.execute({
      sql: `INSERT INTO ${copy} (rowid, x) SELECT value ->> 0, value ->> 1 FROM json_each(?)`,
      args: [JSON.stringify(rows)],
    })
    return (await all(`SELECT doc, term FROM seen_in_${table} ORDER BY doc, "offset"`)).rows
  }
  for (const { doc, term } of await fill('users_search', 'qz', 'x'))
    if (!trigrams.has(Number(doc))) trigrams.set(Number(doc), String(term).slice(2))
  for (const { doc, term } of await fill('users_words', 'q', ''))
    words.set(Number(doc), [...(words.get(Number(doc)) ?? []), String(term)])
}, 300_000)
afterAll(() => t.close())

/** Empty when the mark is dropped: then the character after it stands in its place. */
const foldedBy = (point: number): string => {
  const seen = trigrams.get(point) ?? ''
  return seen === 'x' && point !== 0x58 && point !== 0x78 && words.get(point)?.[0] === 'q' ? '' : seen
}

test('both tables fold alike: a word is the same for the one and for the other', () => {
  const different = points.filter((point) => {
    const [first, ...more] = words.get(point) ?? []
    return more.length === 0 && first !== undefined && first.length > 1 && first !== `q${foldedBy(point)}`
  })
  expect(different).toEqual([])
})

test('foldCharacter says how, wherever a plain character goes in or comes out', () => {
  const plain = (text: string) => text !== '' && [...text].every(isPlain)
  const wrong = points.filter((point) => {
    const character = String.fromCodePoint(point)
    if (character.normalize('NFC') !== character) return false // no text of a search: it is composed first, or decomposed
    const [ours, theirs] = [foldText(character), foldedBy(point)]
    return ours !== theirs && (plain(ours) || plain(theirs))
  })
  expect(wrong.map((point) => point.toString(16))).toEqual([])
})

test('a text of plain characters holds only folded letters, and words that only signs of ASCII end', () => {
  const plain = points.filter((point) => isPlain(String.fromCodePoint(point)))
  expect(plain.length).toBeGreaterThan(30_000)
  const signs = plain.filter((point) => point < 0x80 && !/[0-9a-z]/i.test(String.fromCodePoint(point)))
  const endsWord = plain.filter((point) => words.get(point)?.join() === 'q')
  expect(endsWord).toEqual(signs)
  for (const point of plain) {
    const character = String.fromCodePoint(point)
    expect(variantsOf(foldCharacter(character))).toContain(character)
  }
})

test('the class of plain characters, as GLOB reads it, is what isPlain says', async () => {
  const rows = points.filter((point) => point < 0xfffe).map((point) => [point, String.fromCodePoint(point)])
  const { rows: found } = await t.deps.db.$client.execute({
    sql: 'SELECT value ->> 0 AS point FROM json_each(?) WHERE value ->> 1 GLOB ?',
    args: [JSON.stringify(rows), `[${PLAIN}]`],
  })
  expect(found.map(({ point }) => Number(point))).toEqual(
    rows.filter(([, text]) => isPlain(String(text))).map(([point]) => Number(point)),
  )
})
