import type { Deps } from '../deps.ts'
import { runJobs } from '../jobs.ts'

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000

export interface JobsTimer {
  /** No job begins any more; resolves when the one under way has ended, which it does after its batch. */
  stop(): Promise<void>
}

/**
 * Runs all jobs some minutes after the start and then every hour, each time up to a tenth sooner or later: servers that
 * were started together would otherwise sweep one database together for ever. Never keeps the process alive.
 */
export function startJobs(deps: Deps): JobsTimer {
  let running: Promise<unknown> = Promise.resolve()
  let timer: ReturnType<typeof setTimeout> | undefined
  let stopped = false
  // Chance in [0.9, 1.1).
  const jitter = () => 0.9 + (deps.random.bytes(1)[0] ?? 0) / 1280

  const wait = (ms: number): void => {
    if (stopped) return
    timer = setTimeout(() => {
      // Each failure stands in the log already.
      running = runJobs(deps).then(
        () => wait(HOUR_MS),
        () => wait(HOUR_MS),
      )
    }, ms * jitter()).unref()
  }
  wait(5 * MINUTE_MS)
  return {
    async stop() {
      stopped = true
      clearTimeout(timer)
      await running
    },
  }
}
