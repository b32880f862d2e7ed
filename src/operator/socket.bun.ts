/**
 * Operator commands while a server owns the database: a Unix domain socket beside the file.
 *
 * Its file mode is its authentication. It has mode 0600 from the first moment, so only root and the user who runs the
 * server can connect. That user can read the database file anyway. One request is one operation, `POST /<name>` with
 * JSON. The answer has one JSON object a line. It is complete only if its last line is `end` or `failure`.
 */
import { existsSync, realpathSync, rmSync } from 'node:fs'
import { uptime } from 'node:os'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { filePath } from '../../db/file-path.ts'
import type { Deps } from '../deps.ts'
import { type Failure, isUnforeseen, OperatorError, toFailure } from './failure.ts'
import type { OperationName, Operations, Replies } from './operations.ts'

type Line = { item: unknown } | { progress: unknown } | { end: true } | { failure: Failure }

/** The maximum length of a socket path on every system; Linux allows 107. */
const MAX_ADDRESS_BYTES = 103
/** A whole file of an import (8 MiB), as JSON. */
const MAX_BODY_BYTES = 16_777_216
/** The time limit for the first byte of an answer. A server that is paused, or whose thread hangs, sends none. */
const FIRST_BYTE_MS = 10_000
/** A working server sends a sign of life this often. */
const SIGN_OF_LIFE_MS = 2_000
/** After so long without a sign of life the command treats the server as stopped. */
const SILENCE_MS = 30_000
/**
 * The header with the time after which the command no longer waits. A server that resumes later must not run the operation.
 * The unit is ms since the machine was started: both sides share it, and no user can set it, unlike a clock.
 */
const BEGIN_BEFORE = 'threeger-begin-before'
/** The uptime has whole seconds, so the server stops so much earlier than the command gives up. */
const BEGIN_MARGIN_MS = 2_000
/** The sign of life. JSON parsers ignore a space, so every release can read it. */
const BLANK = new TextEncoder().encode(' ')
// Long work may be silent for more than Bun's 10 s. Bun 1.4.4 applies this option to a Unix socket (unlike
// `server.timeout()`), but its types have it only for TCP.
const NO_IDLE_TIMEOUT = { idleTimeout: 0 } as object

export const operatorSocketPath = (databaseFile: string): string => `${databaseFile}.sock`

/** The path of the embedded file of a URL, with symbolic links resolved. The file need not exist. */
export function embeddedFile(databaseUrl: string): string | undefined {
  if (!databaseUrl.startsWith('file:')) return undefined
  const path = resolve(filePath(databaseUrl))
  const folder = dirname(path)
  if (existsSync(path)) return realpathSync(path)
  return existsSync(folder) ? join(realpathSync(folder), basename(path)) : path
}

/** The shorter of the absolute and the relative path, or undefined if both are too long for a socket. */
function address(path: string): string | undefined {
  const fromHere = relative(process.cwd(), path)
  const shorter = Buffer.byteLength(fromHere) < Buffer.byteLength(path) ? fromHere : path
  return Buffer.byteLength(shorter) <= MAX_ADDRESS_BYTES ? shorter : undefined
}

export interface OperatorDoor {
  /** Closes the socket at once and removes its file. Waits for running operations, unless they are to be cut off. */
  stop(cutOff?: boolean): Promise<void>
}

/**
 * Listens on a socket beside the embedded database file. The caller owns that file, so an existing socket file is left
 * over from a dead process. A remote database has no socket, because commands use it directly. If the path is too long for
 * a socket, this logs a warning, and the server runs without one.
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
    // Pulled line by line: a slow reader delays the operation and does not fill the memory of the server.
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

/** Thrown by `askServer` when no process listens: the owner is starting, stopping, or another command. */
export class NoServerError extends Error {}

interface Asked {
  /** The pid of the process that owns the database, if it is known. */
  pid?: number | undefined
  firstByteMs?: number
  silenceMs?: number
}

/**
 * Runs the operation in the server. Throws the failure of the operation as `OperatorError`, or `NoServerError`. If the server
 * does not answer in time, throws `server.not_answering`, which names its process.
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
    // Only after these two errors it is certain that the operation did not begin.
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
      // The time that the command spends on an item does not count as silence of the server.
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

/** Aborts when no data arrived for the time that was set last. */
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
  title: `A server owns this database and has no operator socket: ${TOO_LONG}.`,
  remedy:
    'Start the server and the command in the folder of the database, or move the database to a shorter path, or stop the server first.',
}
const notAllowed = (path: string): Failure => ({
  code: 'server.socket_refused',
  title: `A server owns this database, and this user may not use its operator socket ${path}.`,
  remedy: 'Run the command as the user who runs the server.',
})
const otherRelease = (name: string): Failure => ({
  code: 'server.other_release',
  title: `The running server does not know the command ${name}.`,
  remedy: 'Run the command from the release of the server, or restart the server with this release.',
})
function notAnswering(pid: number | undefined, ms: number, begun: boolean): Failure {
  const who = pid === undefined ? 'The server' : `Process ${pid}, the server,`
  const named = pid ?? 'PID'
  return {
    code: 'server.not_answering',
    title: `${who} owns this database and has not answered for ${Math.round(ms / 1000)} s: it may be paused or busy.`,
    remedy: `Look at it with \`ps -o stat= -p ${named}\`: if it is paused (T), resume it with \`kill -CONT ${named}\`; if it hangs, end it with \`kill -KILL ${named}\` and start it again. ${
      begun
        ? 'Check what the command has changed before you repeat it.'
        : 'The server has not begun the command: repeat it then.'
    }`,
  }
}
const cutShort: Failure = {
  code: 'server.went_away',
  title: 'The connection to the server ended before the command was done.',
  remedy: 'Check what the command has changed (users list) and the log of the server before you repeat it.',
}
