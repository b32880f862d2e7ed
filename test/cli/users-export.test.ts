/** The export of users by the command: hashes only when asked for, and everything back on another server. */
import { afterAll, expect, test } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runCommandLine } from '../../src/operator/cli/command.ts'
import { exportCommand } from '../../src/operator/cli/users-export.ts'
import { cleanUp, environment, newFolder, run, startServer } from '../process/support/server.ts'
import { runCli } from './support/in-process.ts'
import { fakeTerminal } from './support/terminal.ts'

afterAll(cleanUp)

const hash = await Bun.password.hash('the old password', { algorithm: 'bcrypt', cost: 4 })
const PEOPLE = 1_200
const people = Array.from({ length: PEOPLE }, (_, index) =>
  JSON.stringify({ email: `person${index}@example.com`, name: `=P "${index}",\n`, passwordHash: hash }),
).join('\n')

async function server() {
  const folder = newFolder()
  const env = environment(folder)
  const file = join(folder, 'users.jsonl')
  writeFileSync(file, people)
  expect((await runCli(['users', 'import', file], env)).code).toBe(0)
  return { folder, env }
}
const rows = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { id: string; email: string; updatedAt: string; passwordHash?: string })

test('a username and metadata are left out, with the number of rows, and refuse no row', async () => {
  const folder = newFolder()
  const file = join(folder, 'users.jsonl')
  const rows = [
    { email: 'ada@example.com', username: 'ada', publicMetadata: { plan: 'pro' } },
    { email: 'bob@example.com', username: null, publicMetadata: {} },
  ]
  writeFileSync(file, rows.map((row) => JSON.stringify(row)).join('\n'))
  const imported = await runCli(['users', 'import', file], environment(folder))
  expect(imported).toMatchObject({ code: 0, stdout: '2 created, 0 existed already, 0 refused.\n' })
  expect(imported.stderr).toContain('Left out, with the number of rows: username (1), publicMetadata (1).\n')
})

for (const format of ['ndjson', 'csv'])
  test(`${format} with hashes makes the same users on another server, who sign in there`, async () => {
    const { env } = await server()
    const exported = await run(['src/entries/cli.ts', 'users', 'export', '--hashes', '--format', format], env)
    expect([exported.code, exported.stderr]).toEqual([0, ''])
    const folder = newFolder()
    const target = environment(folder)
    const copy = join(folder, `users.${format}`)
    writeFileSync(copy, exported.stdout)
    const imported = await runCli(['users', 'import', copy], target)
    expect([imported.code, imported.stdout]).toEqual([0, `${PEOPLE} created, 0 existed already, 0 refused.\n`])
    expect(imported.stderr).toContain(`Left out, with the number of rows: id (${PEOPLE}), updatedAt (${PEOPLE}).\n`)

    const all = ['users', 'export', '--hashes']
    const own = (text: string) => rows(text).map(({ id: _, updatedAt: __, ...row }) => row)
    expect(own((await runCli(all, target)).stdout)).toEqual(own((await runCli(all, env)).stdout))
    const running = await startServer(target)
    const signedIn = await fetch(`${running.url}/v1/auth/sign-in`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'person7@example.com', password: 'the old password' }),
    })
    expect(signedIn.status).toBe(200)
    const through = await runCli(['users', 'export'], target)
    expect(rows(through.stdout)).toHaveLength(PEOPLE)
    expect(through.stdout).not.toMatch(/passwordHash|\$2b\$|argon2/)
    expect(await running.stop()).toBe(0)
  }, 300_000)

test('shows no hash on a terminal', async () => {
  const { terminal, out, notes } = fakeTerminal({ outIsTerminal: true })
  const ask = () => {
    throw new Error('was asked')
  }
  const code = await runCommandLine(exportCommand({ ask, terminal }), ['--hashes'], terminal)
  expect([code, out()]).toEqual([2, ''])
  expect(notes()).toContain('send the output into a file or a pipe')
})
