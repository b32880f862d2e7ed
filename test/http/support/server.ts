/** The real server as a process of its own on a free port, and a socket that says anything to it, byte for byte. */
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface RunningServer {
  origin: string
  port: number
  /** Waits until stdout or stderr hold this and returns its first group. Rejects when the server ends without. */
  printed(pattern: RegExp): Promise<string>
  stop(): Promise<void>
}

/** Starts `src/entries/bun.ts` and waits until it listens. */
export async function startServer(env: Record<string, string> = {}): Promise<RunningServer> {
  const folder = mkdtempSync(join(tmpdir(), 'threeger-server-'))
  const child = Bun.spawn(['bun', 'src/entries/bun.ts'], {
    cwd: join(import.meta.dir, '../../..'),
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'test',
      PORT: '0',
      APP_SECRET: 'test secret of more than thirty-two bytes',
      DATABASE_URL: `file:${join(folder, 'test.db')}`,
      BREACHED_PASSWORDS: 'ignore',
      RATE_LIMIT: 'off', // all requests come from one address
      SHUTDOWN_GRACE_SECONDS: '0',
      ...env,
    },
    stdout: 'pipe',
    stderr: 'pipe',
  })
  let output = ''
  let more = Promise.withResolvers<void>()
  const follow = async (stream: ReadableStream<Uint8Array>) => {
    for await (const chunk of stream) {
      output += Buffer.from(chunk).toString()
      more.resolve()
      more = Promise.withResolvers()
    }
  }
  const followed = Promise.all([follow(child.stdout), follow(child.stderr)])
  const ended = child.exited.then((code) => Promise.reject(new Error(`the server ended with ${code}\n${output}`)))
  ended.catch(() => {}) // only a caller that waits for a line handles it
  const printed = async (pattern: RegExp): Promise<string> => {
    for (;;) {
      const found = pattern.exec(output)?.[1]
      if (found !== undefined) return found
      await Promise.race([more.promise, ended])
    }
  }
  const origin = await printed(/(http:\/\/127\.0\.0\.1:\d+)/)
  return {
    origin,
    port: Number(new URL(origin).port),
    printed,
    async stop() {
      child.kill('SIGTERM')
      await child.exited
      await followed
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export interface RawAnswer {
  status: number
  head: string
  body: string
  /** The server closed the connection. */
  closed: boolean
}

/**
 * Writes the parts to a new connection and returns the first whole answer, or what there is when the server closes.
 * Rejects after `timeoutMs` of neither.
 */
export async function speak(
  port: number,
  parts: Iterable<string | Uint8Array>,
  timeoutMs = 240_000,
): Promise<RawAnswer> {
  const done = Promise.withResolvers<RawAnswer>()
  const pending = parts[Symbol.iterator]()
  const received: Uint8Array[] = []
  let unsent: Uint8Array | undefined

  const answer = (closed: boolean): RawAnswer | undefined => {
    const text = Buffer.concat(received).toString('latin1')
    const end = text.indexOf('\r\n\r\n')
    if (end === -1) return undefined
    const head = text.slice(0, end)
    const body = text.slice(end + 4)
    const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0)
    if (body.length < length && !closed) return undefined
    return { status: Number(head.split(' ')[1]), head, body, closed }
  }
  const timer = setTimeout(() => done.reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs)
  const write = (socket: Bun.Socket) => {
    for (;;) {
      if (unsent === undefined) {
        const next = pending.next()
        if (next.done) return
        unsent = Buffer.from(next.value)
      }
      const written = socket.write(unsent)
      if (written < unsent.length) {
        unsent = unsent.subarray(Math.max(0, written))
        return
      }
      unsent = undefined
    }
  }
  const socket = await Bun.connect({
    hostname: '127.0.0.1',
    port,
    socket: {
      open: write,
      drain: write,
      data(_, chunk) {
        received.push(Uint8Array.from(chunk))
        const whole = answer(false)
        if (whole) done.resolve(whole)
      },
      close() {
        done.resolve(answer(true) ?? { status: 0, head: '', body: '', closed: true })
      },
      error() {
        done.resolve(answer(true) ?? { status: 0, head: '', body: '', closed: true })
      },
    },
  })
  try {
    return await done.promise
  } finally {
    clearTimeout(timer)
    socket.terminate()
  }
}

/** Writes the parts and returns everything the server says until it closes. Rejects after `timeoutMs` without a close. */
export async function converse(
  port: number,
  parts: Iterable<string | Uint8Array>,
  timeoutMs = 240_000,
): Promise<string> {
  const done = Promise.withResolvers<string>()
  let said = ''
  const timer = setTimeout(() => done.reject(new Error(`still open after ${timeoutMs} ms; said ${said}`)), timeoutMs)
  const unsent = Buffer.concat([...parts].map((part) => Buffer.from(part)))
  let sent = 0
  const write = (socket: Bun.Socket) => {
    sent += Math.max(0, socket.write(unsent.subarray(sent)))
  }
  const socket = await Bun.connect({
    hostname: '127.0.0.1',
    port,
    socket: {
      open: write,
      drain: write,
      data(_, chunk) {
        said += Buffer.from(chunk).toString('latin1')
      },
      close: () => done.resolve(said),
      error: () => done.resolve(said),
    },
  })
  try {
    return await done.promise
  } finally {
    clearTimeout(timer)
    socket.terminate()
  }
}

/** Writes this, ends the connection for writing (FIN), and returns the answer. */
export async function halfClosed(port: number, text: string): Promise<string> {
  const done = Promise.withResolvers<string>()
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  let said = ''
  socket.on('data', (chunk: Buffer) => {
    said += chunk.toString('latin1')
  })
  socket
    .on('error', () => done.resolve(said))
    .on('end', () => done.resolve(said))
    .on('close', () => done.resolve(said))
  // The head is there, and the request has begun, before the end comes.
  socket.write(text, () => setTimeout(() => socket.end(), 50))
  try {
    return await done.promise
  } finally {
    socket.destroy()
  }
}

/** The head of a request. */
export const requestHead = (line: string, headers: Record<string, string>): string =>
  `${line} HTTP/1.1\r\n${Object.entries({ host: '127.0.0.1', ...headers })
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n`
