import { afterAll, expect, test } from 'bun:test'
import { cleanUp, environment, newFolder, run, startServer } from '../process/support/server.ts'
import { runCli } from './support/in-process.ts'

afterAll(cleanUp)

test('a set-up token from the command line makes the first administrator, and then there are no more', async () => {
  const env = environment(newFolder())
  const server = await startServer(env)
  const printed = await run(['src/entries/cli.ts', 'setup-token'], env)
  expect(printed).toMatchObject({ code: 0, stderr: '' })
  const token = printed.stdout.trim()
  expect(token).toMatch(/^\S+\.\S+\.\S+$/)

  const account = { token, email: 'ada@example.com', password: 'correct horse battery', name: 'Ada' }
  const made = await fetch(`${server.url}/v1/setup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(account),
  })
  expect(made.status).toBe(201)
  expect(await server.stop()).toBe(0)

  const refused = await runCli(['setup-token', '--json'], env)
  expect(refused).toMatchObject({ code: 1, stdout: '' })
  expect(JSON.parse(refused.stderr)).toMatchObject({ code: 'setup.done' })
})
