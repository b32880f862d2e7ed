import { afterAll, expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { version } from '../../package.json'
import { runCommandLine } from '../../src/operator/cli/command.ts'
import { keysCommands } from '../../src/operator/cli/keys.ts'
import type { Ask } from '../../src/operator/cli/operator.ts'
import { seedCommand } from '../../src/operator/cli/seed.ts'
import { usersCommands } from '../../src/operator/cli/users.ts'
import type { ImportContext } from '../../src/operator/cli/users-import.ts'
import { problem } from '../../src/errors.ts'
import { cleanUp, environment, newFolder, run } from '../process/support/server.ts'
import { fakeTerminal } from './support/terminal.ts'

afterAll(cleanUp)

/** Runs a command line whose operations answer with `ask`. Returns what it printed, and what it asked for. */
async function cli(
  words: string,
  { ask = nothing, ...terminal }: Partial<Parameters<typeof fakeTerminal>[0]> & { ask?: Ask } = {},
) {
  const fake = fakeTerminal(terminal)
  const context: ImportContext = { ask, together: (work) => work(ask), terminal: fake.terminal }
  const main = { meta: { name: 'cli' }, subCommands: { users: usersCommands(context), keys: keysCommands(context) } }
  const code = await runCommandLine(main, words.split(' ').filter(Boolean), fake.terminal)
  return { code, out: fake.out(), notes: fake.notes() }
}

const nothing: Ask = async function* () {}
const failing = (error: unknown): Ask =>
  // biome-ignore lint/correctness/useYield: it fails before its first item
  async function* () {
    throw error
  }

test.each([
  ['', 'No command specified.'],
  ['users', 'No command specified.'],
  ['users crate', 'Unknown command crate'],
  ['users create', 'Missing required argument: --email'],
  ['users create --email', '--email needs a value.'],
  ['users create --email a@example.com --password secret', 'There is no option --password.'],
  ['users create --email a@example.com --email b@example.com', '--email is given twice.'],
  [
    'users create --email a@example.com --role Root',
    '--role takes admin, user and the names of other roles, separated by a comma.',
  ],
  ['users create --email a@example.com extra', '"extra" is an extra word.'],
  ['users create --email a@example.com --password-stdin', '--password-stdin found nothing on standard input.'],
  ['users list --limit 0', '--limit needs a whole number above 0.'],
  ['users list --status gone', 'Invalid value for argument: --status (gone). Expected one of: active, disabled.'],
  ['users list --json=yes', '--json takes no value.'],
  ['users disable', 'Missing required positional argument: USER'],
])('`cli %s` is not understood: exit code 2, one sentence, and how to get help', async (words, sentence) => {
  expect(await cli(words)).toEqual({
    code: 2,
    out: '',
    notes: `${sentence}\nRun the command with --help to see its arguments and options.\n`,
  })
})

test('a password is read from a pipe only, because a terminal would show it', async () => {
  const { code, notes } = await cli('users create --email a@example.com --password-stdin', { inputIsTerminal: true })
  expect(code).toBe(2)
  expect(notes).toContain('a terminal would show what you type')
})

test.each([
  '--help',
  'users --help',
  'users create --help',
  'users list -h',
  'users disable --help',
  'keys rotate --help',
])('`cli %s` explains itself without doing anything', async (words) => {
  const { code, out, notes } = await cli(words, { ask: failing(new Error('asked')) })
  expect({ code, notes }).toEqual({ code: 0, notes: '' })
  expect(out).toContain(
    `USAGE ${words.startsWith('-') ? 'cli' : words.startsWith('users') ? 'bun run cli users' : 'bun run cli keys'}`,
  )
  expect(out).not.toContain('\u001b')
})

test('`cli --version` prints the release alone, and opens no database; with more words it is no option', async () => {
  const folder = newFolder()
  const cliIn = (...words: string[]) => run(['src/entries/cli.ts', ...words], environment(folder))
  expect(await cliIn('--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
  expect(existsSync(join(folder, 'test.db'))).toBeFalse()
  expect(await cliIn('users', '--version')).toMatchObject({ code: 2, stdout: '' })
})

test('a failure is a sentence and the next step; with --json it is JSON; the cause of an unexpected failure is shown', async () => {
  const known = problem('user.last_admin')
  expect(await cli('users disable a@example.com', { ask: failing(known) })).toMatchObject({
    code: 1,
    out: '',
    notes: expect.stringMatching(/^This is the last active administrator.*\nGive the admin role .*\n$/),
  })
  const json = await cli('users disable a@example.com --json', { ask: failing(known) })
  expect(JSON.parse(json.notes)).toEqual({
    code: 'user.last_admin',
    title: expect.any(String),
    remedy: expect.any(String),
  })
  const unforeseen = await cli('keys rotate', {
    ask: failing(problem('server.error', { cause: new Error('APP_SECRET is not the one') })),
  })
  expect(unforeseen.code).toBe(1)
  expect(unforeseen.notes).toContain('APP_SECRET is not the one')
})

test.each([
  ['users create --email nope', '/email', '--email nope'],
  ['users create --email=nope', '/email', '--email=nope'],
  ['users create --email a@example.com', '/password', 'password'],
  ['users disable nope', '/', 'input'],
])('`cli %s` names an invalid value at %s as the operator typed it', async (words, path, typed) => {
  const invalid = problem('request.invalid', { errors: [{ path, message: 'Expected another value' }] })
  expect(await cli(words, { ask: failing(invalid) })).toEqual({
    code: 1,
    out: '',
    notes: `A value is not valid.\n  ${typed}: Expected another value\nCorrect the value and run the command again.\n`,
  })
  const json = await cli(`${words} --json`, { ask: failing(invalid) })
  expect(JSON.parse(json.notes).errors).toEqual([{ path, message: 'Expected another value' }])
})

const person = {
  id: 'usr_0190a5e0c5f87d3cb3a4c1f2e5d60718',
  emailVerified: true,
  status: 'active',
  roles: ['user'],
  createdAt: '2026-07-09T12:00:00.000Z',
  updatedAt: '2026-07-09T12:00:00.000Z',
} as const

const listing = (names: string[]): Ask =>
  // One list for every operation: the tests below ask for `users.list` alone.
  async function* () {
    for (const name of names) yield { item: { ...person, roles: ['user'], name, email: `${name.length}@example.com` } }
  } as unknown as Ask

test('a terminal gets an aligned table, also when later names are longer than the first hundred', async () => {
  const names = ['Bo', 'Christina', ...Array.from({ length: 150 }, () => 'x'), 'a name of more characters than any']
  const { out } = await cli('users list', { ask: listing(names), outIsTerminal: true })
  const lines = out.trimEnd().split('\n')
  expect(lines).toHaveLength(names.length + 1)
  expect(lines[0]).toMatch(/^ID +E-MAIL +NAME +STATUS +ROLES +CREATED$/)
  expect(lines[1]?.indexOf('active')).toBe(lines[0]?.indexOf('STATUS') ?? -1)
  expect(lines.at(-1)).toContain('a name of more characters than any  active')
})

test('an empty list is an empty table on a terminal and no line in a pipe', async () => {
  expect((await cli('users list', { outIsTerminal: true })).out).toMatch(/^ID .*\n$/)
  expect((await cli('users list')).out).toBe('')
})

test('a name cannot control the terminal or add a line', async () => {
  const ask = listing(['\u001b[2Jgone', 'two\nlines', 'tab\there', 'right\u202eleft', '\u009b2J'])
  for (const outIsTerminal of [true, false]) {
    const { out } = await cli('users list', { ask, outIsTerminal })
    for (const character of ['\u001b', '\u009b', '\u202e']) expect(out).not.toContain(character)
    expect(out.trimEnd().split('\n')).toHaveLength(outIsTerminal ? 6 : 5)
  }
})

test('progress is a bar on a terminal and four lines elsewhere, and never part of the result', async () => {
  const ask = async function* () {
    for (let done = 1; done <= 100; done++) yield { progress: { done, total: 100 } }
    yield { item: { password: 'public', people: [], generated: { created: 100, existing: 0 } } }
  } as unknown as Ask // answers like demo.seed, the one operation asked for here
  const seed = async (words: string[], noteIsTerminal: boolean) => {
    const fake = fakeTerminal({ noteIsTerminal })
    await runCommandLine(seedCommand({ ask, terminal: fake.terminal }), words, fake.terminal)
    return { out: fake.out(), notes: fake.notes() }
  }
  const bar = await seed([], true)
  expect(bar.notes).toMatch(/^\r█*░* demo users 1\/100\r[^\n]*\r█{30} demo users 100\/100\n$/)
  const lines = await seed([], false)
  expect(lines.notes).toBe('demo users 25/100\ndemo users 50/100\ndemo users 75/100\ndemo users 100/100\n')
  expect(lines.out).toBe('100 generated users created, 0 existed already.\n')
  expect((await seed(['--json'], true)).notes).toBe('')
})
