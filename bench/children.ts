/** The processes of a benchmark: started by path, awaited by what they print, stopped by pid, also when a run fails. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { BenchError } from './bench-error.ts'

const ROOT = join(import.meta.dir, '..')
const STOP_MS = 5000

const running = new Set<Bun.Subprocess>()
const folders = new Set<string>()

export interface ServerProcess {
  origin: string
  pid: number
  stop(): Promise<void>
}

interface ChildOptions {
  /** Of Bun: a script and its arguments. */
  args: readonly string[]
  env?: Record<string, string>
}

function start(command: readonly string[], env: Record<string, string> = {}, cwd = ROOT) {
  const child = Bun.spawn([...command], {
    cwd,
    // Nothing of this shell's environment: a DATABASE_URL set there must not be measured, or written to.
    env: { PATH: process.env.PATH, NODE_ENV: 'production', ...env },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  })
  running.add(child)
  void child.exited.then(() => running.delete(child))
  return child
}

/** Starts a script that prints its origin, and waits until it has. Throws `BenchError` when it ends first. */
export const startServer = ({ args, env }: ChildOptions): Promise<ServerProcess> =>
  startProgram([process.execPath, ...args], env)

/** The same of any program, in the root of the repository or in `cwd`. */
export async function startProgram(
  command: readonly string[],
  env?: Record<string, string>,
  cwd?: string,
): Promise<ServerProcess> {
  const child = start(command, env, cwd)
  let output = ''
  const listening = Promise.withResolvers<string>()
  const follow = async (stream: ReadableStream<Uint8Array>) => {
    for await (const chunk of stream) {
      output += Buffer.from(chunk).toString()
      // With the end of its line: a chunk may end within the port.
      const origin = /(http:\/\/127\.0\.0\.1:\d+)\/?\s/.exec(output)?.[1]
      if (origin) listening.resolve(origin)
    }
  }
  void Promise.all([follow(child.stdout), follow(child.stderr), child.exited]).then(([, , code]) =>
    listening.reject(new BenchError(`${command.join(' ')} ended with ${code}`, output.trim())),
  )
  return { origin: await listening.promise, pid: child.pid, stop: () => stop(child) }
}

/** As in production, but that nothing leaves the machine. */
export const threegerEnvironment = (databaseUrl: string): Record<string, string> => ({
  NODE_ENV: 'production',
  APP_URL: 'https://id.example.com',
  APP_SECRET: 'the secret of a benchmark, longer than 32 bytes',
  DATABASE_URL: databaseUrl,
  EMAIL_VERIFICATION: 'optional', // so that sign-up answers with a token
  BREACHED_PASSWORDS: 'ignore',
  RATE_LIMIT: 'off', // one account asks for everybody; `limits` measures what it costs
  ACCESS_TTL_SECONDS: '3600', // a long run uses one token
  SHUTDOWN_GRACE_SECONDS: '0',
})

/** Our server on a database of its own, or on the one given; `env` replaces variables. */
export function startThreeger(
  databaseUrl = `file:${join(temporaryFolder(), 'bench.db')}`,
  env: Record<string, string> = {},
): Promise<ServerProcess> {
  return startServer({
    args: ['src/entries/bun.ts'],
    env: { PORT: '0', HOST: '127.0.0.1', ...threegerEnvironment(databaseUrl), ...env },
  })
}

/** Starts a program that prints nothing, and waits until it answers. Throws `BenchError` when it ends first. */
export async function startSilent(
  command: readonly string[],
  url: string,
): Promise<Pick<ServerProcess, 'pid' | 'stop'>> {
  const child = start(command)
  const output = Promise.all([textOf(child.stdout), textOf(child.stderr)])
  const answers = () =>
    fetch(url).then(
      ({ ok }) => ok,
      () => false,
    )
  while (!(await answers())) {
    if (child.exitCode !== null) throw new BenchError(`${basename(command[0] ?? '')} ended`, (await output).join('\n'))
    await Bun.sleep(1)
  }
  return { pid: child.pid, stop: () => stop(child) }
}

async function stop(child: Bun.Subprocess): Promise<void> {
  child.kill('SIGTERM')
  const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
  await child.exited
  clearTimeout(late)
}

/** Runs a program to its end and returns what it printed. Throws `BenchError` when it fails. */
export async function runToEnd(command: readonly string[]): Promise<string> {
  const child = start(command)
  const [out, err, code] = await Promise.all([textOf(child.stdout), textOf(child.stderr), child.exited])
  if (code !== 0)
    throw new BenchError(
      `${command
        .slice(0, 2)
        .map((part) => basename(part))
        .join(' ')} ended with ${code}`,
      err.trim(),
    )
  return out
}

/** Runs a script of ours that takes one JSON value and prints another. Throws `BenchError` when it fails. */
export const runForJson = async (script: string, input: unknown): Promise<unknown> =>
  JSON.parse(await runToEnd([process.execPath, script, JSON.stringify(input)]))

const textOf = (stream: ReadableStream<Uint8Array>): Promise<string> => new Response(stream).text()

/** A new empty folder, removed by `cleanUp`. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'threeger-bench-'))
  folders.add(folder)
  return folder
}

/** Stops every process started here and removes their files. A process that does not stop in 5 s is killed. */
export async function cleanUp(): Promise<void> {
  await Promise.all([...running].map(stop))
  removeFolders()
}

/** The same without waiting, for a process that is about to end. */
export function cutOff(): void {
  for (const child of running) child.kill('SIGKILL')
  removeFolders()
}

function removeFolders(): void {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
  folders.clear()
}
