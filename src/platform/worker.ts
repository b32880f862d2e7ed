import type { Deps, Queue } from '../deps.ts'

/** Wakes within this time are joined into one. By then the request that queued the job has its answer. */
const WAKE_MS = 25
/** The interval of looking for failed jobs, due schedules, and jobs of other processes that ended. */
const TICK_MS = 10_000

export interface Worker {
  queue: Queue
  /** Starts to do jobs. Before that, queued jobs wait in the database. */
  start(deps: Deps): void
  /** Begins no more jobs. Resolves when the running ones have ended. */
  stop(): Promise<void>
}

/** Hands due jobs to the workers of all processes, which then do them (`redis/bull-jobs.bun.ts`). */
export interface JobRelay {
  /** `from-table`: nobody can be handed anything at this moment, so the caller does the jobs itself. `wake`: call it again. */
  relay(deps: Deps, wake: () => void): Promise<'done' | 'from-table'>
  /** Resolves when no handed job waits or runs. */
  idle(): Promise<void>
  stop(): Promise<void>
}

/** With the first run: the jobs are a good part of the program, and no request needs them. Logs what cannot be loaded. */
async function runJobs(deps: Deps, ...rest: ['queue' | 'scheduled', { nextWake?: () => Promise<void> }?]) {
  const jobs = await import('../jobs.ts').catch((cause: unknown) => {
    deps.log.error('the jobs cannot be loaded', { cause })
    throw cause
  })
  return jobs.runJobs(deps, ...rest)
}

/** The worker of a process that lives on: queued jobs at once, scheduled ones when they are due. Never keeps the process alive. */
export function createWorker({
  tickMs = TICK_MS,
  relay,
}: {
  tickMs?: number
  relay?: JobRelay | undefined
} = {}): Worker {
  let deps: Deps | undefined
  let woken: ReturnType<typeof setTimeout> | undefined
  let tick: ReturnType<typeof setTimeout> | undefined
  let ring = () => {}
  const nextWake = () =>
    new Promise<void>((resolve) => {
      ring = resolve
    })

  // Each failure is already in the log. There are two lanes, so no mail waits for a sweep.
  const queued = createLane(async () => {
    while (deps?.accepting()) {
      const relayed = await relay?.relay(deps, wake).catch(() => 'from-table' as const)
      if (relayed === 'done') return
      const report = await runJobs(deps, 'queue', { nextWake }).catch(() => undefined)
      if (report?.jobs.every(({ complete }) => complete) !== false) return
    }
  })
  const scheduled = createLane(async () => {
    if (deps?.accepting()) await runJobs(deps, 'scheduled').catch(() => undefined)
  })

  function wait(current: Deps): void {
    // Up to a tenth earlier or later, so servers that started together do not always query the database at the same time.
    const jitter = 0.9 + (current.random.bytes(1)[0] ?? 0) / 1280
    tick = setTimeout(() => {
      void queued.run()
      void scheduled.run()
      wait(current)
    }, tickMs * jitter)
    tick.unref()
  }

  function wakeNow(): Promise<void> {
    clearTimeout(woken)
    woken = undefined
    ring()
    return queued.run()
  }

  function wake(): void {
    if (deps === undefined || woken !== undefined) return
    woken = setTimeout(() => void wakeNow(), WAKE_MS)
    woken.unref()
  }

  return {
    queue: {
      wake,
      async idle() {
        if (woken !== undefined) await wakeNow()
        else await queued.ended()
        await relay?.idle()
      },
    },
    start(given) {
      const started: Deps = { ...given, accepting: () => deps === started && given.accepting() }
      deps = started
      void queued.run()
      void scheduled.run()
      wait(started)
    },
    async stop() {
      deps = undefined
      clearTimeout(tick)
      clearTimeout(woken)
      woken = undefined
      await Promise.all([queued.ended(), scheduled.ended()])
      await relay?.stop()
    },
  }
}

/** Runs `work` once at a time. A call during a run gets the next run, because its job may be too late for the current one. */
function createLane(work: () => Promise<void>): { run(): Promise<void>; ended(): Promise<void> } {
  let current: Promise<void> | undefined
  let next: Promise<void> | undefined
  const begin = (): Promise<void> => {
    const run = work().finally(() => {
      if (current === run) current = undefined
    })
    current = run
    return run
  }
  return {
    run() {
      if (next !== undefined) return next
      if (current === undefined) return begin()
      next = current.then(() => {
        next = undefined
        return begin()
      })
      return next
    },
    async ended() {
      while (next !== undefined || current !== undefined) await (next ?? current)
    },
  }
}
