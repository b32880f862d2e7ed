/** Every wait for a hash ends, also when the thread that computes it ends. No turn is lost with the thread. */
import { expect, test } from 'bun:test'
import { Worker } from 'node:worker_threads'
import { HASH_THREADS } from '../../src/platform/passwords/hash-threads.bun.ts'
import { createBunPasswords } from '../../src/platform/passwords/passwords.bun.ts'

test('a thread that ends in the middle of its work fails its callers; a new thread serves the next callers', async () => {
  const threads = new Set<Worker>()
  const { postMessage } = Worker.prototype
  Worker.prototype.postMessage = function (this: Worker, ...given: Parameters<typeof postMessage>) {
    threads.add(this)
    return postMessage.apply(this, given)
  }
  try {
    const passwords = createBunPasswords({ maxWaitMs: 60_000 })
    // More often than there are turns: any that is lost is missed at the end.
    for (let round = 0; round < HASH_THREADS + 2; round++) {
      threads.clear()
      const hashes = Array.from({ length: HASH_THREADS }, (_, index) => passwords.hash(`password ${index}`))
      const outcomes = Promise.allSettled(hashes)
      await Promise.resolve() // they are handed out
      expect(threads.size).toBeGreaterThan(0)
      await Promise.all([...threads].map((thread) => thread.terminate()))
      for (const outcome of await outcomes)
        if (outcome.status === 'rejected') expect(String(outcome.reason)).toContain('has ended')
    }
    expect(await passwords.verify('a password', await passwords.hash('a password'))).toBe(true)
  } finally {
    Worker.prototype.postMessage = postMessage
  }
}, 300_000)
