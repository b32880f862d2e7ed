import { afterAll, expect, test } from 'bun:test'
import { cleanUp, environment, newFolder, run, startServer } from '../process/support/server.ts'

afterAll(cleanUp)

const env = environment(newFolder(), { LOG_LEVEL: undefined })
const cli = (words: string) => run(['src/cli.ts', ...words.split(' ')], env)

test('jobs run, through the running server and without one, as often as asked', async () => {
  const alone = await cli('jobs run')
  expect(alone).toMatchObject({ code: 0, stderr: '' })
  expect(alone.stdout).toMatch(
    /^sweep-sessions: removed 0 sessions, 0 links in \d+ ms\.\nsweep-keys: removed 0 signing keys, 0 idempotency keys in \d+ ms\.\n$/,
  )

  const server = await startServer(env)
  const asked = await cli('jobs run sweep-sessions --json')
  expect(asked).toMatchObject({ code: 0, stderr: '' })
  expect(JSON.parse(asked.stdout)).toEqual({
    name: 'sweep-sessions',
    removed: { sessions: 0, links: 0 },
    complete: true,
    tookMs: expect.any(Number),
  })
  await server.output(/job done/)
  expect(await server.stop()).toBe(0)
}, 60_000)

test('a job nobody knows is not understood', async () => {
  const unknown = await cli('jobs run sweep-users --json')
  expect(unknown).toMatchObject({ code: 2, stdout: '' })
  expect(JSON.parse(unknown.stderr).title).toBe('There is no job "sweep-users": sweep-sessions, sweep-keys.')
}, 60_000)
