/** Users imported from a file by the command, beside the same rows written by the native engine alone. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { BenchError } from './bench-error.ts'
import { temporaryFolder, threegerEnvironment } from './children.ts'
import type { Report } from './report.ts'
import { interleave, type ScenarioOptions } from './scenario.ts'

const ROOT = join(import.meta.dir, '..')
const USERS = 100_000
const GOAL = 20_000

/** A run: users a second by the clock, and the CPU time of one user in µs. */
interface Run {
  perSecond: number
  cpuUs: number
}

export async function measureImport(options: ScenarioOptions): Promise<Report> {
  const folder = temporaryFolder()
  const file = join(folder, 'users.jsonl')
  const users = options.users?.[0] ?? USERS
  writeFileSync(file, people(users).join('\n'))
  let run = 0
  const contender = (script: string, words: string[]) => () =>
    measured([script, ...words], `file:${join(folder, `${run++}.db`)}`, users)
  const { ours, bare } = await interleave(options, {
    ours: contender('src/entries/cli.ts', ['users', 'import', file]),
    bare: contender('bench/children/bare-import.ts', [file]),
  })
  const series = (runs: readonly Run[], value: keyof Run) => runs.map((one) => one[value])
  return {
    scenario: 'import',
    comparisons: [
      {
        name: `users imported, ${users.toLocaleString('en')} from JSON Lines`,
        unit: 'users/s',
        ours: { name: 'users import', values: series(ours, 'perSecond') },
        reference: { name: 'the native engine alone', values: series(bare, 'perSecond') },
      },
      {
        name: 'CPU of a user',
        unit: 'µs',
        ours: { name: 'users import', values: series(ours, 'cpuUs') },
        reference: { name: 'the native engine alone', values: series(bare, 'cpuUs') },
      },
    ],
    figures: [{ name: 'users imported', unit: 'users/s', values: series(ours, 'perSecond'), atLeast: GOAL }],
    checks: [`Both wrote ${users.toLocaleString('en')} users, with their roles, events and words of the search.`],
  }
}

/** Migrates a new file, then runs the script to its end. */
async function measured(args: readonly string[], databaseUrl: string, users: number): Promise<Run> {
  const env = { PATH: process.env.PATH, ...threegerEnvironment(databaseUrl) }
  const spawn = (words: readonly string[]) =>
    Bun.spawn([process.execPath, ...words], { cwd: ROOT, env, stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' })
  const migrated = spawn(['src/entries/cli.ts', 'users', 'list', '--limit', '1'])
  if ((await migrated.exited) !== 0)
    throw new BenchError('the file was not migrated', await new Response(migrated.stderr).text())
  const startedAt = performance.now()
  const child = spawn(args)
  const [code, said] = [await child.exited, await new Response(child.stderr).text()]
  const seconds = (performance.now() - startedAt) / 1000
  if (code !== 0) throw new BenchError(`${args.join(' ')} ended with ${code}`, said)
  const { total } = child.resourceUsage()?.cpuTime ?? { total: Number.NaN }
  return { perSecond: users / seconds, cpuUs: Number(total) / users }
}

const FIRST = ['Ada', 'Grace', 'Alan', 'Edsger', 'Barbara', 'Donald', 'Zoë', 'Sofía', 'Łukasz', '明']
const LAST = ['Lovelace', 'Hopper', 'Turing', 'Dijkstra', 'Liskov', 'Knuth', 'Kovalevskaya', 'Nowak', 'Chen', 'Silva']
/** A hash of bcrypt: its form is read, and it is not computed. */
const HASH = `$2b$12$${'R9h/cIPz0gi.URNNX3kh2O'}${'PST9/PgBkqquzi.Ss7KIUgO2t0jWMUW'}`

const people = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => {
    const [first = '', last = ''] = [FIRST[index % FIRST.length], LAST[(index * 7) % LAST.length]]
    // Addresses of one company are not in the order of their accounts.
    const email = `${last.toLowerCase()}.${((index * 7919) % count).toString(36)}@example.com`
    const createdAt = new Date(1.5e12 + index * 1000).toISOString()
    return JSON.stringify({
      email,
      name: `${first} ${last}`,
      emailVerified: index % 3 > 0,
      passwordHash: HASH,
      createdAt,
    })
  })

/** For the reference: the rows of a file. */
export const rowsIn = (file: string) =>
  readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => JSON.parse(line) as { email: string; name: string; emailVerified: boolean; createdAt: string })
