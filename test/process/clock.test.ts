/** The real server while the clock of its machine is changed: it deletes nothing, reports the clock, and an operator can overrule it. */
import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cleanUp, environment, newFolder, run, type Server, signUpAda, startServer } from './support/server.ts'

setDefaultTimeout(300_000) // processes on a machine that runs other tests too
afterAll(cleanUp)

const AHEAD_MS = 400 * 86_400_000

/** A machine whose clock is off by what stands in a file. */
function settableClock(folder: string) {
  const [shim, offset] = [join(folder, 'clock.ts'), join(folder, 'offset')]
  writeFileSync(
    shim,
    `import { readFileSync } from 'node:fs'\nconst now = Date.now\nDate.now = () => now() + Number(readFileSync(${JSON.stringify(offset)}, 'utf8'))\n`,
  )
  const set = (ms: number) => writeFileSync(offset, String(ms))
  set(0)
  return { set, args: ['--preload', shim] }
}

const warningsOf = async ({ url }: Server) => {
  const response = await fetch(`${url}/readyz`)
  expect(response.status).toBe(200)
  return ((await response.json()) as { warnings: { code: string }[] }).warnings.map(({ code }) => code)
}

test('400 days ahead and back: sweeps wait, /readyz and the log say so, and `clock trust` starts them again', async () => {
  const folder = newFolder()
  const clock = settableClock(folder)
  const env = environment(folder, { EMAIL_VERIFICATION: 'optional' })
  const server = await startServer(env, [...clock.args, 'src/entries/bun.ts'])
  await signUpAda(server)
  const cli = (...words: string[]) => run([...clock.args, 'src/entries/cli.ts', ...words], env)
  expect((await cli('jobs', 'run', 'sweep-sessions')).code).toBe(0)

  clock.set(AHEAD_MS)
  const swept = await cli('jobs', 'run', 'sweep-sessions')
  expect([swept.code, swept.stdout]).toEqual([1, ''])
  expect(swept.stderr).toMatch(/clock is not believed: sweep-sessions did not run[\s\S]*clock trust/)
  expect(await warningsOf(server)).toEqual(['clock.not_believed'])
  await server.output(/\[ERR\] : The clock of this server seems to be wrong[^\n]*ahead/)
  expect((await cli('clock', 'show')).stdout).toMatch(/not believed \(ahead\) since/)

  // A command with a right clock gets the same answer: the clock of the server that deletes counts.
  const told = await run(['src/entries/cli.ts', 'jobs', 'run', 'sweep-sessions'], env)
  expect([told.code, told.stderr]).toEqual([1, expect.stringContaining('clock is not believed')])

  clock.set(0)
  expect(await warningsOf(server)).toEqual([])
  expect((await cli('jobs', 'run', 'sweep-sessions')).stdout).toMatch(/^sweep-sessions: 0 links, 0 sessions/)

  // A restart does not make a wrong clock right.
  expect(await server.stop()).toBe(0)
  clock.set(AHEAD_MS)
  const next = await startServer(env, [...clock.args, 'src/entries/bun.ts'])
  expect(await warningsOf(next)).toEqual(['clock.not_believed'])
  expect((await cli('jobs', 'run', 'sweep-sessions')).code).toBe(1)
  expect((await cli('clock', 'trust')).code).toBe(0)
  expect(await warningsOf(next)).toEqual([])
  expect((await cli('jobs', 'run', 'sweep-sessions')).stdout).toMatch(/^sweep-sessions: 1 links, 1 sessions/)
  expect(await next.stop()).toBe(0)
})
