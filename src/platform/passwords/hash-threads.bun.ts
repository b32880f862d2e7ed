/**
 * Password hashes in separate threads, one for each core.
 *
 * Bun's thread pool has as many threads as the machine has cores. It also reads files, resolves names and serves
 * `crypto.subtle`. If each of its threads computed a hash, all other work would wait. These threads do not use the pool, and
 * on Linux they run at a lower priority than the event loop. A thread starts with the first hash that finds all others busy.
 * It keeps the process alive only while it computes.
 */
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { HashAnswer, HashCall } from './hash-thread.bun.ts'
import type { PasswordFunctions } from './password-functions.ts'

export const HASH_THREADS = availableParallelism()

interface Thread {
  worker: Worker
  waiting: Map<number, { resolve(result: never): void; reject(error: unknown): void }>
}

const threads = new Set<Thread>()
let lastId = 0

function startThread(): Thread {
  const thread: Thread = { worker: new Worker(new URL('./hash-thread.bun.ts', import.meta.url)), waiting: new Map() }
  thread.worker.on('message', (answer: HashAnswer) => {
    const caller = thread.waiting.get(answer.id)
    thread.waiting.delete(answer.id)
    if (thread.waiting.size === 0) thread.worker.unref()
    if ('failure' in answer) caller?.reject(new Error(answer.failure))
    else caller?.resolve(answer.result as never) // the result type of the called function
  })
  // Without this, callers of a thread that cannot start, or that ends, would wait for ever and keep their turns.
  const end = (error: unknown) => {
    threads.delete(thread)
    for (const { reject } of thread.waiting.values()) reject(error)
    thread.waiting.clear()
  }
  thread.worker.on('error', end)
  thread.worker.on('exit', () => end(new Error('a thread of password hashes has ended')))
  threads.add(thread)
  return thread
}

function leastBusy(): Thread {
  const [first] = [...threads].sort((one, two) => one.waiting.size - two.waiting.size)
  return first === undefined || (first.waiting.size > 0 && threads.size < HASH_THREADS) ? startThread() : first
}

const inThread =
  <Name extends HashCall['name']>(name: Name): PasswordFunctions[Name] =>
  (...given: unknown[]) => {
    const { worker, waiting } = leastBusy()
    const id = ++lastId
    return new Promise<never>((resolve, reject) => {
      waiting.set(id, { resolve, reject })
      worker.ref()
      worker.postMessage({ id, name, given } as HashCall) // the arguments of this function
    })
  }

export const threadedPasswordFunctions: PasswordFunctions = {
  hash: inThread('hash'),
  argon2: inThread('argon2'),
  bcrypt: inThread('bcrypt'),
  scrypt: inThread('scrypt'),
  pbkdf2: inThread('pbkdf2'),
}
