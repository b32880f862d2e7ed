import { afterAll, describe, expect, test } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runCommandLine } from '../../src/operator/cli/command.ts'
import type { Ask } from '../../src/operator/cli/operator.ts'
import { importCommand } from '../../src/operator/cli/users-import.ts'
import { runOperation } from '../../src/operator/operations.ts'
import { cleanUp, environment, newFolder, run, start, startServer } from '../process/support/server.ts'
import { createTestApp } from '../support/test-app.ts'
import { runCli } from './support/in-process.ts'
import { fakeTerminal } from './support/terminal.ts'

afterAll(cleanUp)

type Env = ReturnType<typeof environment>
const cli = (env: Env, words: string) => runCli(words.split(' '), env)
/** The same as a process of its own. */
const cliProcess = (env: Env, words: string, stdin?: string) =>
  run(['src/entries/cli.ts', ...words.split(' ')], env, stdin === undefined ? {} : { stdin })

const hash = await Bun.password.hash('the old password', { algorithm: 'bcrypt', cost: 4 })
const row = (number: number) => ({ email: `person${number}@example.com`, name: `Person ${number}`, passwordHash: hash })
const rows = (count: number) => Array.from({ length: count }, (_, index) => row(index))
const lines = (values: readonly unknown[]) => values.map((value) => JSON.stringify(value)).join('\n')

for (const mode of ['through the running server', 'without a server'] as const)
  test(`${mode}, a file is imported, judged, repeated and corrected`, async () => {
    const folder = newFolder()
    const env = environment(folder)
    const server = mode === 'without a server' ? undefined : await startServer(env)
    const file = join(folder, 'users.jsonl')
    writeFileSync(file, lines([...rows(1200), { email: 'nobody' }, { ...row(1200), passwordHash: 'canary hash' }]))

    const judged = await cli(env, `users import --dry-run ${file}`)
    expect([judged.code, judged.stdout]).toEqual([1, '1200 would be created, 0 existed already, 2 refused.\n'])
    expect((await cli(env, 'users list --limit 1')).stdout).toBe('')

    const imported = await cliProcess(env, `users import ${file}`)
    expect([imported.code, imported.stdout]).toEqual([1, '1200 created, 0 existed already, 2 refused.\n'])
    expect(imported.stderr).toContain('Row 1201, line 1201: /email: ')
    expect(imported.stderr).toContain('Row 1202, line 1202: /passwordHash: This password hash has an unknown form.\n')
    expect(imported.stderr).toContain('2 of 1202 rows were refused.')
    expect(imported.stderr).not.toContain('canary')

    writeFileSync(file, JSON.stringify([...rows(1200), { ...row(1201), roles: ['admin'] }], null, 2))
    const corrected = await cli(env, `users import ${file} --json`)
    expect(corrected).toEqual({
      code: 0,
      stdout: '{"created":1,"exists":1200,"refused":0,"dryRun":false}\n',
      stderr: '',
    })

    const piped = await cliProcess(env, 'users import -', 'email,name\npiped@example.com,Piped\n')
    expect([piped.code, piped.stdout]).toEqual([0, '1 created, 0 existed already, 0 refused.\n'])
    const listed = await cli(env, 'users list --role admin --json')
    expect(JSON.parse(listed.stdout)).toMatchObject({ email: 'person1201@example.com' })

    if (server) {
      const signedIn = await fetch(`${server.url}/v1/auth/sign-in`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email: 'person7@example.com', password: 'the old password' }),
      })
      expect(signedIn.status).toBe(200)
      expect(server.stderr + server.stdout).not.toContain('person7@example.com')
      expect(await server.stop()).toBe(0)
    }
  }, 300_000)

test('four imports of one file at once make each user once', async () => {
  const folder = newFolder()
  const env = environment(folder)
  const server = await startServer(env)
  const file = join(folder, 'users.jsonl')
  writeFileSync(file, lines(rows(1500)))
  const all = await Promise.all(Array.from({ length: 4 }, () => cli(env, `users import ${file} --json`)))
  expect(all.map(({ code }) => code)).toEqual([0, 0, 0, 0])
  const reports = all.map(({ stdout }) => JSON.parse(stdout) as { created: number; exists: number }) // what --json prints last
  expect(reports.reduce((sum, { created }) => sum + created, 0)).toBe(1500)
  expect(reports.reduce((sum, { exists }) => sum + exists, 0)).toBe(4500)
  expect(await server.stop()).toBe(0)
}, 300_000)

test('an import that was killed in the middle is finished by the next', async () => {
  const folder = newFolder()
  const env = environment(folder)
  const file = join(folder, 'users.jsonl')
  writeFileSync(file, lines(rows(8_000)))
  const killed = start(['src/entries/cli.ts', 'users', 'import', file], env)
  await killed.output(/users 2000\/8000\n/)
  killed.kill('SIGKILL')
  await killed.exited
  const rest = await cli(env, `users import ${file} --json`)
  expect(rest).toMatchObject({ code: 0, stderr: '' })
  const { created, exists } = JSON.parse(rest.stdout)
  expect(exists).toBeGreaterThanOrEqual(2000)
  expect(created + exists).toBe(8_000)
}, 300_000)

describe('the command', () => {
  /** In this process, on its own database. */
  async function command(words: string[], terminal: Parameters<typeof fakeTerminal>[0] = {}) {
    const t = await createTestApp()
    const batches: number[] = []
    const ask: Ask = (name, input) => {
      if ('users' in input) batches.push(input.users.length)
      return runOperation(t.deps, name, input)
    }
    const fake = fakeTerminal(terminal)
    const main = importCommand({ ask, together: (work) => work(ask), terminal: fake.terminal })
    const code = await runCommandLine(main, words, fake.terminal)
    const { rows: users } = await t.deps.db.$client.execute('SELECT email, name FROM users ORDER BY email')
    await t.close()
    return { code, out: fake.out(), notes: fake.notes(), users, batches }
  }
  const fileOf = (text: string) => {
    const file = join(newFolder(), 'users')
    writeFileSync(file, text)
    return file
  }

  test('writes nothing of a file that is broken further on', async () => {
    const broken = await command([fileOf(`${JSON.stringify(rows(1200)).slice(0, -1)}, {"email":`)])
    expect([broken.code, broken.out, broken.users.length, broken.batches]).toEqual([1, '', 0, []])
    expect(broken.notes).toContain('the array does not end')
  })

  test('keeps what came before, where it cannot look ahead', async () => {
    const broken = await command(['-'], { input: `${JSON.stringify(rows(600)).slice(0, -1)}, {"email":` })
    expect([broken.code, broken.batches]).toEqual([1, [500]])
    expect(broken.notes).toContain('the array does not end')
  })

  test('sends batches that a server takes: 500 rows, and less than a megabyte', async () => {
    const large = rows(120).map((person) => ({ ...person, name: 'ñ'.repeat(10_000) }))
    const { batches, code, notes } = await command([fileOf(lines([...rows(1001), ...large]))])
    expect(code).toBe(1) // names that long are refused
    expect(batches.reduce((sum, one) => sum + one)).toBe(1121)
    expect(Math.max(...batches)).toBe(500)
    expect(Math.min(...batches.slice(2))).toBeLessThan(46)
    expect(notes.match(/^Row /gm)).toHaveLength(100)
    expect(notes).toContain('… and more rows were refused: --json lists all of them.')
  })

  test('draws a bar for a person, and a line for each quarter into a log', async () => {
    const file = fileOf(lines(rows(1000)))
    const person = await command([file], { noteIsTerminal: true, outIsTerminal: true })
    expect(person.notes).toContain('█'.repeat(30))
    expect(person.notes).toEndWith('users 1000/1000\n')
    const log = await command([file])
    expect(log.notes).toBe('users 500/1000\nusers 1000/1000\n')
    expect((await command([file, '--json'])).notes).toBe('')
  })

  test('lists each refused row for a machine, with its place and its reasons', async () => {
    const { out, code } = await command([fileOf('email,roles\nx,ROOT\ny@example.com,user'), '--json'])
    const [first = '', last = ''] = out.trim().split('\n')
    expect(JSON.parse(first)).toMatchObject({
      row: 1,
      line: 2,
      status: 'refused',
      errors: [{ path: '/email' }, { path: '/roles/0' }],
    })
    expect(JSON.parse(last)).toEqual({ created: 1, exists: 0, refused: 1, dryRun: false })
    expect(code).toBe(1)
  })

  test('keeps formulas and control characters out of the terminal, and text as it is in the database', async () => {
    const name = '=cmd|\u001b[31m red'
    const { users, out, notes } = await command([
      fileOf(lines([{ email: 'a@example.com', name }, { 'e\u001b[31mvil': 1 }])),
    ])
    expect(users).toEqual([expect.objectContaining({ email: 'a@example.com', name })])
    expect(out + notes).not.toContain('\u001b')
  })

  test.each([
    [['no/such/file'], 'There is no file no/such/file.'],
    [[newFolder()], 'is a folder.'],
    [[], 'Missing required positional argument: FILE'],
    [['a', 'b'], 'is an extra word'],
    [['a', '--force'], 'There is no option --force.'],
  ])('%j is a wrong command line', async (words, note) => {
    const { code, notes } = await command(words)
    expect(code).toBe(2)
    expect(notes).toContain(note)
  })

  test('does not wait for a person to type a file', async () => {
    expect(await command(['-'], { inputIsTerminal: true })).toMatchObject({ code: 2, users: [] })
  })
})
