/** What is Node's and Deno's own: how the process starts, and how it ends. Their API is proved by test/runtime. */
import { afterAll, beforeAll, describe, expect } from 'bun:test'
import { join } from 'node:path'
import { cleanUp, newFolder, run, startServer } from '../process/support/server.ts'
import { DENO, hasDeno } from '../runtime/servers/deno.ts'
import { hasNode } from '../runtime/servers/node.ts'
import { environment } from '../runtime/servers/runtime-server.ts'
import { copyBundle } from '../support/edge-build.ts'
import { freePort } from '../support/ports.ts'
import { testWith } from '../support/real-parts.ts'
import { hasSqld, migrateServer, type Sqld, startSqld } from '../support/sqld.ts'

const folder = newFolder()
const sqldPresent = await hasSqld()

let sqld: Sqld | undefined
beforeAll(async () => {
  for (const target of ['node', 'deno'] as const) await copyBundle(target, folder)
  if (!sqldPresent) return
  sqld = await startSqld()
  await migrateServer(sqld.url)
}, 300_000)
afterAll(async () => {
  await sqld?.stop()
  await cleanUp()
})

const runtimes = [
  { name: 'Node', has: hasNode, program: 'node', args: [join(folder, 'node.js')] },
  {
    name: 'Deno',
    has: hasDeno,
    program: DENO,
    args: ['run', '--no-prompt', '--allow-net', '--allow-env', `--allow-read=${folder}`, join(folder, 'deno.js')],
  },
]

for (const { name, has, program, args } of runtimes)
  describe(name, async () => {
    const runtimeTest = testWith(sqldPresent && (await has()), `${name}, or sqld`)
    const env = async (databaseUrl: string) => {
      const port = freePort()
      const own = { PORT: String(port), APP_URL: `http://127.0.0.1:${port}`, PATH: process.env.PATH, HOME: folder }
      return { ...environment({ databaseUrl }), ...own }
    }

    runtimeTest(
      'a wrong variable ends the start with exit code 1 and a sentence that names it',
      async () => {
        const { code, stderr } = await run(args, await env('file:data/threeger.db'), { program, cwd: folder })
        expect(code).toBe(1)
        expect(stderr).toContain('DATABASE_URL: must be https://')
      },
      300_000,
    )

    runtimeTest(
      'it prints a set-up token, answers what is in flight when it is asked to stop, and ends with exit code 0',
      async () => {
        const server = await startServer(await env(sqld?.url ?? ''), args, { program, cwd: folder })
        await server.output(/Set-up token: +\S+\.\S+\.\S+\n/)
        // A hash and two trips: still under way when the signal comes.
        const signUp = fetch(`${server.url}/v1/auth/sign-up`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ email: `${name}@example.com`, password: 'correct horse battery staple', name }),
        })
        await fetch(`${server.url}/livez`)
        const stopped = server.stop()
        expect((await signUp).status).toBe(201)
        expect(await stopped).toBe(0)
      },
      300_000,
    )

    runtimeTest(
      'SIGHUP, SIGUSR1 and SIGUSR2 end nothing, SIGQUIT stops it in good order',
      async () => {
        const own = { ...(await env(sqld?.url ?? '')), LOG_LEVEL: 'info' }
        const server = await startServer(own, args, { program, cwd: folder })
        for (const signal of ['SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const) {
          server.kill(signal)
          await server.output(new RegExp(`signal ignored[^\\n]*${signal}`))
        }
        expect((await fetch(`${server.url}/livez`)).status).toBe(200)
        server.kill('SIGQUIT')
        expect(await server.exited).toBe(0)
      },
      300_000,
    )

    runtimeTest(
      'a port in use and an address of another machine end the start with a sentence that names the variable',
      async () => {
        const taken = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response('taken') })
        const own = await env(sqld?.url ?? '')
        const inUse = await run(args, { ...own, PORT: String(taken.port) }, { program, cwd: folder })
        await taken.stop(true)
        const elsewhere = await run(args, { ...own, HOST: '192.0.2.1' }, { program, cwd: folder })
        expect([inUse.code, elsewhere.code]).toEqual([1, 1])
        expect(inUse.stderr).toMatch(/cannot start[\s\S]*PORT: \d+ is in use/)
        expect(elsewhere.stderr).toMatch(/cannot start[\s\S]*HOST: "192\.0\.2\.1"/)
        for (const { stderr } of [inUse, elsewhere]) expect(stderr).not.toMatch(/\n\s+at /)
      },
      300_000,
    )
  })
