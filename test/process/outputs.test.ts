/** A log that cannot be written costs lines, never the server. */
import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import { openSync } from 'node:fs'
import { freePort } from '../support/ports.ts'
import { cleanUp, environment, newFolder, ROOT } from './support/server.ts'

setDefaultTimeout(300_000) // processes on a machine that runs other tests too
afterAll(cleanUp)

test.skipIf(process.platform !== 'linux')(
  'a server whose outputs are on a full disk starts, answers, and stops in good order',
  async () => {
    const port = freePort()
    const full = openSync('/dev/full', 'w')
    const server = Bun.spawn([process.execPath, 'src/entries/bun.ts'], {
      cwd: ROOT,
      env: environment(newFolder(), { PORT: String(port), LOG_LEVEL: 'debug' }) as Record<string, string>,
      stdout: full,
      stderr: full,
    })
    try {
      await answering(port, server)
      for (let n = 0; n < 20; n++) expect((await fetch(`http://127.0.0.1:${port}/livez`)).status).toBe(200)
      server.kill('SIGTERM')
      expect(await server.exited).toBe(0)
    } finally {
      server.kill('SIGKILL')
    }
  },
)

test('a server whose log reader has gone also goes on', async () => {
  const port = freePort()
  const server = Bun.spawn([process.execPath, 'src/entries/bun.ts'], {
    cwd: ROOT,
    env: environment(newFolder(), { PORT: String(port), LOG_LEVEL: 'debug' }) as Record<string, string>,
    stdout: 'ignore',
    stderr: 'pipe',
  })
  try {
    await server.stderr.cancel()
    await answering(port, server)
    for (let n = 0; n < 20; n++) expect((await fetch(`http://127.0.0.1:${port}/livez`)).status).toBe(200)
    server.kill('SIGTERM')
    expect(await server.exited).toBe(0)
  } finally {
    server.kill('SIGKILL')
  }
})

/** Until it answers; fails when it ends first. */
async function answering(port: number, server: Bun.Subprocess): Promise<void> {
  while (server.exitCode === null && server.signalCode === null) {
    const answer = await fetch(`http://127.0.0.1:${port}/livez`).catch(() => undefined)
    if (answer?.ok) return
    await new Promise((next) => setImmediate(next))
  }
  throw new Error(`the server ended with ${server.exitCode}`)
}
