import type { Deps, Log } from '../deps.ts'

/** Work after the response in a process that lives on: started at once, awaited before the process ends. */
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
