import { afterEach, beforeEach, expect, test } from 'bun:test'
import { runCommandLine } from '../../src/operator/cli/command.ts'
import { keysCommands, signingKeysCommands } from '../../src/operator/cli/keys.ts'
import type { Ask } from '../../src/operator/cli/operator.ts'
import { runOperation } from '../../src/operator/operations.ts'
import { createTestApp, type TestApp } from '../support/test-app.ts'
import { fakeTerminal } from './support/terminal.ts'

let t: TestApp
beforeEach(async () => {
  t = await createTestApp()
})
afterEach(() => t.close())

async function cli(words: string) {
  const fake = fakeTerminal({})
  const ask: Ask = (name, input) => runOperation(t.deps, name, input)
  const context = { ask, terminal: fake.terminal }
  const main = {
    meta: { name: 'cli' },
    subCommands: { keys: keysCommands(context), 'signing-keys': signingKeysCommands(context) },
  }
  const code = await runCommandLine(main, words.split(' '), fake.terminal)
  return { code, out: fake.out(), notes: fake.notes() }
}
const listed = async () =>
  (await cli('signing-keys list')).out
    .trim()
    .split('\n')
    .map((line) => line.split('\t'))
const states = async () => (await listed()).map(([id, alg, state]) => [id, alg, state])

test('rotate without --alg changes the key of each algorithm that has one, in both spellings of the command', async () => {
  const ed = (await t.deps.keys.signing()).id
  expect((await cli('keys rotate')).out.split('\n').length).toBe(2)
  const rsa = (await t.deps.keys.signing('RS256')).id
  const { out } = await cli('signing-keys rotate --json')
  const rotated = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { id: string; alg: string; activeAt: string })
  expect(rotated.map(({ alg }) => alg)).toEqual(['EdDSA', 'RS256'])
  const found = await states()
  expect(found).toContainEqual([ed, 'EdDSA', 'signs'])
  expect(found).toContainEqual([rsa, 'RS256', 'signs'])
  for (const { id, alg } of rotated) expect(found).toContainEqual([id, alg, 'next'])
  expect(found.length).toBe(4)
})

test('rotate --alg changes one algorithm, and list follows a key until it has retired', async () => {
  const old = (await t.deps.keys.signing('ES256')).id
  const { out } = await cli('signing-keys rotate --alg ES256 --json')
  const { id } = JSON.parse(out) as { id: string }
  t.clock.advance(600_000)
  expect(await states()).toEqual([
    [old, 'ES256', 'leaving'],
    [id, 'ES256', 'signs'],
  ] as string[][])
  t.clock.advance(360_000)
  expect(await states()).toEqual([
    [old, 'ES256', 'retired'],
    [id, 'ES256', 'signs'],
  ] as string[][])
})

test('revoke needs --compromised, says what follows, and the list shows it', async () => {
  const { id } = await t.deps.keys.signing()
  const refused = await cli(`signing-keys revoke ${id}`)
  expect(refused).toMatchObject({ code: 2, out: '' })
  expect(refused.notes).toContain('--compromised')
  expect(await states()).toEqual([[id, 'EdDSA', 'signs']])

  const done = await cli(`signing-keys revoke ${id} --compromised`)
  expect(done.code).toBe(0)
  for (const part of ['left the JWKS', 'No session ends', 'Signed API keys', '5 minutes'])
    expect(done.out).toContain(part)
  expect((await states())[0]).toEqual([id, 'EdDSA', 'revoked'])
  expect(await cli(`signing-keys revoke ${id} --compromised`)).toMatchObject({ code: 1, out: '' })
})

test.each([
  ['signing-keys rotate --alg HS256', 2],
  ['signing-keys rotate RS256', 2],
  ['signing-keys revoke', 2],
  ['signing-keys revoke key_1 --compromised', 1],
  ["signing-keys revoke ' --compromised", 1],
])('`cli %s` changes nothing', async (words, code) => {
  const { id } = await t.deps.keys.signing()
  expect(await cli(words)).toMatchObject({ code, out: '' })
  expect(await states()).toEqual([[id, 'EdDSA', 'signs']])
})
