/**
 * Adding a feature is its folder, its tables and one line. A copy of the sources gets a feature that uses everything a
 * feature can declare; no other file of the copy changes. It has to compile, and everything it declares has to work.
 */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { appendFileSync, cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

setDefaultTimeout(300_000) // it compiles the sources, on a machine that runs other tests too

const ROOT = join(import.meta.dir, '../..')
const FIXTURE = join(import.meta.dir, 'support/scratch-feature')

let copy: string
/** Begun at once: it takes longer than everything else. */
let generated: Awaited<ReturnType<typeof run>>
let compiled: Promise<{ code: number; output: string }>
beforeAll(async () => {
  copy = mkdtempSync(join(tmpdir(), 'threeger-scratch-'))
  for (const name of ['src', 'db', 'docs', 'test/support', 'package.json', 'tsconfig.json', 'drizzle.config.ts'])
    cpSync(join(ROOT, name), join(copy, name), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'))

  // The feature: its folder, …
  cpSync(join(FIXTURE, 'badges'), join(copy, 'src/modules/badges'), { recursive: true })
  // … its tables, …
  cpSync(join(FIXTURE, 'tables/badges.ts'), join(copy, 'db/tables/badges.ts'))
  appendFileSync(join(copy, 'db/tables/index.ts'), "export * from './badges.ts'\n")
  // … and one line.
  appendFileSync(join(copy, 'src/features.ts'), "export { feature as badges } from './modules/badges/feature.ts'\n")

  cpSync(join(FIXTURE, 'check.ts'), join(copy, 'test/check.test.ts'))
  const project = { extends: './tsconfig.json', include: ['src', 'db', 'test/check.test.ts'] }
  writeFileSync(join(copy, 'tsconfig.scratch.json'), JSON.stringify(project))
  generated = await run(['bun', 'db/generate.ts', '--name', 'badges'])
  compiled = run(['bun', 'x', 'tsc', '--noEmit', '-p', 'tsconfig.scratch.json'])
})
afterAll(async () => {
  await compiled
  rmSync(copy, { recursive: true, force: true })
})

/** Runs a command in the copy. Returns its exit code and everything it wrote. */
async function run(command: string[]): Promise<{ code: number; output: string }> {
  const child = Bun.spawn(command, { cwd: copy, stdout: 'pipe', stderr: 'pipe' })
  const [out, error, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  return { code, output: out + error }
}

test('a feature is added by its folder, its tables and one line: the migration is generated from them', async () => {
  const { code, output } = generated
  expect(output).toContain('badges')
  expect(code).toBe(0)
  const [migration] = [...new Bun.Glob('*_badges.sql').scanSync(join(copy, 'db/migrations'))]
  const sql = await Bun.file(join(copy, 'db/migrations', migration ?? '')).text()
  // Nothing but that table and its indexes.
  expect(sql.match(/^[A-Z]+ [A-Z]+ `\w+`/gm)).toEqual([
    'CREATE TABLE `badges`',
    'CREATE INDEX `badges_user`',
    'CREATE INDEX `badges_created`',
  ])
})

test('everything it declares works', async () => {
  const { code, output } = await run(['bun', 'test', '--timeout', '60000', './test/check.test.ts'])
  if (code !== 0) throw new Error(output)
  expect(output).toContain(' 11 pass\n')
  expect(output).toContain(' 0 fail\n')
})

test('it compiles, so every type that lists what features declare knows of it', async () => {
  expect(await compiled).toEqual({ code: 0, output: '' })
})
