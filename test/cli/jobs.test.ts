import { afterAll, expect, test } from 'bun:test'
import { openEmbedded } from '../../db/embedded.ts'
import { jobNames } from '../../src/jobs.ts'
import { cleanUp, environment, newFolder, run, startServer } from '../process/support/server.ts'
import { runCli } from './support/in-process.ts'

afterAll(cleanUp)

const folder = newFolder()
const env = environment(folder, { LOG_LEVEL: undefined })
const cli = (words: string) => runCli(words.split(' '), env)
/** The same as a process of its own. */
const cliProcess = (words: string) => run(['src/entries/cli.ts', ...words.split(' ')], env)
/** A dead job of a kind without a handler, written while no process has the file. */
const deadJob = async (digit: number) => {
  const client = openEmbedded({ file: String(env.DATABASE_URL).replace('file:', '') })
  const id = `job_${String(digit).repeat(32)}`
  await client.execute({
    sql: `INSERT INTO jobs (id, kind, payload, state, attempts, run_at, last_error, created_at, finished_at) VALUES (?, 'suite', 'sealed', 'dead', 78, 0, 'it was
down', ?, 0)`,
    args: [id, Date.now()],
  })
  client.close()
  return id
}

test('jobs run, through the running server and without one, as often as asked', async () => {
  const alone = await cliProcess('jobs run')
  expect(alone).toMatchObject({ code: 0, stderr: '' })
  const lines = alone.stdout.trim().split('\n')
  expect(lines.map((line) => line.split(':')[0] as string)).toEqual([...jobNames])
  expect(lines[0]).toMatch(/^queue: 0 done, 0 failed in \d+ ms\.$/)
  const lineOf = (job: string) => lines.find((line) => line.startsWith(job))
  expect(lineOf('sweep-sessions')).toMatch(
    /^sweep-sessions: 0 links, 0 sessions, 0 refreshes, 0 families, 0 revocations, 0 logout notices in \d+ ms\.$/,
  )
  expect(lineOf('sweep-keys')).toMatch(/^sweep-keys: .*\b0 signing keys, .*\b0 idempotency keys.* in \d+ ms\.$/)

  const server = await startServer(env)
  const asked = await cliProcess('jobs run sweep-sessions --json')
  expect(asked).toMatchObject({ code: 0, stderr: '' })
  expect(JSON.parse(asked.stdout)).toEqual({
    name: 'sweep-sessions',
    counts: { links: 0, sessions: 0, refreshes: 0, families: 0, revocations: 0, logoutNotices: 0 },
    complete: true,
    tookMs: expect.any(Number),
  })
  await server.output(/job done/)
  expect(await server.stop()).toBe(0)
}, 300_000)

test('an unknown job is refused as a usage error', async () => {
  const unknown = await cli('jobs run sweep-users --json')
  expect(unknown).toMatchObject({ code: 2, stdout: '' })
  expect(JSON.parse(unknown.stderr).title).toBe(`There is no job "sweep-users": ${jobNames.join(', ')}.`)
}, 300_000)

test('dead jobs are listed, retried and discarded, through the running server and without one', async () => {
  await cli('jobs run queue') // the database is there
  const [one, two, three] = [await deadJob(1), await deadJob(2), await deadJob(3)]

  const listed = await cli('jobs list --state dead --kind suite')
  expect(listed).toMatchObject({ code: 0, stderr: '' })
  const rows = listed.stdout.trim().split('\n')
  expect(rows.map((row) => row.split('\t')[0] as string)).toEqual([three, two, one])
  expect(rows[0]).toContain('suite\tdead\t78\t\t') // and what is wrong stands in one line
  const [job] = (await cli('jobs list --state dead --limit 1 --json')).stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(job).toMatchObject({ id: three, lastError: 'it was\ndown', state: 'dead' })
  expect(JSON.stringify(job)).not.toContain('sealed')

  expect(await cli(`jobs retry ${one}`)).toEqual({ code: 0, stdout: `${one} is due now.\n`, stderr: '' })

  const server = await startServer(env)
  expect(await cli('jobs retry --dead')).toEqual({ code: 0, stdout: '2 dead jobs are due now.\n', stderr: '' })
  expect(await cli('jobs retry --dead')).toEqual({ code: 0, stdout: '0 dead jobs are due now.\n', stderr: '' })
  for (const id of [one, two])
    expect(await cli(`jobs discard ${id}`)).toEqual({ code: 0, stdout: `${id} is discarded.\n`, stderr: '' })
  const left = await cli('jobs list --kind suite --json')
  expect(
    left.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).state as string),
  ).toEqual(['pending', 'discarded', 'discarded'])
  const again = await cli(`jobs retry ${one} --json`)
  expect(again).toMatchObject({ code: 1, stdout: '' })
  expect(JSON.parse(again.stderr).code).toBe('job.finished')
  expect(await server.stop()).toBe(0)
}, 300_000)

test('retry and discard say what they need', async () => {
  for (const words of [
    'jobs retry',
    `jobs retry job_${'1'.repeat(32)} --dead`,
    'jobs discard',
    'jobs list --state failed',
  ])
    expect((await cli(words)).code, words).toBe(2)
  const unknown = await cli(`jobs discard job_${'0'.repeat(32)}`)
  expect([unknown.code, unknown.stdout]).toEqual([1, ''])
  expect(unknown.stderr).toContain('There is no such job.')
  const nonsense = await cli('jobs retry nonsense --json')
  expect([nonsense.code, JSON.parse(nonsense.stderr).code]).toEqual([1, 'request.invalid'])
}, 300_000)
