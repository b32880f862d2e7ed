/** CSV as spreadsheets save it: `sep=`, marks, line ends and separators of their country; the error of a row names its place. */
import { afterAll, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { readRows } from '../../../src/operator/cli/import/read-rows.ts'
import { cleanUp, environment, newFolder, run } from '../../process/support/server.ts'

afterAll(cleanUp)

async function read(file: string, size = 65_536) {
  const bytes = new TextEncoder().encode(file)
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
  }
  const rows = []
  for await (const row of readRows(pieces())) rows.push(row)
  return rows
}

const ADA = { email: 'ada@example.com', name: 'Ada; Countess, of' }

describe('a first line that names the separator', () => {
  test.each([
    ['sep=;', ';'],
    ['SEP=;', ';'],
    ['"sep=;"', ';'],
    ['sep=,', ','],
    ['sep=\t', '\t'],
    ['sep=|', '|'],
    ['sep=:', ':'],
  ])('%j is no row and is honoured, with any end of line and in any pieces', async (first, separator) => {
    for (const end of ['\n', '\r\n', '\r'])
      for (const mark of ['', '\ufeff'])
        for (const size of [1, 5, 65_536]) {
          const quoted = `"${ADA.name}"`
          const file = `${mark}${first}${end}email${separator}name${end}${ADA.email}${separator}${quoted}${end}`
          expect(await read(file, size)).toEqual([{ line: 3, value: ADA }])
        }
  })

  test('wins over what the heading looks like', async () => {
    expect(await read('sep=|\nemail|name\na@example.com|A,B;C')).toEqual([
      { line: 3, value: { email: 'a@example.com', name: 'A,B;C' } },
    ])
  })

  test('counts as a line: what is wrong is said to be where it is', async () => {
    await expect(read('sep=;\nemail;password\na;b')).rejects.toMatchObject({
      failure: { title: expect.stringContaining('Line 2: there is no column "password"') as string },
    })
    expect(await read('sep=;\nemail;name\n\nonly one')).toEqual([
      { line: 4, refused: 'This row has 1 cells, the heading 2.' },
    ])
  })
})

test('a heading may be written with blanks, capitals and signs', async () => {
  expect(await read(' E-Mail ; Email_Verified;"Created At"\na@example.com;Yes;2019-03-05T08:15:30Z')).toEqual([
    { line: 2, value: { email: 'a@example.com', emailVerified: true, createdAt: '2019-03-05T08:15:30Z' } },
  ])
})

test('booleans in another language and a date that does not exist are reported by row, line and column', async () => {
  const env = environment(newFolder())
  const words = ['VRAI', 'FAUX', 'WAHR', 'sim', 'não', 'ja', 'да', '2', 'maybe']
  const rows = words.map((word, index) => `a${index}@example.com;${word};`)
  rows.push('b1@example.com; TRUE ;', 'b2@example.com;0;', 'b3@example.com;No;', 'c@example.com;;2024-02-30T00:00:00Z')
  rows.push('d\u200b@example.com;;')
  const file = join(newFolder(), 'users.csv')
  await Bun.write(file, `sep=;\r\nemail;email verified;created at\r\n${rows.join('\r\n')}\r\n`)
  const imported = await run(['src/entries/cli.ts', 'users', 'import', file], env)
  expect(imported.code).toBe(1)
  expect(imported.stdout).toContain('3 created, 0 existed already, 11 refused.')
  for (const [index] of words.entries())
    expect(imported.stderr).toContain(
      `Row ${index + 1}, line ${index + 3}: /emailVerified: Expected true or false; in CSV also t, yes, y, on, 1, f, no, n, off, 0.`,
    )
  expect(imported.stderr).toContain('Row 13, line 15: /createdAt: Expected an existing date and time with a time zone')
  expect(imported.stderr).toContain(
    'Row 14, line 16: /email: The e-mail address contains an invisible or invalid character',
  )
  expect(imported.stderr).not.toMatch(/\^|\[/)
}, 300_000)
