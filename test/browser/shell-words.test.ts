/** What the pages show as a command is one that a shell reads as it is meant, whatever a name or an address is. */
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { asCurl, shellWord } from '../../src/browser/shell-words.ts'
import { naughtyStrings } from '../support/naughty-strings.ts'

/** The words that sh makes of a command line. */
async function wordsOf(line: string): Promise<string[]> {
  const shell = Bun.spawn(['sh', '-c', `set -f; for word in ${line}; do printf '%s\\0' "$word"; done`], {
    stdout: 'pipe',
  })
  const out = await new Response(shell.stdout).text()
  return out.split('\0').slice(0, -1)
}
const HOSTILE = [
  ...[
    "'",
    "''",
    "\\'",
    "'; rm -rf ~; '",
    '$(id)',
    '`id`',
    '$TOKEN',
    '!!',
    '-n',
    '',
    ' ',
    '\n',
    'a\nb',
    '"',
    '*',
    '~',
    '#',
  ],
  ...naughtyStrings.filter((text) => !text.includes('\0') && text.isWellFormed()),
]

test('each hostile text stays one word', async () => {
  expect(await wordsOf(HOSTILE.map(shellWord).join(' '))).toEqual(HOSTILE)
})

test('any text stays one word', async () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 30 }).map((value) => value.replaceAll('\0', ''))
  await fc.assert(
    fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 30 }), async (words) => {
      expect(await wordsOf(words.map(shellWord).join(' '))).toEqual(words)
    }),
    { numRuns: 30 },
  )
})

test('a call is a curl command with its method, its body and a variable for the token', async () => {
  const body = { name: "O'Hara $(id)", tags: ['a b'] }
  const line = asCurl('https://id.example.com', { method: 'PATCH', path: '/v1/users/usr_1?x=a b', body })
  expect(await wordsOf(line.replaceAll('\\\n', ''))).toEqual([
    ...['curl', '-X', 'PATCH', 'https://id.example.com/v1/users/usr_1?x=a b'],
    ...['-H', 'Authorization: Bearer ', '-H', 'Content-Type: application/json', '-d', JSON.stringify(body)],
  ])
  expect(asCurl('https://id.example.com', { method: 'GET', path: '/livez' }, false)).toBe(
    'curl https://id.example.com/livez',
  )
})
