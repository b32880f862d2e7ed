/** Accounts that share a mailbox are reported to the operator: by `db:migrate`, by the log of a start, and by `users collisions`. */
import { afterAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import { cleanUp, environment, newFolder, run, startServer } from '../process/support/server.ts'
import { runCli } from './support/in-process.ts'
import { script } from './support/older-database.ts'

afterAll(cleanUp)

test('two accounts of one mailbox are reported before a start, by a start and beside a server, and not changed', async () => {
  const folder = newFolder()
  const env = environment(folder)
  const cli = (...words: string[]) => runCli(words, env)
  for (const name of ['first', 'second', 'third'])
    expect(await cli('users', 'create', '--email', `${name}@example.com`)).toMatchObject({ code: 0 })
  // As a release before left them: Punycode and Unicode were two accounts.
  script(
    join(folder, 'test.db'),
    `UPDATE users SET email = 'max@xn--mller-kva.example', email_key = 'max@xn--mller-kva.example' WHERE email LIKE 'first%';
     UPDATE users SET email = 'max@müller.example', email_key = 'max@müller.example' WHERE email LIKE 'second%';
     UPDATE users SET email = 'eve@müller.example', email_key = 'eve@müller.example' WHERE email LIKE 'third%';`,
  )

  expect(await run(['db/migrate-now.ts'], env)).toMatchObject({
    code: 0,
    stdout:
      'The database has every migration already.\nAddresses updated to the rule of this release: 1.\nAccounts that share a mailbox with another one: 1. List them with: bun run cli users collisions\n',
  })
  const report = /^usr_[0-9a-f]{32} {2}max@müller\.example \(verified\) shares its mailbox with usr_[0-9a-f]{32}\.\n$/
  expect((await run(['src/entries/cli.ts', 'users', 'collisions'], env)).stdout).toMatch(report)

  const server = await startServer(env)
  try {
    await server.output(/accounts share a mailbox/)
    expect((await cli('users', 'collisions')).stdout).toMatch(report)
    const json = (await cli('users', 'collisions', '--json')).stdout.trim().split('\n')
    expect(json.map((line) => (JSON.parse(line) as { issue: string }).issue)).toEqual(['shared'])
    const list = await cli('users', 'list', '--json')
    expect(list.stdout.match(/"email":"[^"]*"/g)?.sort()).toEqual([
      '"email":"eve@müller.example"',
      '"email":"max@müller.example"',
      '"email":"max@xn--mller-kva.example"',
    ])
  } finally {
    await server.stop()
  }
}, 300_000)
