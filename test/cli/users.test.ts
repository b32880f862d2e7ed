import { afterAll, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import type { Session } from '../../src/modules/sessions/session-schema.ts'
import type { User } from '../../src/modules/users/schema.ts'
import { cleanUp, environment, newFolder, run, type Server, startServer } from '../process/support/server.ts'
import { runCli } from './support/in-process.ts'

afterAll(cleanUp)

const PASSWORD = 'correct horse battery staple'
type Env = ReturnType<typeof environment>
const cli = (env: Env, words: string, stdin?: string) =>
  runCli(words.split(' '), env, stdin === undefined ? {} : { stdin })
/** The same as a process of its own. */
const cliProcess = (env: Env, words: string, stdin?: string) =>
  run(['src/entries/cli.ts', ...words.split(' ')], env, stdin === undefined ? {} : { stdin })

const signIn = (server: Server, email: string, password: string) =>
  fetch(`${server.url}/v1/auth/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  })

const users = (stdout: string): User[] =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as User) // `users list --json` prints one User a line

for (const mode of ['through the running server', 'without a server'] as const)
  describe(mode, () => {
    const folder = newFolder()
    const env = environment(folder)

    test(`users are created, listed, disabled and enabled, from an empty database on`, async () => {
      const server = mode === 'without a server' ? undefined : await startServer(env)

      const ada = await cliProcess(env, 'users create --email ada@example.com --role admin,user')
      expect(ada).toMatchObject({ code: 0, stderr: '' })
      expect(ada.stdout).toMatch(
        /^Created ada@example.com \(usr_[0-9a-f]{32}\), roles: admin, user\.\nPassword, .*: \S{24,}\n$/,
      )

      const bob = await cliProcess(
        env,
        'users create --email bob@example.com --name Bob --password-stdin --json',
        `${PASSWORD}\n`,
      )
      expect(bob).toMatchObject({ code: 0, stderr: '' })
      expect(JSON.parse(bob.stdout)).toMatchObject({ user: { name: 'Bob', roles: ['user'], emailVerified: true } })
      expect(bob.stdout).not.toContain('password')

      const again = await cli(env, 'users create --email BOB@example.com')
      expect(again).toMatchObject({ code: 1, stdout: '' })
      expect(again.stderr).toBe(
        'Another account uses this e-mail address.\nSign in with this e-mail address, or use another one.\n',
      )

      const weak = await cli(env, 'users create --email eve@example.com --password-stdin --json', 'short')
      expect(weak).toMatchObject({ code: 1, stdout: '' })
      expect(JSON.parse(weak.stderr)).toMatchObject({ code: 'user.password_refused', errors: [{ path: '/password' }] })

      const last = await cli(env, 'users disable ada@example.com')
      expect(last).toMatchObject({ code: 1, stdout: '' })
      expect(last.stderr).toContain(
        'This is the last active administrator.\nGive the admin role to another active user',
      )

      const { id } = JSON.parse(bob.stdout).user
      expect((await cli(env, `users disable ${id}`)).stdout).toBe(`bob@example.com (${id}) is disabled.\n`)
      const disabled = await cli(env, 'users list --status disabled --json')
      expect(users(disabled.stdout).map(({ email }) => email)).toEqual(['bob@example.com'])
      expect((await cli(env, 'users enable Bob@Example.com')).code).toBe(0)
      const plain = await cli(env, 'users list --sort=-email --limit 1')
      expect(plain.stdout).toMatch(/^usr_\w+\tbob@example.com\tBob\tactive\tuser\t\S+Z\n$/)

      const emails = ['x@example.com', 'y@example.com', 'z@example.com']
      const atOnce = await Promise.all(emails.map((email) => cliProcess(env, `users create --email ${email}`)))
      expect(atOnce.map(({ code, stderr }) => [code, stderr])).toEqual(emails.map(() => [0, '']))

      if (server) expect(await server.stop()).toBe(0)
    }, 300_000)
  })

for (const mode of ['through the running server', 'without a server'] as const)
  test(`one user is shown, gets roles and a link to reset the password, and is deleted: ${mode}`, async () => {
    const env = environment(newFolder())
    const server = mode === 'without a server' ? undefined : await startServer(env)
    const made = await cli(env, 'users create --email ada@example.com --name Ada --json')
    const { id } = (JSON.parse(made.stdout) as { user: User }).user

    const shown = await cli(env, 'users show ada@example.com')
    expect(shown).toMatchObject({ code: 0, stderr: '' })
    expect(shown.stdout).toContain(
      `Id:       ${id}\nE-mail:   ada@example.com\nName:     Ada\nStatus:   active\nRoles:    user\n`,
    )
    expect(JSON.parse((await cli(env, `users show ${id} --json`)).stdout)).toMatchObject({ id, roles: ['user'] })

    const given = await cli(env, 'users set-roles ADA@example.com admin user')
    expect(given.stdout).toBe(`ada@example.com (${id}) has the roles: admin, user.\n`)
    const unknown = await cli(env, 'users set-roles ada@example.com user nobody')
    expect([unknown.code, unknown.stderr]).toEqual([
      1,
      expect.stringContaining('Expected the name of a role that exists'),
    ])
    const usage = await cli(env, 'users set-roles ada@example.com Nobody!')
    expect([usage.code, usage.stdout]).toEqual([2, ''])
    const last = await cli(env, `users set-roles ${id} user`)
    expect([last.code, last.stderr]).toEqual([1, expect.stringContaining('This is the last active administrator.')])

    const linked = await cli(env, 'users reset-password ada@example.com --link --json')
    const { link, expiresAt } = JSON.parse(linked.stdout) as { link: string; expiresAt: string }
    expect(link).toMatch(/\/reset-password#token=[\w-]{43}$/)
    expect(Date.parse(expiresAt)).toBeGreaterThan(0)
    if (server) {
      const body = { token: link.split('#token=')[1], password: 'a new password of ada' }
      const reset = () =>
        fetch(`${server.url}/v1/auth/reset-password`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        })
      expect((await reset()).status).toBe(200)
      expect((await reset()).status).toBe(400)
    }

    const kept = await cli(env, 'users delete ada@example.com')
    expect([kept.code, kept.stderr]).toEqual([1, expect.stringContaining('This is the last active administrator.')])
    await cli(env, 'users create --email bob@example.com')
    expect((await cli(env, 'users delete bob@example.com')).stdout).toMatch(
      /^bob@example.com \(usr_\w+\) is deleted.\n$/,
    )
    const gone = await cli(env, 'users show bob@example.com --json')
    expect([gone.code, JSON.parse(gone.stderr)]).toMatchObject([1, { code: 'user.not_found' }])
    if (server) expect(await server.stop()).toBe(0)
  }, 300_000)

test('a user disabled from the command line is refused by the running server at once', async () => {
  const env = environment(newFolder())
  const created = await cli(env, 'users create --email eve@example.com --password-stdin', PASSWORD)
  expect(created.code).toBe(0)
  const server = await startServer(env)
  const session = (await (await signIn(server, 'eve@example.com', PASSWORD)).json()) as Session // 200, checked by its use
  const me = () => fetch(`${server.url}/v1/me`, { headers: { authorization: `Bearer ${session.accessToken}` } })
  expect((await me()).status).toBe(200)
  expect((await me()).status).toBe(200) // now from the cache of principals

  expect((await cliProcess(env, 'users disable eve@example.com')).code).toBe(0)
  const refused = await me()
  expect(refused.status).toBe(401)
  expect(await refused.json()).toMatchObject({ code: 'session.expired' })
  expect((await signIn(server, 'eve@example.com', PASSWORD)).status).toBe(401)

  // Key rotation goes through the server too, whose key ring publishes the new key without a restart.
  const rotated = await cli(env, 'keys rotate --json')
  const { keys } = (await (await fetch(`${server.url}/.well-known/jwks.json`)).json()) as { keys: { kid: string }[] } // RFC 7517
  expect(keys.map(({ kid }) => kid)).toContain(JSON.parse(rotated.stdout).id)
  expect(server.stderr).not.toContain(PASSWORD)
  expect(await server.stop()).toBe(0)
}, 300_000)

test('production settings are not asked for while a server runs: the file is enough', async () => {
  const folder = newFolder()
  const env = environment(folder)
  const server = await startServer(env)
  const bare = { PATH: env.PATH, NODE_ENV: 'production', DATABASE_URL: `file:${join(folder, 'test.db')}` }
  expect(await cliProcess(bare, 'users list')).toEqual({ code: 0, stdout: '', stderr: '' })
  expect(await server.stop()).toBe(0)
  const missing = await cli(bare, 'users list')
  expect(missing).toMatchObject({ code: 1, stdout: '' })
  expect(missing.stderr).toContain('APP_SECRET: is missing')
}, 300_000)
