/** What the runtime suite knows of a server: where it listens and how it ends. One file beside this one per runtime. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface RuntimeServer {
  name: string
  /** `http://127.0.0.1:PORT`, without a trailing slash. */
  baseUrl: string
  stop(): Promise<void>
}

export interface RuntimeServerOptions {
  /** Of a libSQL server whose migrations are applied. */
  databaseUrl: string
  /** Replaces or adds variables of the environment. */
  env?: Record<string, string>
}

export const ROOT = join(import.meta.dir, '../../..')

/** Where `.ci/run` installs the heavy parts. */
export const PARTS = join(ROOT, 'test/parts/node_modules')

/** The secret of every runtime in a run. With it one can mint a set-up token. */
export const APP_SECRET = 'the secret of the runtime suite, longer than 32 bytes'

/** The same on every runtime, so that only the runtime differs. `APP_URL` is the issuer, not the address. */
export const environment = ({ databaseUrl, env = {} }: RuntimeServerOptions): Record<string, string> => ({
  APP_URL: 'http://id.test',
  APP_SECRET,
  DATABASE_URL: databaseUrl,
  DATABASE_TIMEOUT_MS: '60000', // two busy cores
  BREACHED_PASSWORDS: 'ignore',
  EMAIL_VERIFICATION: 'optional',
  LOG_LEVEL: 'warning',
  // Targets of webhooks and actions are servers of the tests.
  WEBHOOK_PRIVATE_TARGETS: 'allow',
  WEBHOOK_HOSTS: '127.0.0.1',
  SHUTDOWN_GRACE_SECONDS: '0',
  ...env,
})

/** True when the program exists and runs. */
export async function runs(command: string[]): Promise<boolean> {
  try {
    return (await Bun.spawn(command, { stdout: 'ignore', stderr: 'ignore' }).exited) === 0
  } catch {
    return false
  }
}

interface ServerProcess {
  name: string
  command: string[]
  port: number
  /** The whole environment of the process, but for PATH. */
  env?: Record<string, string>
  /** Removed when it has stopped. */
  folder?: string
}

/** Long: two busy cores start a runtime slowly. */
const START_MS = 240_000

/** Starts a server and waits until it answers `/livez`. Fails with what it wrote when it ends first. */
export async function startProcess({ name, command, port, env, folder }: ServerProcess): Promise<RuntimeServer> {
  const child = Bun.spawn(command, {
    cwd: ROOT,
    env: { PATH: process.env.PATH, HOME: folder ?? tmpdir(), ...env },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  })
  let output = ''
  const follow = async (stream: ReadableStream<Uint8Array>) => {
    for await (const chunk of stream) {
      output += Buffer.from(chunk).toString()
    }
  }
  const read = Promise.all([follow(child.stdout), follow(child.stderr)])
  const stop = async () => {
    child.kill('SIGTERM')
    const late = setTimeout(() => child.kill('SIGKILL'), 5000)
    await child.exited
    clearTimeout(late)
    await read
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
  }
  const baseUrl = `http://127.0.0.1:${port}`
  const deadline = Date.now() + START_MS
  const answers = () =>
    fetch(`${baseUrl}/livez`).then(
      async (response) => (await response.arrayBuffer()) !== undefined,
      () => false,
    )
  while (!(await answers())) {
    if (child.exitCode === null && Date.now() < deadline) {
      await Bun.sleep(20)
      continue
    }
    await stop()
    throw new Error(`${name} did not start:\n${output}`)
  }
  return { name, baseUrl, stop }
}

/** An empty folder for one server. */
export const newFolder = (): string => mkdtempSync(join(tmpdir(), 'threeger-runtime-'))
