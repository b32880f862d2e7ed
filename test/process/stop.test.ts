import { afterAll, expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createClient, type Outcome } from './support/load.ts'
import { cleanUp, environment, newFolder, run, type Server, startServer } from './support/server.ts'

afterAll(cleanUp)

interface SignUp extends Outcome {
  email: string
}

const isRefused = ({ failed }: Outcome): boolean => failed?.code === 'ECONNREFUSED' && !failed.sent

/** Signs users up without a pause until the port is closed. Argon2id makes each of them slow. */
async function signUpUntilRefused(server: Server, name: string, keepAlive: boolean): Promise<SignUp[]> {
  const client = createClient(server.port, { keepAlive })
  const done: SignUp[] = []
  for (;;) {
    const email = `${name}-${done.length}@example.com`
    const outcome = await client.send(
      'POST',
      '/v1/auth/sign-up',
      JSON.stringify({ email, password: 'correct horse battery staple' }),
    )
    done.push({ email, ...outcome })
    if (outcome.failed) return done
  }
}

test('SIGTERM under load, also twice, drops no request, and the next start has every acknowledged write', async () => {
  const env = environment(newFolder(), { SHUTDOWN_GRACE_SECONDS: '4' }) // the time for the two questions after the signal
  const server = await startServer(env)
  // So many that their hashes, two at a time, are still being computed when the listener closes.
  const clients = Array.from({ length: 20 }, (_, index) => signUpUntilRefused(server, `c${index}`, index % 2 === 0))
  const probe = createClient(server.port, { keepAlive: true })
  expect((await probe.send('GET', '/readyz')).status).toBe(200)

  server.kill('SIGTERM')
  await server.output(/stopping/)
  const unready = await probe.send('GET', '/readyz')
  expect(unready.status).toBe(503)
  expect(unready.body).toContain('"server.not_ready"')
  expect(unready.closes).toBe(true)
  expect(await probe.send('GET', '/livez')).toMatchObject({ status: 200, closes: true })
  server.kill('SIGTERM')

  const signUps = (await Promise.all(clients)).flat()
  expect(await server.exited).toBe(0)
  expect(server.stderr).toContain('stopped')

  const answered = signUps.filter(({ status }) => status !== undefined)
  expect(signUps.filter(({ failed }) => failed).filter((outcome) => !isRefused(outcome))).toEqual([])
  expect(answered.filter(({ closes }) => closes).length).toBeGreaterThan(0) // served after the signal
  // A request that would wait too long for a hash on a busy machine gets 503. That is an answer, so the request is not dropped.
  const isBusy = ({ status, body }: SignUp) => status === 503 && body?.includes('"server.busy"')
  expect(answered.filter((one) => one.status !== 201 && one.status !== 429 && !isBusy(one))).toEqual([])

  const file = join(env.HOME ?? '', 'test.db')
  expect([`${file}.sock`, `${file}.owner.json`].filter(existsSync)).toEqual([])
  const next = await startServer(env)
  const list = await run(['src/entries/cli.ts', 'users', 'list', '--json'], env)
  const stored = list.stdout
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line).email)
  const acknowledged = answered.filter(({ status }) => status === 201).map(({ email }) => email)
  expect(stored.toSorted()).toEqual(acknowledged.toSorted())
  expect(await next.stop()).toBe(0)
}, 300_000)
