/** The processes of a benchmark. They are started by path, awaited by their output, and stopped by pid, even if a run fails. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
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
  /** CPU time of the process and its threads so far, in µs; undefined where the system has no /proc. */
  cpuUs(): number | undefined
  stop(): Promise<void>
}

/** CPU time used since a process began, in ms. */
export interface CpuUse {
  /** CPU time of all its threads, including the kernel. */
  all: number
  /** CPU time of the event loop thread. */
  main: number
}

/** A server that reports its CPU time. */
export interface MeasuredServer extends ServerProcess {
  cpu(): Promise<CpuUse>
}

interface ChildOptions {
  /** The arguments of Bun: a script and its arguments. */
  args: readonly string[]
  env?: Record<string, string>
}

interface StartOptions {
  env?: Record<string, string> | undefined
  cwd?: string | undefined
  onMessage?: (message: unknown) => void
}

function start(command: readonly string[], { env = {}, cwd = ROOT, onMessage }: StartOptions = {}) {
  const child = Bun.spawn([...command], {
    ...(onMessage && { ipc: onMessage }),
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
export const startProgram = (
  command: readonly string[],
  env?: Record<string, string>,
  cwd?: string,
): Promise<ServerProcess> => serverOf(start(command, { env, cwd }), command)

async function serverOf(child: ReturnType<typeof start>, command: readonly string[]): Promise<ServerProcess> {
  let output = ''
  const listening = Promise.withResolvers<string>()
  const follow = async (stream: ReadableStream<Uint8Array>) => {
    for await (const chunk of stream) {
      output += Buffer.from(chunk).toString()
      // Includes the end of the line, because a chunk may end within the port.
      const origin = /(http:\/\/127\.0\.0\.1:\d+)\/?\s/.exec(output)?.[1]
      if (origin) listening.resolve(origin)
    }
  }
  void Promise.all([follow(child.stdout), follow(child.stderr), child.exited]).then(([, , code]) =>
    listening.reject(new BenchError(`${command.join(' ')} ended with ${code}`, output.trim())),
  )
  return {
    origin: await listening.promise,
    pid: child.pid,
    cpuUs: () => cpuUs(child.pid),
    stop: () => stop(child),
  }
}

/** Settings of production, except that no request leaves the machine. */
export const threegerEnvironment = (databaseUrl: string): Record<string, string> => ({
  NODE_ENV: 'production',
  APP_URL: 'https://id.example.com',
  APP_SECRET: 'the secret of a benchmark, longer than 32 bytes',
  DATABASE_URL: databaseUrl,
  EMAIL_VERIFICATION: 'optional', // sign-up answers with a token then
  BREACHED_PASSWORDS: 'ignore',
  RATE_LIMIT: 'off', // one account sends all requests; `limits` measures the cost of rate limits
  ACCESS_TTL_SECONDS: '3600', // a long run uses one token
  SHUTDOWN_GRACE_SECONDS: '0',
})

/** Our server on a new database, or on the given one. `env` replaces variables. */
export function startThreeger(
  databaseUrl = `file:${join(temporaryFolder(), 'bench.db')}`,
  env: Record<string, string> = {},
): Promise<ServerProcess> {
  return startServer({
    args: ['src/entries/bun.ts'],
    env: { PORT: '0', HOST: '127.0.0.1', ...threegerEnvironment(databaseUrl), ...env },
  })
}

/** Like `startThreeger`, and the server reports its CPU time. `env` replaces variables. */
export const startMeasuredThreeger = (
  databaseUrl = `file:${join(temporaryFolder(), 'bench.db')}`,
  env: Record<string, string> = {},
): Promise<MeasuredServer> =>
  startMeasured(['src/entries/bun.ts'], {
    PORT: '0',
    HOST: '127.0.0.1',
    ...threegerEnvironment(databaseUrl),
    ...env,
  })

/** Starts a script that prints its origin, and reports its CPU time. The script finds its arguments at the end of `argv`. */
export async function startMeasured(
  scriptAndArguments: string[],
  env: Record<string, string> = {},
): Promise<MeasuredServer> {
  const args = ['bench/children/measured.ts', ...scriptAndArguments]
  const answers: ((use: CpuUse) => void)[] = []
  const child = start([process.execPath, ...args], {
    env,
    onMessage: (use) => answers.shift()?.(use as CpuUse), // what that script sends
  })
  const server = await serverOf(child, args)
  const cpu = () =>
    new Promise<CpuUse>((resolve) => {
      answers.push(resolve)
      child.send('cpu')
    })
  return { ...server, cpu }
}

/** CPU time of a server for each piece of work that `drive` causes. */
export async function cpuOfEach<Result extends { count: number }>(
  { cpu }: MeasuredServer,
  drive: () => Promise<Result>,
): Promise<Result & { cpuMs: number; mainMs: number }> {
  const before = await cpu()
  const result = await drive()
  const after = await cpu()
  return {
    ...result,
    cpuMs: (after.all - before.all) / result.count,
    mainMs: (after.main - before.main) / result.count,
  }
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

/** Linux counts in hundredths of a second, with every kernel configuration (proc(5), `sysconf(_SC_CLK_TCK)`). */
const TICK_US = 10_000

function cpuUs(pid: number): number | undefined {
  const path = `/proc/${pid}/stat`
  if (!existsSync(path)) return undefined
  // The name of the program is in brackets and may contain blanks. After it, utime and stime are the 12th and 13th field.
  const fields = readFileSync(path, 'utf8').split(') ').at(-1)?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) * TICK_US
}

async function stop(child: Bun.Subprocess): Promise<void> {
  child.kill('SIGTERM')
  const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
  await child.exited
  clearTimeout(late)
}

/** Runs a program to its end and returns its output. Throws `BenchError` if it fails. */
export async function runToEnd(command: readonly string[], env?: Record<string, string>): Promise<string> {
  const child = start(command, { env })
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

/** Runs a script that takes one JSON value and prints another. Throws `BenchError` if it fails. */
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

/** The same without waiting, for a process that ends now. */
export function cutOff(): void {
  for (const child of running) child.kill('SIGKILL')
  removeFolders()
}

function removeFolders(): void {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
  folders.clear()
}
