/** Import files in the forms that people have: the accepted ones, and the place that an error names. */
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { readRows } from '../../../src/operator/cli/import/read-rows.ts'
import { OperatorError } from '../../../src/operator/failure.ts'
import { naughtyStrings } from '../../support/naughty-strings.ts'

/** The bytes in pieces of so many: no limit of a piece may show. */
async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function read(file: string | Uint8Array, size = 65_536) {
  const bytes = typeof file === 'string' ? new TextEncoder().encode(file) : file
  const rows = []
  for await (const row of readRows(pieces(bytes, size))) rows.push(row)
  return rows
}

async function failure(file: string | Uint8Array): Promise<string> {
  const error = await read(file).catch((thrown: unknown) => thrown)
  if (!(error instanceof OperatorError)) throw new Error(`no failure: ${JSON.stringify(error)}`)
  expect(error.failure.code).toBe('import.unreadable')
  expect(error.failure.remedy).not.toBe('')
  return error.failure.title
}

const people = [
  { email: 'ada@example.com', name: 'Ada "the first", Lovelace' },
  { email: 'zoë@example.com', name: 'a\nb ] } { [ , \\ " \u2028 🔑', emailVerified: true },
  { email: 'x@example.com' },
]
const values = (rows: Awaited<ReturnType<typeof read>>) => rows.map((row) => ('value' in row ? row.value : row))

describe('the same rows come out of', () => {
  const forms: [string, string][] = [
    ['an array on one line', JSON.stringify(people)],
    ['an array on many lines', JSON.stringify(people, null, 2)],
    ['an array with blanks around it', `\n\r\t ${JSON.stringify(people)} \n`],
    ['an array after a byte order mark', `\ufeff${JSON.stringify(people)}`],
    ['one object a line', people.map((person) => JSON.stringify(person)).join('\n')],
    ['one object a line, ended', `${people.map((person) => JSON.stringify(person)).join('\n')}\n`],
    [
      'one object a line, with CRLF and empty lines',
      `\n${people.map((person) => JSON.stringify(person)).join('\r\n\r\n')}\r\n`,
    ],
  ]
  test.each(forms)('%s, in pieces of any size', async (_, file) => {
    for (const size of [1, 2, 3, 7, 100, 65_536]) expect(values(await read(file, size))).toEqual(people)
  })

  test('any array of any values', async () => {
    const value = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom(...naughtyStrings).map((text) => ({ text: text.toWellFormed() })),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(value, { maxLength: 8 }),
        fc.integer({ min: 1, max: 40 }),
        fc.nat(3),
        async (all, size, indent) => {
          const file = JSON.stringify(all, null, indent).toWellFormed()
          expect(values(await read(file, size))).toEqual(JSON.parse(file))
        },
      ),
      { numRuns: 300 },
    )
  })
})

test('nothing is in an empty file, an empty array and a heading alone', async () => {
  for (const file of ['', ' \n\n', '[]', '[ \n ]', 'email\n', 'email,name\r\n\r\n'])
    expect(await read(file)).toEqual([])
})

describe('JSON', () => {
  test('names the place of each row and each line that is no row', async () => {
    expect(await read('[\n  {"email":"a"},\n  {"email":},\n\n  {"email":"c"}\n]')).toEqual([
      { line: 2, value: { email: 'a' } },
      { line: 3, refused: 'This is not well-formed JSON.' },
      { line: 5, value: { email: 'c' } },
    ])
    expect(await read('{"email":"a"}\n\nnonsense\n{"email":"c"}')).toEqual([
      { line: 1, value: { email: 'a' } },
      { line: 3, refused: 'This is not well-formed JSON.' },
      { line: 4, value: { email: 'c' } },
    ])
  })

  test('that is no list of rows fails, and says where', async () => {
    expect(await failure('[{"email":"a"},\n{"email":"b"}')).toBe(
      'Line 2: the array does not end. Is the file cut short?',
    )
    expect(await failure('["unclosed')).toContain('does not end')
    expect(await failure('[1]\n[2]')).toBe('Line 2: text follows the end of the array.')
    expect(await failure('{\n  "users": []\n}')).toStartWith('Line 1: this is not a complete JSON object.')
    expect(await failure(`["${'a'.repeat(140_000)}"]`)).toStartWith('Line 1: a row of more than')
    expect(await failure(`{}\n{"a":"${'a'.repeat(140_000)}`)).toStartWith('Line 2: a row of more than')
  })
})

describe('CSV', () => {
  const heading = 'email,name,email_verified,Password Hash,roles,status,createdAt'

  test('has quotes, line breaks in cells, empty cells, and formulas that are text', async () => {
    const file = [
      `\ufeff${heading}`,
      'ada@example.com,"Lovelace, ""Ada""",TRUE,$2b$12$abc,"admin user",active,2019-03-05T08:15:30Z',
      'b@example.com,"two\r\nlines",0,,,,',
      '"c@example.com","=HYPERLINK(""https://evil.example"")",no,,user;admin,disabled,',
      '',
      "d@example.com,O'Brien,maybe,,,,",
      '',
    ].join('\r\n')
    for (const size of [1, 3, 65_536])
      expect(await read(file, size)).toEqual([
        {
          line: 2,
          value: {
            email: 'ada@example.com',
            name: 'Lovelace, "Ada"',
            emailVerified: true,
            passwordHash: '$2b$12$abc',
            roles: ['admin', 'user'],
            status: 'active',
            createdAt: '2019-03-05T08:15:30Z',
          },
        },
        { line: 3, value: { email: 'b@example.com', name: 'two\r\nlines', emailVerified: false } },
        {
          line: 5,
          value: {
            email: 'c@example.com',
            name: '=HYPERLINK("https://evil.example")',
            emailVerified: false,
            roles: ['user', 'admin'],
            status: 'disabled',
          },
        },
        // Not a truth value: the row is refused with the rules of the row.
        {
          line: 7,
          value: { email: 'd@example.com', name: "O'Brien", emailVerified: 'maybe' },
        },
      ])
  })

  test.each([';', '\t'])('is parted by %j where its heading is', async (delimiter) => {
    const file = [
      ['email', 'name'],
      ['a@example.com', 'A, B'],
    ]
      .map((cells) => cells.join(delimiter))
      .join('\n')
    expect(values(await read(file))).toEqual([{ email: 'a@example.com', name: 'A, B' }])
  })

  test('with too many or too few cells in a row refuses that row', async () => {
    expect(await read('email,name\na@example.com\nb@example.com,B,more\nc@example.com,C')).toEqual([
      { line: 2, refused: 'This row has 1 cells, the heading 2.' },
      { line: 3, refused: 'This row has 3 cells, the heading 2.' },
      { line: 4, value: { email: 'c@example.com', name: 'C' } },
    ])
  })

  test('whose heading is wrong fails before its first row, and says what there is', async () => {
    expect(await failure('email,password\na@example.com,secret')).toStartWith('Line 1: there is no column "password"')
    expect(await failure('name\nA')).toBe('Line 1: there is no column email.')
    expect(await failure('email,e-mail\na,b')).toBe('Line 1: the heading has the column email twice.')
    expect(await failure('ada@example.com,Ada')).toStartWith('Line 1: there is no column "ada@example.com"')
  })

  test('with a quote that is never closed fails where it was opened', async () => {
    expect(await failure('email,name\na@example.com,A\nb@example.com,"B\nc@example.com,C')).toStartWith('Line 3: ')
    expect(await failure(`email,name\na@example.com,"${'x\n'.repeat(100_000)}`)).toStartWith('Line 2: ')
  })

  test('in another encoding fails and names the required one', async () => {
    const latin1 = Uint8Array.from('email,name\nzo\xeb@example.com,Zo\xeb', (character) => character.charCodeAt(0))
    expect(await failure(latin1)).toContain('not UTF-8')
    const utf16 = new Uint8Array([0xff, 0xfe, ...Buffer.from('email,name\n', 'utf16le')])
    expect(await failure(utf16)).toContain('not UTF-8')
  })
})
