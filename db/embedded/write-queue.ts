/**
 * The one line in which writers stand.
 *
 * First come, first served; one job at a time. A job that meets a lock of another process keeps its place and is tried
 * again later, so that waiting never blocks the event loop for longer than one native busy time-out. An interactive
 * transaction holds the line between its statements; those do not queue, they run on the held connection.
 */
import { LibsqlError } from '@libsql/client/sqlite3'
import { clientClosed } from './errors.ts'

/** `done`: settled. `busy`: nothing was written, try again. `hold`: the line stays closed until `release`. */
export type Outcome = 'done' | 'busy' | 'hold'

export interface Job {
  /** One synchronous try. Must settle its caller before it answers `done` or `hold`; must not throw. */
  attempt(): Outcome
  reject(error: unknown): void
}

interface Waiting {
  readonly job: Job
  readonly deadline: number
}

// Longest run of jobs without a turn of the event loop: timers, sockets and reads get in between.
const sliceMs = 8
const firstPauseMs = 5
const longestPauseMs = 80

export class WriteQueue {
  readonly #deadlineMs: number
  readonly #jobs: Waiting[] = []
  #held = false
  #closed = false
  #running = false
  #retryTimer: ReturnType<typeof setTimeout> | undefined
  #turn: ReturnType<typeof setImmediate> | undefined
  #sliceEnd = 0
  #tries = 0
  busyTries = 0

  /** @param deadlineMs longest time a job may wait for another process's lock before it fails with SQLITE_BUSY */
  constructor(deadlineMs: number) {
    this.#deadlineMs = deadlineMs
  }

  get length(): number {
    return this.#jobs.length
  }

  /** Runs the job at once when the line is empty and this turn of the loop has time left; else it waits its turn. */
  push(job: Job): void {
    if (this.#closed) {
      job.reject(clientClosed())
      return
    }
    this.#jobs.push({ job, deadline: performance.now() + this.#deadlineMs })
    if (this.#jobs.length === 1) this.#drain()
  }

  /** Ends a `hold`. */
  release(): void {
    this.#held = false
    this.#drain()
  }

  /** Rejects everybody who waits; nobody is let in any more. */
  close(error: unknown): void {
    clearTimeout(this.#retryTimer)
    clearImmediate(this.#turn)
    this.#closed = true
    for (const { job } of this.#jobs.splice(0)) job.reject(error)
  }

  #drain(): void {
    if (this.#closed || this.#running || this.#held || this.#retryTimer !== undefined) return
    this.#running = true
    try {
      while (!this.#held && !this.#closed) {
        const first = this.#jobs[0]
        if (first === undefined || !this.#sliceLeft()) return
        const outcome = first.job.attempt()
        if (outcome === 'busy') {
          this.#pause()
          return
        }
        this.#tries = 0
        this.#jobs.shift()
        this.#held = outcome === 'hold'
      }
    } finally {
      this.#running = false
    }
  }

  #sliceLeft(): boolean {
    if (this.#turn === undefined) {
      this.#sliceEnd = performance.now() + sliceMs
      this.#turn = setImmediate(() => {
        this.#turn = undefined
        this.#drain()
      })
      return true
    }
    return performance.now() < this.#sliceEnd
  }

  #pause(): void {
    this.busyTries++
    this.#rejectExpired()
    if (this.#jobs.length === 0) {
      this.#tries = 0
      return
    }
    const pause = Math.min(firstPauseMs * 2 ** this.#tries++, longestPauseMs)
    // Jitter, so that two processes do not meet again and again; the clock's microseconds are random enough for that.
    const jitter = 0.5 + ((performance.now() * 1000) % 1000) / 1000
    this.#retryTimer = setTimeout(() => {
      this.#retryTimer = undefined
      this.#drain()
    }, pause * jitter)
  }

  #rejectExpired(): void {
    const now = performance.now()
    // In order of arrival, so the expired ones stand in front.
    while (this.#jobs[0] !== undefined && this.#jobs[0].deadline <= now) {
      this.#jobs
        .shift()
        ?.job.reject(
          new LibsqlError(
            `another process held the database for ${this.#deadlineMs} ms; nothing was written`,
            'SQLITE_BUSY',
            'SQLITE_BUSY',
            5,
          ),
        )
    }
  }
}
