import type { Deps, Queue } from '../deps.ts'
import { runJobs } from '../jobs.ts'

/** A wake that follows another within this time joins it, and whoever caused it has been answered by then. */
const WAKE_MS = 25
/** How often jobs that failed, schedules, and what other processes left behind are looked for. */
const TICK_MS = 10_000

export interface Worker {
  queue: Queue
  /** From now on jobs are done. Before that, what is queued waits in the database. */
  start(deps: Deps): void
  /** No job begins any more; resolves when those under way have ended. */
  stop(): Promise<void>
}

/** The worker of a process that lives on: queued jobs at once, scheduled ones when they are due. Never keeps the process alive. */
export function createWorker(): Worker {
  let deps: Deps | undefined
  let running: Promise<void> | undefined
  let woken: ReturnType<typeof setTimeout> | undefined
  let tick: ReturnType<typeof setTimeout> | undefined

  /** One run at a time; what is queued meanwhile has a run of its own after it. */
  async function run(which: 'due' | 'queue'): Promise<void> {
    while (running) await running
    if (!deps?.accepting()) return
    // Each failure stands in the log already.
    running = runJobs(deps, which).then(
      () => undefined,
      () => undefined,
    )
    await running
    running = undefined
  }

  function wait(current: Deps): void {
    // A tenth sooner or later: servers that were started together do not ask one database at once for ever.
    const jitter = 0.9 + (current.random.bytes(1)[0] ?? 0) / 1280
    tick = setTimeout(() => void run('due').then(() => deps && wait(deps)), TICK_MS * jitter)
    tick.unref()
  }

  function wakeNow(): Promise<void> {
    clearTimeout(woken)
    woken = undefined
    return run('queue')
  }

  return {
    queue: {
      wake() {
        if (deps === undefined || woken !== undefined) return
        woken = setTimeout(() => void wakeNow(), WAKE_MS)
        woken.unref()
      },
      async idle() {
        if (deps !== undefined && (woken !== undefined || running !== undefined)) await wakeNow()
      },
    },
    start(started) {
      deps = started
      void run('due')
      wait(started)
    },
    async stop() {
      deps = undefined
      clearTimeout(tick)
      clearTimeout(woken)
      await running
    },
  }
}
