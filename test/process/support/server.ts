/** The real server: `bun src/entries/bun.ts` as a process of its own, on a free port, with a database of its own. */
import { expect } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PASSWORD } from '../../support/client.ts'

export const ROOT = join(import.meta.dir, '../../..')

type Environment = Record<string, string | undefined>

/** Longest wait for a line of output; a start takes a second, a busy machine thirty. */
const OUTPUT_LIMIT_MS = 240_000

export interface Process {
  readonly pid: number
  readonly exited: Promise<number>
  /** Everything written so far. */
  readonly stdout: string
  readonly stderr: string
  /** Waits for the pattern in either output; fails when the process ends without it. */
  output(pattern: RegExp): Promise<RegExpExecArray>
  kill(signal?: NodeJS.Signals): void
}

export interface Server extends Process {
  readonly url: string
  readonly port: number
  /** Asks it to stop and waits until it has. Returns the exit code. */
  stop(): Promise<number>
}

const processes = new Set<Process>()
const folders = new Set<string>()

/** A folder that `cleanUp` removes. Short: a Unix socket in it must fit into its address. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'threeger-'))
  folders.add(folder)
  return folder
}

/** For `afterAll`: ends what a failed test left behind. */
export async function cleanUp(): Promise<void> {
  for (const child of processes) child.kill('SIGKILL')
  await Promise.all([...processes].map(({ exited }) => exited))
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
}

/** Nothing of the machine's own configuration, and no question to a foreign network. */
export const environment = (folder: string, more: Environment = {}): Environment => ({
  PATH: process.env.PATH,
  HOME: folder,
  PORT: '0',
  DATABASE_URL: `file:${join(folder, 'test.db')}`,
  RATE_LIMIT: 'off', // all requests come from one address
  BREACHED_PASSWORDS: 'ignore',
  LOG_LEVEL: 'info',
  SHUTDOWN_GRACE_SECONDS: '0',
  ...more,
})

export interface RunOptions {
  cwd?: string
  stdin?: string
  /** Another executable than this Bun. */
  program?: string
}

/** Starts `bun …args` from the root of the repository. */
export function start(
  args: string[],
  env: Environment,
  { cwd = ROOT, stdin, program = process.execPath }: RunOptions = {},
): Process {
  const child = Bun.spawn([program, ...args], {
    cwd,
    env: Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined)),
    stdin: stdin === undefined ? 'ignore' : new Blob([stdin]),
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const written = { stdout: '', stderr: '' }
  let changed = Promise.withResolvers<void>()
  let open = 2
  const collect = async (name: 'stdout' | 'stderr') => {
    const decoder = new TextDecoder()
    for await (const chunk of child[name]) {
      written[name] += decoder.decode(chunk, { stream: true })
      changed.resolve()
      changed = Promise.withResolvers()
    }
    open--
    changed.resolve()
  }
  const reading = Promise.all([collect('stdout'), collect('stderr')])
  const handle: Process = {
    pid: child.pid,
    exited: child.exited.then(async (code) => {
      await reading
      processes.delete(handle)
      return code
    }),
    get stdout() {
      return written.stdout
    },
    get stderr() {
      return written.stderr
    },
    async output(pattern) {
      const deadline = performance.now() + OUTPUT_LIMIT_MS
      for (;;) {
        const found = pattern.exec(written.stdout) ?? pattern.exec(written.stderr)
        if (found) return found
        const end = open === 0 ? 'ended' : performance.now() > deadline ? 'went on' : undefined
        if (end) throw new Error(`${args.join(' ')} ${end} without ${pattern}:\n${written.stdout}${written.stderr}`)
        // A turn of the event loop too: a promise settled already would keep it, and the time limit of the test, out.
        await Promise.race([changed.promise, Bun.sleep(1000)])
        await Bun.sleep(1)
      }
    },
    kill: (signal = 'SIGTERM') => child.kill(signal),
  }
  processes.add(handle)
  return handle
}

/** Runs to the end. */
export async function run(args: string[], env: Environment, options?: RunOptions) {
  const child = start(args, env, options)
  const code = await child.exited
  return { code, stdout: child.stdout, stderr: child.stderr }
}

/** Starts the server and waits until it serves. */
export async function startServer(
  env: Environment,
  args = ['src/entries/bun.ts'],
  options?: RunOptions,
): Promise<Server> {
  const child = start(args, env, options)
  const [, url = ''] = await child.output(/Threeger ID: +(\S+)\n/)
  return Object.defineProperties(child, {
    url: { value: url },
    port: { value: Number(new URL(url).port) },
    stop: {
      value: () => {
        child.kill('SIGTERM')
        return child.exited
      },
    },
  }) as Server // the three properties just defined
}

/** Signs a user up. Returns the session. */
export async function signUpAda({ url }: Pick<Server, 'url'>): Promise<void> {
  const { status } = await fetch(`${url}/v1/auth/sign-up`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'ada@example.com', password: PASSWORD }),
  })
  expect(status).toBe(201)
}
