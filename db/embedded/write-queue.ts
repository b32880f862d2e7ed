/**
 * The queue of all writers.
 *
 * Jobs run in the order of arrival. Every job waits for the end of this turn of the event loop. Jobs that wait at the same
 * time share one transaction if they may (`group-commit.ts`), so they share one wait for the disk. A job that meets a lock
 * of another process keeps its place and is tried again later. So a wait never blocks the event loop for longer than one
 * native busy time-out. An interactive transaction keeps the queue closed between its statements. Those statements do not
 * queue: they run on its connection.
 */
import { LibsqlError } from '@libsql/client/sqlite3'
import { clientClosed } from './errors.ts'

/** `done`: settled. `busy`: nothing was written, try again. `hold`: the queue stays closed until `release`. */
export type Outcome = 'done' | 'busy' | 'hold'

/**
 * A number: so many jobs from the front are settled. `busy`: nothing was written, try again. `apart`: nothing was
 * written, and each job must run alone.
 */
export type SharedOutcome = number | 'busy' | 'apart'

export interface Job<Member> {
  /** One synchronous attempt. It must settle its caller before it returns `done` or `hold`, and must not throw. */
  attempt(): Outcome
  reject(error: unknown): void
  /** The parts of the job for a shared transaction. Absent if the job must run alone. */
  readonly member?: Member
}

export interface WriteQueueOptions<Member> {
  /** Maximum wait of a job for the lock of another process, in ms. Then it fails with SQLITE_BUSY. */
  readonly deadlineMs: number
  /**
   * One synchronous attempt of two or more members, in order. It may stop after any of them, and must stop when `mayGoOn`
   * returns false. It must settle the members that it counts, and must not throw.
   */
  readonly attemptShared: (members: readonly Member[], mayGoOn: () => boolean) => SharedOutcome
}

interface Waiting<Member> {
  readonly job: Job<Member>
  readonly deadline: number
}

// Maximum time of jobs without a turn of the event loop, so timers, sockets and reads are served in between.
const sliceMs = 8
/** The maximum size of a group. If a group breaks, its jobs run again one by one. */
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
  /** The number of jobs at the front that were in a broken group. */
  #apart = 0
  busyTries = 0

  constructor({ deadlineMs, attemptShared }: WriteQueueOptions<Member>) {
    this.#deadlineMs = deadlineMs
    this.#attemptShared = attemptShared
  }

  get length(): number {
    return this.#jobs.length
  }

  /** Runs the job after this turn of the event loop, when the jobs before it are done. */
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

  /** Rejects all waiting jobs and every later job. */
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

  /** Tries the first job, together with the next ones that may share its transaction. Removes settled jobs from the queue. */
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

  /** Removes the first job from the queue. */
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
    // Jitter, so two processes do not collide again and again. The microseconds of the clock are random enough for this.
    const jitter = 0.5 + ((performance.now() * 1000) % 1000) / 1000
    this.#retryTimer = setTimeout(() => {
      this.#retryTimer = undefined
      this.#drain()
    }, pause * jitter)
  }

  #rejectExpired(): void {
    const now = performance.now()
    // The queue is in the order of arrival, so expired jobs are at the front.
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
