import type { Deps, Log } from '../deps.ts'

/** Work after the response in a process that keeps running: it starts at once, and the process waits for it before it ends. */
export function createDeferred(log: Log): { defer: Deps['defer']; settled: () => Promise<void> } {
  const running = new Set<Promise<unknown>>()
  return {
    defer(work) {
      const task = work()
        .catch((cause: unknown) => log.error('deferred work failed', { cause }))
        .finally(() => running.delete(task))
      running.add(task)
    },
    async settled() {
      while (running.size > 0) await Promise.all(running)
    },
  }
}
