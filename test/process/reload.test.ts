import { afterAll, expect, test } from 'bun:test'
import { appendFileSync, cpSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { cleanUp, environment, newFolder, ROOT, run, startServer } from './support/server.ts'

afterAll(cleanUp)

test('`bun --watch` serves again after an edit: neither the port, the owner lock nor the socket is in its own way', async () => {
  const folder = newFolder()
  const copy = join(folder, 'copy')
  for (const part of ['src', 'db', 'package.json', 'tsconfig.json'])
    cpSync(join(ROOT, part), join(copy, part), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
  const env = environment(folder)
  const server = await startServer(env, ['--watch', '--no-clear-screen', 'src/entries/bun.ts'], { cwd: copy })

  for (const round of [1, 2]) {
    appendFileSync(join(copy, 'src/app.ts'), `\n// edit ${round}\n`)
    const starts = await server.output(new RegExp(`(?:Threeger ID: +http\\S+\n[^]*?){${round + 1}}`))
    const url = [...starts[0].matchAll(/Threeger ID: +(\S+)\n/g)].at(-1)?.[1]
    expect((await fetch(`${url}/readyz`)).status).toBe(200)
    const created = await run(['src/entries/cli.ts', 'users', 'create', '--email', `u${round}@example.com`], env)
    expect(created.code).toBe(0)
  }
  expect(server.stderr).not.toContain('cannot start')
  expect(await server.stop()).toBe(0)
}, 300_000)
