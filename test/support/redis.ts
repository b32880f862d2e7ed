/** A real Redis in a process of its own, with nothing kept on disk. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './ports.ts'

export interface Redis {
  url: string
  /** SIGKILL; what it held is lost. */
  kill(): Promise<void>
  /** Starts it again after `kill`, on the same port, and waits until it answers. */
  restart(): Promise<void>
  /** SIGSTOP and SIGCONT: connections stay open, and nothing is answered. */
  freeze(): void
  thaw(): void
  stop(): Promise<void>
}

const binary = Bun.which('redis-server')

export const hasRedis = (): boolean => binary !== null

/** Starts redis-server on a free port of 127.0.0.1 and waits until it answers. */
export async function startRedis(more: readonly string[] = []): Promise<Redis> {
  if (binary === null) throw new Error('redis-server is not installed')
  const command = binary
  const folder = mkdtempSync(join(tmpdir(), 'threeger-redis-'))
  const port = freePort()

  async function launch() {
    const options = [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--save',
      '',
      '--appendonly',
      'no',
      '--dir',
      folder,
      ...more,
    ]
    const child = Bun.spawn([command, ...options], { stdout: 'pipe', stderr: 'ignore' })
    let output = ''
    for await (const chunk of child.stdout) {
      output += Buffer.from(chunk).toString()
      if (output.includes('Ready to accept connections')) return child
    }
    throw new Error(`redis-server did not start:\n${output}`)
  }

  let server = await launch()
  const kill = async () => {
    server.kill('SIGKILL')
    await server.exited
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    kill,
    async restart() {
      server = await launch()
    },
    freeze: () => server.kill('SIGSTOP'),
    thaw: () => server.kill('SIGCONT'),
    async stop() {
      await kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
