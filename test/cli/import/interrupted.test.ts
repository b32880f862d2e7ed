/** An import that ends in the middle: killed, or by Ctrl-C. The next one finishes it, and nobody is there twice. */
import { afterAll, describe, expect, test } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runCommandLine } from '../../../src/operator/cli/command.ts'
import { importCommand } from '../../../src/operator/cli/users-import.ts'
import { runOperation } from '../../../src/operator/operations.ts'
import { cleanUp, environment, newFolder, run, start, startServer } from '../../process/support/server.ts'
import { createTestApp } from '../../support/test-app.ts'
import { fakeTerminal } from '../support/terminal.ts'

afterAll(cleanUp)

const ROWS = 8_000
const people = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    JSON.stringify({ email: `person${index}@example.com`, name: `P ${index}` }),
  )
const emails = (text: string) =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => (JSON.parse(line) as { email: string }).email)
const cli = (words: string[], env: ReturnType<typeof environment>) => run(['src/entries/cli.ts', ...words], env)

/** Imports the file again. */
async function expectFinished(env: ReturnType<typeof environment>, file: string) {
  const rest = await cli(['users', 'import', file, '--json'], env)
  expect(rest.code, rest.stderr).toBe(0)
  const { created, exists } = JSON.parse(rest.stdout) as { created: number; exists: number }
  expect(created + exists).toBe(ROWS)
  await expectEachOnce(env)
}

async function expectEachOnce(env: ReturnType<typeof environment>) {
  const { stdout, code } = await cli(['users', 'export'], env)
  expect(code).toBe(0)
  const found = emails(stdout)
  expect(found.toSorted()).toEqual(Array.from({ length: ROWS }, (_, index) => `person${index}@example.com`).toSorted())
}

/** The first digit of the count after which the process is killed. Where it is then in its work is up to the machine. */
const somewhere = () => new RegExp(`users [${2 + Math.floor(Math.random() * 5)}-9]\\d+/8000\\n`)

test('killed three times and repeated without a server, each person is there once', async () => {
  const folder = newFolder()
  const env = environment(folder)
  const file = join(folder, 'users.jsonl')
  writeFileSync(file, people(ROWS).join('\n'))
  for (let time = 0; time < 3; time++) {
    const killed = start(['src/entries/cli.ts', 'users', 'import', file], env)
    await killed.output(somewhere())
    killed.kill('SIGKILL')
    await killed.exited
  }
  await expectFinished(env, file)
}, 300_000)

test('while the server is killed three times, each person is there once', async () => {
  const folder = newFolder()
  const env = environment(folder)
  const file = join(folder, 'users.jsonl')
  writeFileSync(file, people(ROWS).join('\n'))
  for (let time = 0; time < 3; time++) {
    const server = await startServer(env)
    const command = start(['src/entries/cli.ts', 'users', 'import', file], env)
    await command.output(somewhere())
    server.kill('SIGKILL')
    await server.exited
    // It may have been done by then.
    if ((await command.exited) !== 0) expect(command.stderr).toContain('The connection to the server ended')
  }
  const server = await startServer(env)
  await expectFinished(env, file)
  expect(await server.stop()).toBe(0)
}, 300_000)

test('Ctrl-C says what is kept and the command to go on, which makes the rest', async () => {
  const folder = newFolder()
  const env = environment(folder)
  const file = join(folder, "the people's.jsonl")
  writeFileSync(file, people(ROWS).join('\n'))
  const stopped = start(['src/entries/cli.ts', 'users', 'import', file], env)
  await stopped.output(/users \d+\/8000\n/)
  stopped.kill('SIGINT')
  expect(await stopped.exited).toBe(130)
  const [, rows = '', line = '', created = ''] =
    /Interrupted: (\d+) of 8000 rows are imported, up to line (\d+): (\d+) created, 0 existed already\.\n/.exec(
      stopped.stderr,
    ) ?? []
  expect(Number(rows)).toBeGreaterThanOrEqual(2000)
  expect(Number(rows)).toBeLessThan(ROWS)
  expect([line, created]).toEqual([rows, rows])
  const quoted = `'${file.replace("'", `'\\''`)}'`
  expect(stopped.stderr).toContain(`To go on: bun run cli users import ${quoted} --skip ${rows}\n`)

  const rest = await cli(['users', 'import', file, '--skip', rows, '--json'], env)
  expect(JSON.parse(rest.stdout)).toMatchObject({ created: ROWS - Number(rows), exists: 0, refused: 0 })
  await expectEachOnce(env)
}, 300_000)

describe('the command', () => {
  async function interrupted(words: string[], input: string, interruptedAfterNotes: number) {
    const t = await createTestApp()
    const fake = fakeTerminal({ input, interruptedAfterNotes })
    const ask = ((name, input) => runOperation(t.deps, name, input)) as Parameters<typeof importCommand>[0]['ask']
    const main = importCommand({ ask, together: (work) => work(ask), terminal: fake.terminal })
    const code = await runCommandLine(main, words, fake.terminal)
    const { rows } = await t.deps.db.$client.execute('SELECT email FROM users')
    await t.close()
    return { code, out: fake.out(), notes: fake.notes(), users: rows.length }
  }
  const fileOf = (lines: string[]) => {
    const file = join(newFolder(), 'users.jsonl')
    writeFileSync(file, lines.join('\n'))
    return file
  }

  test('finishes the batch that was sent, and sends no other', async () => {
    // The first refused row is noted while the second batch is read.
    const file = fileOf([...people(600), '{"email":"nobody"}', ...people(3000).slice(600)])
    const { code, notes, users } = await interrupted([file], '', 1)
    expect(code).toBe(130)
    expect(users).toBe(999)
    expect(notes).toContain('Interrupted: 1000 of 3001 rows are imported, up to line 1000: 999 created')
    expect(notes).toContain('--skip 1000')
  })

  test('repeats the options in the command to go on', async () => {
    const file = fileOf(people(3000))
    const fake = await interrupted([file, '--from', 'pocketbase'], '', 1)
    expect(fake.code).toBe(130)
    expect(fake.notes).toMatch(/To go on: \S.* users import --from pocketbase \S+ --skip \d+\n/)
  })

  test('asks for the same input again where it reads a pipe', async () => {
    const lines = ['{"email":1}', ...people(20_000)]
    const { code, notes } = await interrupted(['-'], lines.join('\n'), 1)
    expect(code).toBe(130)
    expect(notes).toMatch(/To go on with the same input: .* users import - --skip \d+\n/)
  })

  test('skips the rows that it is told to, and counts lines from the beginning', async () => {
    const file = fileOf([...people(3), '{"email":"nobody"}'])
    const { code, users, notes } = await interrupted([file, '--skip', '2'], '', 99)
    expect([code, users]).toEqual([1, 1])
    expect(notes).toContain('Row 4, line 4: /email')
  })
})
