/** A restart: the old process lets go of the database soon, and the new one waits until it has. */
import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import { parseConfig } from '../../src/config.ts'
import { cleanUp, environment, newFolder, run, type Server, start, startServer } from './support/server.ts'

setDefaultTimeout(300_000) // processes on a machine that runs other tests too
afterAll(cleanUp)

/** A server in the middle of its stop, held there: a start takes as long as the machine needs. SIGCONT lets it end. */
async function stopping(env: ReturnType<typeof environment>): Promise<Server> {
  const server = await startServer({ ...env, SHUTDOWN_GRACE_SECONDS: '5' })
  server.kill('SIGTERM')
  await server.output(/stopping/)
  server.kill('SIGSTOP')
  return server
}

test('a start beside a server that stops waits for the database, says so at once, and serves', async () => {
  const env = environment(newFolder())
  const first = await stopping(env)
  const second = start(['src/entries/bun.ts'], env)
  const [, pid] = await second.output(/waiting for pid (\d+) to release the database, 10 s at most/)
  first.kill('SIGCONT')
  expect(Number(pid)).toBe(first.pid)
  await second.output(/Threeger ID: +\S+\n/)
  expect(await first.exited).toBe(0)
  expect(second.stderr.match(/waiting for pid/g)).toHaveLength(1)
  second.kill('SIGTERM')
  expect(await second.exited).toBe(0)
})

test('five restarts, each start beside the stop before it', async () => {
  const env = environment(newFolder())
  let server = await startServer(env)
  for (let round = 0; round < 5; round++) {
    server.kill('SIGTERM')
    const [next, code] = await Promise.all([startServer(env), server.exited])
    expect(code).toBe(0)
    server = next
  }
  expect(await server.stop()).toBe(0)
})

test('a start beside a server that keeps running ends after its wait, names the process, and does not disturb the server', async () => {
  const env = environment(newFolder())
  const server = await startServer(env)
  const { code, stderr } = await run(['src/entries/bun.ts'], env)
  expect(code).toBe(1)
  expect(stderr).toMatch(new RegExp(`waiting for pid ${server.pid}[^]*cannot start[^]*process ${server.pid}`))
  expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
  expect(await server.stop()).toBe(0)
})

test('`db:migrate` waits in the same way', async () => {
  const env = environment(newFolder())
  const server = await stopping(env)
  const migration = start(['db/migrate-now.ts'], env)
  await migration.output(new RegExp(`waiting for pid ${server.pid}`))
  server.kill('SIGCONT')
  expect([await migration.exited, migration.stdout]).toEqual([0, 'The database has every migration already.\n'])
  expect(migration.stderr).toContain(`waiting for pid ${server.pid}`)
})

test('only production keeps serving after SIGTERM, unless SHUTDOWN_GRACE_SECONDS says so', () => {
  const secret = { APP_SECRET: 'a secret of more than thirty-two bytes' }
  const grace = (env: Record<string, string>) => parseConfig({ ...secret, ...env }).shutdownGraceSeconds
  const production = { NODE_ENV: 'production', APP_URL: 'https://id.example.com' }
  expect([{}, { NODE_ENV: 'test' }, production].map((env) => grace(env as Record<string, string>))).toEqual([0, 0, 2])
  expect(grace({ SHUTDOWN_GRACE_SECONDS: '7' })).toBe(7)
  expect(grace({ ...production, SHUTDOWN_GRACE_SECONDS: '0' })).toBe(0)
})
