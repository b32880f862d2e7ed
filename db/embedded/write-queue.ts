/**
 * The one line in which writers stand.
 *
 * First come, first served. Every job waits for the end of this turn of the event loop, and the jobs that wait together
 * share one transaction where they may (`group-commit.ts`): one wait for the disk serves all of them. A job that meets a
 * lock of another process keeps its place and is tried again later, so that waiting never blocks the event loop for longer
 * than one native busy time-out. An interactive transaction holds the line between its statements; those do not queue, they
 * run on the held connection.
 */
import { LibsqlError } from '@libsql/client/sqlite3'
import { clientClosed } from './errors.ts'

/** `done`: settled. `busy`: nothing was written, try again. `hold`: the line stays closed until `release`. */
export type Outcome = 'done' | 'busy' | 'hold'

/**
 * A number: so many jobs, from the first on, are settled. `busy`: nothing was written, try again. `apart`: nothing was
 * written, and each job must be tried alone.
 */
export type SharedOutcome = number | 'busy' | 'apart'

export interface Job<Member> {
  /** One synchronous try. Must settle its caller before it answers `done` or `hold`; must not throw. */
  attempt(): Outcome
  reject(error: unknown): void
  /** What a transaction that it shares with other jobs needs of it; absent where it must run alone. */
  readonly member?: Member
}

export interface WriteQueueOptions<Member> {
  /** Longest time a job may wait for another process's lock before it fails with SQLITE_BUSY, in ms. */
  readonly deadlineMs: number
  /**
   * One synchronous try of two or more members, in their order. It may stop after any of them, and must once `mayGoOn`
   * answers false. Must settle those that it counts; must not throw.
   */
  readonly attemptShared: (members: readonly Member[], mayGoOn: () => boolean) => SharedOutcome
}

interface Waiting<Member> {
  readonly job: Job<Member>
  readonly deadline: number
}

// Longest run of jobs without a turn of the event loop: timers, sockets and reads get in between.
const sliceMs = 8
/** A group that breaks runs again job by job: this is how many at most. */
const largestGroup = 128
const firstPauseMs = 5
const longestPauseMs = 80

export class WriteQueue<Member> {
  readonly #deadlineMs: number
  readonly #attemptShared: WriteQueueOptions<Member>['attemptShared']
  readonly #jobs: Waiting<Member>[] = []
  #held = false
  #closed = false
  #retryTimer: ReturnType<typeof setTimeout> | undefined
  #turn: ReturnType<typeof setImmediate> | undefined
  #tries = 0
  /** So many jobs at the front were in a group that broke. */
  #apart = 0
  busyTries = 0

  constructor({ deadlineMs, attemptShared }: WriteQueueOptions<Member>) {
    this.#deadlineMs = deadlineMs
    this.#attemptShared = attemptShared
  }

  get length(): number {
    return this.#jobs.length
  }

  /** The job runs when this turn of the event loop ends and those before it are done. */
  push(job: Job<Member>): void {
    if (this.#closed) {
      job.reject(clientClosed())
      return
    }
    this.#jobs.push({ job, deadline: performance.now() + this.#deadlineMs })
    this.#drainSoon()
  }

  /** Ends a `hold`. */
  release(): void {
    this.#held = false
    this.#drainSoon()
  }

  /** Rejects everybody who waits; nobody is let in any more. */
  close(error: unknown): void {
    clearTimeout(this.#retryTimer)
    clearImmediate(this.#turn)
    this.#closed = true
    for (const { job } of this.#jobs.splice(0)) job.reject(error)
  }

  #drainSoon(): void {
    if (this.#closed || this.#held || this.#turn !== undefined || this.#retryTimer !== undefined) return
    if (this.#jobs.length === 0) return
    this.#turn = setImmediate(() => {
      this.#turn = undefined
      this.#drain()
    })
  }

  #drain(): void {
    const sliceEnd = performance.now() + sliceMs
    const mayGoOn = () => performance.now() < sliceEnd
    while (!this.#held && !this.#closed && this.#jobs.length > 0) {
      const outcome = this.#attemptFirst(mayGoOn)
      if (outcome === 'busy') {
        this.#pause()
        return
      }
      this.#tries = 0
      this.#held = outcome === 'hold'
      if (!mayGoOn()) break
    }
    this.#drainSoon()
  }

  /** Tries the first job, with those behind it that may share its transaction, and takes what is settled off the line. */
  #attemptFirst(mayGoOn: () => boolean): Outcome {
    const members = this.#apart === 0 ? this.#membersInFront() : []
    if (members.length < 2) return this.#attemptAlone()
    const outcome = this.#attemptShared(members, mayGoOn)
    if (outcome === 'busy') return outcome
    if (outcome === 'apart') this.#apart = members.length
    else this.#jobs.splice(0, outcome)
    return 'done'
  }

  #attemptAlone(): Outcome {
    const outcome = this.#jobs[0]?.job.attempt() ?? 'done'
    if (outcome === 'busy') return outcome
    this.#drop()
    return outcome
  }

  #membersInFront(): Member[] {
    const members: Member[] = []
    for (const { job } of this.#jobs) {
      if (job.member === undefined || members.length === largestGroup) break
      members.push(job.member)
    }
    return members
  }

  /** Takes the first job off the line. */
  #drop(): Job<Member> | undefined {
    if (this.#apart > 0) this.#apart--
    return this.#jobs.shift()?.job
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
      this.#drop()?.reject(
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
