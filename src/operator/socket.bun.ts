/**
 * The door for operator commands while a server owns the database: a Unix domain socket beside the file.
 *
 * Its permissions are its authentication: mode 0600 from the first moment, so only the user who runs the server (and
 * root) gets in, and that user can read the database file anyway. One request is one operation, `POST /<name>` with
 * JSON; the answer is one JSON object a line, and is whole only when its last line says `end` or `failure`.
 */
import { existsSync, realpathSync, rmSync } from 'node:fs'
import { uptime } from 'node:os'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { filePath } from '../../db/file-path.ts'
import type { Deps } from '../deps.ts'
import { type Failure, isUnforeseen, OperatorError, toFailure } from './failure.ts'
import type { OperationName, Operations, Replies } from './operations.ts'

type Line = { item: unknown } | { progress: unknown } | { end: true } | { failure: Failure }

/** What a socket address holds on every system; Linux would take 107. */
const MAX_ADDRESS_BYTES = 103
const MAX_BODY_BYTES = 1_048_576
/** Until an asked server has begun to answer: one that is stopped, or whose thread hangs, never does. */
const FIRST_BYTE_MS = 10_000
/** A server that works says so this often, … */
const SIGN_OF_LIFE_MS = 2_000
/** … and one that has not for so long is stopped in the middle. */
const SILENCE_MS = 30_000
/**
 * When nobody waits for the answer any more: a server that wakes up later must not carry the command out. In ms since the
 * machine was started, which both sides share; one of their clocks may be set.
 */
const BEGIN_BEFORE = 'threeger-begin-before'
/** That count has whole seconds: by so much a server stops sooner than a command gives up. */
const BEGIN_MARGIN_MS = 2_000
/** Means nothing to JSON, so each release understands it of any other. */
const BLANK = new TextEncoder().encode(' ')
// Long work may be silent for more than Bun's 10 s. Bun heeds this on a Unix socket (and not `server.timeout()`, 1.4.4),
// but its types know it for TCP alone.
const NO_IDLE_TIMEOUT = { idleTimeout: 0 } as object

export const operatorSocketPath = (databaseFile: string): string => `${databaseFile}.sock`

/** The embedded file behind a URL, as every process names it: through symbolic links, and before it exists too. */
export function embeddedFile(databaseUrl: string): string | undefined {
  if (!databaseUrl.startsWith('file:')) return undefined
  const path = resolve(filePath(databaseUrl))
  const folder = dirname(path)
  if (existsSync(path)) return realpathSync(path)
  return existsSync(folder) ? join(realpathSync(folder), basename(path)) : path
}

/** The shorter way to write the path, or undefined when even that is too long for a socket. */
function address(path: string): string | undefined {
  const fromHere = relative(process.cwd(), path)
  const shorter = Buffer.byteLength(fromHere) < Buffer.byteLength(path) ? fromHere : path
  return Buffer.byteLength(shorter) <= MAX_ADDRESS_BYTES ? shorter : undefined
}

export interface OperatorDoor {
  /** Closes the door at once and removes the file. Waits for running operations, unless they are to be cut off. */
  stop(cutOff?: boolean): Promise<void>
}

/**
 * Listens beside the embedded database file, which the caller owns: whatever lies there is left over from a process
 * that died. A remote database has no such door: commands use it directly. A path too long for a socket is logged, and
 * the server goes on without.
 */
export function listenForOperator(deps: Deps): OperatorDoor {
  const file = embeddedFile(deps.config.databaseUrl)
  if (file === undefined) return { stop: async () => {} }
  const path = operatorSocketPath(file)
  const unix = address(path)
  if (unix === undefined) {
    deps.log.warning('no operator socket: commands work only while the server is stopped', { path, reason: TOO_LONG })
    return { stop: async () => {} }
  }
  rmSync(path, { force: true })
  const umask = process.umask(0o177)
  try {
    const server = Bun.serve({
      unix,
      maxRequestBodySize: MAX_BODY_BYTES,
      fetch: (request) => answer(deps, request),
      ...NO_IDLE_TIMEOUT,
    })
    return { stop: (cutOff) => server.stop(cutOff) }
  } finally {
    process.umask(umask)
  }
}

async function answer(deps: Deps, request: Request): Promise<Response> {
  const name = new URL(request.url).pathname.slice(1)
  // With the first command: they are most of the program.
  const { isOperation, runOperation } = await import('./operations.ts')
  if (request.method !== 'POST' || !isOperation(name)) return new Response(null, { status: 404 })
  const input = await request.text()
  if (uptime() * 1000 > Number(request.headers.get(BEGIN_BEFORE) ?? Number.POSITIVE_INFINITY))
    return new Response(null, { status: 408 })
  deps.log.info('operator command', { command: name })
  const lines = answerLines(deps, name, () => runOperation(deps, name, JSON.parse(input)))
  let begun = false
  let next: ReturnType<typeof lines.next> | undefined
  const body = new ReadableStream<Uint8Array>({
    // Pulled line by line: a slow reader holds the operation back instead of filling our memory.
    async pull(controller) {
      if (!begun) {
        begun = true
        return controller.enqueue(BLANK)
      }
      next ??= lines.next()
      const line = await Promise.race([next, Bun.sleep(SIGN_OF_LIFE_MS)])
      if (line === undefined) return controller.enqueue(BLANK)
      next = undefined
      if (line.done) controller.close()
      else controller.enqueue(Buffer.from(`${JSON.stringify(line.value)}\n`))
    },
    async cancel() {
      await lines.return(undefined)
    },
  })
  return new Response(body, { headers: { 'content-type': 'application/x-ndjson' } })
}

async function* answerLines(
  deps: Deps,
  name: OperationName,
  run: () => AsyncIterable<Line>,
): AsyncGenerator<Line, void, undefined> {
  try {
    yield* run()
    yield { end: true }
  } catch (error) {
    if (isUnforeseen(error)) deps.log.error('operator command failed', { command: name, cause: error })
    yield { failure: toFailure(error) }
  }
}

/** Thrown by `askServer` when nobody listens: the owner is starting, stopping, or itself a command. */
export class NoServerError extends Error {}

interface Asked {
  /** Of the process that owns the database, as far as it is known. */
  pid?: number | undefined
  firstByteMs?: number
  silenceMs?: number
}

/**
 * Has the server run the operation. Throws its failure as `OperatorError`, and `NoServerError`. A server that does not
 * answer is not waited for without end: `server.not_answering` names its process.
 */
export async function* askServer<Name extends OperationName>(
  path: string,
  name: Name,
  input: Operations[Name]['input'],
  { pid, firstByteMs = FIRST_BYTE_MS, silenceMs = SILENCE_MS }: Asked = {},
): Replies<Name> {
  const unix = address(path)
  if (unix === undefined) throw new OperatorError(pathTooLong)
  const silence = createSilence()
  silence.allow(firstByteMs)
  const response = await fetch(`http://operator.local/${name}`, {
    unix,
    method: 'POST',
    headers: { [BEGIN_BEFORE]: String(uptime() * 1000 + Math.max(firstByteMs - BEGIN_MARGIN_MS, 1000)) },
    body: JSON.stringify(input),
    keepalive: false,
    signal: silence.signal,
  }).catch((error: unknown) => {
    silence.end()
    if (silence.signal.aborted) throw new OperatorError(notAnswering(pid, firstByteMs, false))
    // Only these two say that nothing was begun.
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT' || code === 'ECONNREFUSED') throw new NoServerError(`nothing listens at ${path}`)
    if (code === 'EACCES') throw new OperatorError(notAllowed(path))
    throw new OperatorError(cutShort)
  })
  try {
    if (response.status === 408) throw new OperatorError(notAnswering(pid, firstByteMs, false))
    if (response.status !== 200 || !response.body) throw new OperatorError(otherRelease(name))
    silence.allow(silenceMs)
    for await (const line of readLines(response.body, () => silence.allow(silenceMs))) {
      if ('end' in line) return
      if ('failure' in line) throw new OperatorError(line.failure)
      // What the command does with an item is no silence of the server.
      silence.end()
      yield line as { item: Operations[Name]['item'] } // the server of this release runs the operation of this name
      silence.allow(silenceMs)
    }
    throw new OperatorError(cutShort)
  } catch (error) {
    throw silence.signal.aborted ? new OperatorError(notAnswering(pid, silenceMs, true)) : error
  } finally {
    silence.end()
  }
}

/** Aborts when nothing came for as long as was allowed last. */
function createSilence() {
  const controller = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  const end = () => clearTimeout(timer)
  return {
    signal: controller.signal,
    allow(ms: number) {
      end()
      timer = setTimeout(() => controller.abort(), ms)
    },
    end,
  }
}

async function* readLines(body: ReadableStream<Uint8Array>, heard: () => void): AsyncGenerator<Line, void, undefined> {
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for await (const chunk of body) {
      heard()
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) yield JSON.parse(line) as Line // written by `answer` above
    }
  } catch (error) {
    if (error instanceof SyntaxError) throw error
    throw new OperatorError(cutShort)
  }
}

const TOO_LONG = `the path is longer than ${MAX_ADDRESS_BYTES} bytes, also from the working directory`

const pathTooLong: Failure = {
  code: 'server.socket_path_too_long',
  title: `A server owns this database, and its operator socket cannot exist: ${TOO_LONG}.`,
  remedy: 'Start server and command in the folder of the database, move the database, or stop the server first.',
}
const notAllowed = (path: string): Failure => ({
  code: 'server.socket_refused',
  title: `A server owns this database, and its operator socket ${path} is not open to this user.`,
  remedy: 'Run the command as the user who runs the server.',
})
const otherRelease = (name: string): Failure => ({
  code: 'server.other_release',
  title: `The running server does not know the command ${name}.`,
  remedy: 'Run the command from the release that the server runs, or restart the server with this one.',
})
function notAnswering(pid: number | undefined, ms: number, begun: boolean): Failure {
  const who = pid === undefined ? 'The server' : `Process ${pid}, the server,`
  const named = pid ?? 'PID'
  return {
    code: 'server.not_answering',
    title: `${who} owns this database and has not answered for ${Math.round(ms / 1000)} s: it may be stopped, or busy.`,
    remedy: `Look at it with \`ps -o stat= -p ${named}\`: if it is stopped (T), \`kill -CONT ${named}\` lets it go on; if it hangs, end it with \`kill -KILL ${named}\` and start it again. ${
      begun ? 'Look at what was done before you repeat the command.' : 'The command was not begun: repeat it then.'
    }`,
  }
}
const cutShort: Failure = {
  code: 'server.went_away',
  title: 'The server went away before the command was done.',
  remedy: 'Look at what was done (users list) before repeating it, and at the log of the server.',
}
