/**
 * Every list of users is what a plain look at all of them gives, page by page, none missed and none twice, whichever way
 * the database takes: what is rare is read whole, what is common is met on a walk, what is common and far is read whole
 * after all (`filteredPage`).
 */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import type { ListBounds } from '../../../src/modules/users/list-queries.ts'
import { pageOfUsers } from '../../../src/modules/users/list-users.ts'
import { testWith } from '../../support/real-parts.ts'
import { hasSqld, type Sqld, startSqld } from '../../support/sqld.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import { expected, type Person, type Query, writePeople } from './support/people.ts'

const WORDS = [
  ...[
    'Ana',
    'ana',
    'ANNA',
    'Åsa',
    'A\u030asa',
    'José',
    'Jose',
    'jose\u0301',
    'Nguyễn',
    'Łukasz',
    'Straße',
    'Zoë',
    'İpek',
  ],
  ...[
    'Иван',
    'иван',
    'Андрей',
    'Андреи\u0306',
    'Ελένη',
    'Νίκος',
    'محمد',
    'שרה',
    'हिन्दी',
    'สมชาย',
    '山田',
    '山田太郎',
    '李',
    '김민수',
  ],
  ...[
    '김민수'.normalize('NFD'),
    'か\u3099く',
    'がく',
    '🦊',
    '👩‍💻',
    '❤️',
    '🇧🇷',
    "O'Brien",
    'O’Hara',
    'Meyer-Lang',
    'a_b',
    '100%',
  ],
  ...[
    'under_score',
    '"quoted"',
    '*',
    '?x',
    '[ab]',
    '^',
    ']',
    '-',
    '(x)',
    'x"y',
    'name:ana',
    'AND',
    'K',
    'ſs',
    'ẛx',
    'B',
    'ab',
    '日本',
  ],
] as const
const DOMAINS = ['example.com', 'mail.example', 'ivan.example', 'a-b.example'] as const
const COUNT = 300
const START = Date.UTC(2026, 0, 1)

/** A generator that gives the same each time: what fails once fails again. */
function chance(seed: number) {
  let state = seed
  return (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

const draw = chance(9)
const one = <T>(list: readonly T[]): T => list[draw(list.length)] as T // never empty
const people: Person[] = Array.from({ length: COUNT }, (_, index) => {
  const name = Array.from({ length: draw(4) }, () => one(WORDS)).join(one([' ', ' ', '  ', '-', '/', '・']))
  return {
    id: `usr_${draw(0x7fffffff).toString(16).padStart(8, '0')}${index.toString(16).padStart(24, '0')}`,
    email: `${one(['ana', 'Ivan.B', 'josé', 'иван', 'x+y', 'o.brien', '山田'])}${index}@${one(DOMAINS)}`,
    name: index % 5 === 0 ? '' : name, // many share one name
    status: draw(4) === 0 ? 'disabled' : 'active',
    roles: [
      'user',
      ...(draw(3) === 0 ? ['half'] : []),
      ...(index === 7 ? ['admin'] : []),
      ...(index < 40 ? ['early'] : []),
    ],
    createdAt: START + draw(40), // many share one moment
    ...(index % 3 === 0 ? { plan: { value: one(['pro', 'pro', 'max', 5, true]), stale: index % 4 === 0 } } : {}),
  }
})

const pieceOf = (text: string) => {
  const characters = [...text]
  return fc
    .tuple(fc.nat(Math.max(0, characters.length - 1)), fc.integer({ min: 1, max: 6 }))
    .map(([from, length]) => characters.slice(from, from + length).join(''))
}
const texts = people.flatMap(({ name, email }) => [name, email]).filter(Boolean)
const piece = fc.constantFrom(...texts, ...WORDS).chain(pieceOf)
const recast = piece.chain((text) =>
  fc.constantFrom(text, text.toUpperCase(), text.toLowerCase(), text.normalize('NFD'), text.normalize('NFC')),
)
const strange = fc.constantFrom(
  '%',
  '_',
  "'",
  '"',
  'a"',
  "o'",
  '* OR *',
  'NEAR(a b)',
  'name:ana',
  '\\',
  '😀',
  ' ',
  'zz',
  '\u0301',
  'x'.repeat(100),
)
const q = fc
  .array(fc.oneof({ weight: 6, arbitrary: recast }, { weight: 1, arbitrary: strange }), { minLength: 1, maxLength: 3 })
  .map((words) => [...words.join(' ')].slice(0, 100).join(''))
  .filter((text) => text.isWellFormed())
const query: fc.Arbitrary<Query> = fc.record(
  {
    q,
    status: fc.constantFrom('active', 'disabled'),
    role: fc.constantFrom('user', 'half', 'admin', 'early', 'nobody'),
    metadata: fc.constantFrom('pro', 'max', '5', 'true', 'gold', ''),
    sort: fc.constantFrom('createdAt', '-createdAt', 'name', '-name', 'email', '-email'),
  },
  { requiredKeys: ['sort'] },
)
/** Small enough that each way is taken; and as they are, where all of 300 users are few. */
const within: fc.Arbitrary<ListBounds | undefined> = fc.oneof(
  fc.record({ rare: fc.constantFrom(0, 1, 10, 100), walk: fc.constantFrom(1, 5, 50, 1000) }),
  fc.constant(undefined),
)

async function listed({ deps }: TestApp, query: Query, limit: number, within?: ListBounds): Promise<string[][]> {
  const pages: string[][] = []
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await pageOfUsers(deps, { ...query, limit, ...(cursor ? { cursor } : {}) }, within)
    pages.push(page.items.map(({ id }) => id))
    cursor = page.nextCursor
  }
  return pages
}

const RUNS = Number(process.env.PROPERTY_RUNS ?? 25)

async function everyListIsExact(t: TestApp, numRuns: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(query, fc.integer({ min: 1, max: 100 }), within, async (query, limit, within) => {
      const pages = await listed(t, query, limit, within)
      expect(pages.flat()).toEqual(expected(people, query))
      for (const page of pages.slice(0, -1)) expect(page).toHaveLength(limit) // a page that ends early has an end
    }),
    { numRuns },
  )
}

describe('in a file', () => {
  let t: TestApp
  beforeAll(async () => {
    t = await createTestApp({ env: { METADATA_FILTER_KEY: 'plan' } })
    await writePeople(t.deps.db, people)
  })
  afterAll(() => t.close())

  test(
    'any query, page size and way gives everyone it should, in order, once',
    () => everyListIsExact(t, 3 * RUNS),
    300_000,
  )

  test('each way alone gives the same', async () => {
    const ways = { rare: { rare: 1_000, walk: 1 }, walked: { rare: 0, walk: 1_000 }, whole: { rare: 0, walk: 1 } }
    for (const word of ['ana', 'an', 'ив', 'ås', '山田', 'example', 'ana example', 'a b', 'ana a'])
      for (const filter of [{}, { role: 'half' }, { role: 'admin' }, { metadata: 'pro' }])
        for (const sort of ['-createdAt', 'name', '-email'] as const) {
          const query = { q: word, sort, ...filter }
          for (const [way, within] of Object.entries(ways))
            expect([way, query, (await listed(t, query, 7, within)).flat()]).toEqual([
              way,
              query,
              expected(people, query),
            ])
        }
  }, 300_000)
})

const present = await hasSqld()
const sqldTest = testWith(present, 'sqld (test/parts)')
describe('on a libSQL server', () => {
  let server: Sqld
  let t: TestApp
  beforeAll(async () => {
    if (!present) return
    server = await startSqld()
    t = await createTestApp({ env: { DATABASE_URL: server.url, METADATA_FILTER_KEY: 'plan' } })
    await writePeople(t.deps.db, people)
  }, 300_000)
  afterAll(async () => {
    await t?.close()
    await server?.stop()
  })

  sqldTest(
    'any query, page size and way gives everyone it should, in order, once',
    () => everyListIsExact(t, RUNS),
    300_000,
  )
})
