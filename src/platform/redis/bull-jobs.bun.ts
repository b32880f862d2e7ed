/**
 * Hands queued jobs to the workers of all processes through BullMQ (JOB_QUEUE=bullmq).
 *
 * The table of jobs stays the source. Redis has ids alone, so it has no secret and cannot lose a job: who begins a job takes its row
 * first, by a conditional UPDATE, and who did it records that in the row. A job that is not in Redis any more is given back to the
 * table, and while Redis is away this process does the due jobs from the table. BullMQ does no retries: the row has the next attempt.
 */
import type { Queue, Worker } from 'bullmq'
import type { Redis } from 'ioredis'
import { commit } from '../../core/events/commit.ts'
import type { Deps, Log } from '../../deps.ts'
import { base64url } from '../../lib/encoding.ts'
import { dispatchJobs, IN_REDIS, jobsInRedis, takeBackJobs } from '../../modules/jobs/dispatch-queries.ts'
import type { JobRelay } from '../worker.ts'
import { inTime } from './in-time.ts'
import { createTaker } from './take-jobs.ts'

export interface BullJobsOptions {
  url: string
  /** The name of this server in Redis (`redisName`). */
  name: string
  log: Log
  /** The time limit of an answer of Redis. */
  answerMs?: number
  /** A job that was given to Redis so long ago is looked for there. */
  missedAfterMs?: number
  /** Redis has at most about so many waiting jobs. The others wait in the table. */
  highWater?: number
}

const ANSWER_MS = 2_000
const MISSED_AFTER_MS = 10_000
/** A job in Redis is due again after this time, whatever happened to Redis. Less than the horizon of the queue (`HORIZON_MS`). */
const IN_REDIS_MS = 10 * 60_000
const PAGE = 250
const HIGH_WATER = 1_000
const LONGEST_RECONNECT_MS = 1_000

type Handed = { id: string; lease: string }
interface Opened {
  redis: Redis
  queue: Queue<Handed>
  worker: Worker<Handed>
}

export function createBullJobs(options: BullJobsOptions): JobRelay {
  const { url, name, log, answerMs = ANSWER_MS, missedAfterMs = MISSED_AFTER_MS, highWater = HIGH_WATER } = options
  let opening: Promise<Opened> | undefined
  let isTold = false

  /** BullMQ and ioredis are loaded with the first jobs: no request needs them, and both cost 100 ms of a start. */
  async function open(deps: Deps, wake: () => void): Promise<Opened> {
    const [{ Queue, Worker }, { Redis }, { handlersOf }] = await Promise.all([
      import('bullmq'),
      import('ioredis'),
      import('../../jobs.ts'),
    ])
    const connectionOf = (given: { enableOfflineQueue: boolean }) => {
      const connection = new Redis(url, {
        ...given,
        maxRetriesPerRequest: null,
        connectTimeout: answerMs,
        retryStrategy: (times: number) => Math.min(times * 100, LONGEST_RECONNECT_MS),
      })
      connection.on('error', tell)
      return connection
    }
    // A command that waits for a connection would be sent at any later time. This one is refused instead.
    const redis = connectionOf({ enableOfflineQueue: false })
    const prefix = `{${name}}`
    const queue = new Queue<Handed>('jobs', {
      connection: redis,
      prefix,
      defaultJobOptions: { attempts: 1, removeOnComplete: true, removeOnFail: true },
    })
    const { AT_ONCE } = await import('../../modules/jobs/run-queue.ts')
    const take = createTaker(deps, handlersOf(deps))
    const worker = new Worker<Handed>('jobs', (job) => take(job.data), {
      connection: connectionOf({ enableOfflineQueue: true }),
      prefix,
      concurrency: AT_ONCE,
      removeOnComplete: { count: 0 },
      removeOnFail: { count: 0 },
    })
    queue.on('error', tell)
    worker.on('error', tell)
    worker.on('drained', wake) // more may wait in the table
    redis.on('ready', wake)
    await inTime(firstAnswer(redis), answerMs).catch(tell)
    return { redis, queue, worker }
  }

  function tell(cause: unknown): void {
    if (!isTold) log.warning('Redis takes no jobs: this process does them from the table until it does', { cause })
    isTold = true
  }

  /** After an answer, not with a connection: a Redis that was only slow or suspended keeps its connections. */
  function tellRecovery(): void {
    if (isTold) log.info('Redis takes jobs again')
    isTold = false
  }

  async function giveDue(deps: Deps, opened: Opened): Promise<void> {
    const { handlersOf } = await import('../../jobs.ts')
    const kinds = Object.keys(handlersOf(deps))
    for (;;) {
      if ((await inTime(opened.queue.getWaitingCount(), answerMs)) >= highWater) return
      const now = deps.clock.now()
      const lease = `${IN_REDIS}${base64url(deps.random.bytes(16))}`
      const { dispatched } = await commit(deps, {
        dispatched: dispatchJobs(deps.db, { kinds, lease, now, until: now + IN_REDIS_MS, limit: PAGE }),
      })
      if (dispatched.length > 0)
        await give(
          opened,
          dispatched.map(({ id }) => ({ id, lease })),
        )
      if (dispatched.length < PAGE || !deps.accepting()) return
    }
  }

  async function give({ queue }: Opened, jobs: readonly Handed[]): Promise<void> {
    const added = jobs.map(({ id, lease }) => ({
      name: 'job',
      data: { id, lease },
      opts: { jobId: nameOf({ id, lease }) },
    }))
    await inTime(queue.addBulk(added), answerMs)
  }

  /** Jobs that Redis has lost, or that it should have and does not answer for, are due again. */
  async function takeBackMissed(deps: Deps, opened: Opened | undefined): Promise<void> {
    const now = deps.clock.now()
    const given = await jobsInRedis(deps.db, now, now + IN_REDIS_MS - missedAfterMs, PAGE)
    const missed = opened === undefined ? given : await notIn(opened, given)
    if (missed.length > 0) await commit(deps, [takeBackJobs(deps.db, missed, now)])
  }

  async function notIn({ redis, queue }: Opened, given: readonly Handed[]): Promise<Handed[]> {
    const found = await inTime(Promise.all(given.map((job) => redis.exists(queue.toKey(nameOf(job))))), answerMs)
    return given.filter((_, index) => found[index] === 0)
  }

  return {
    async relay(deps, wake) {
      let opened: Opened | undefined
      try {
        opening ??= open(deps, wake)
        opened = await opening
        if (opened.redis.status !== 'ready') throw new Error('there is no connection to Redis')
        await takeBackMissed(deps, opened)
        await giveDue(deps, opened)
        tellRecovery()
        return 'done'
      } catch (cause) {
        if (opened === undefined) opening = undefined // what could not be loaded is tried again
        tell(cause)
        await takeBackMissed(deps, undefined)
        return 'from-table'
      }
    },
    async idle() {
      const opened = await opening
      if (opened === undefined) return
      const left = async () => {
        const { waiting = 0, active = 0 } = await opened.queue.getJobCounts('waiting', 'active')
        return waiting + active
      }
      while (opened.redis.status === 'ready' && (await left()) > 0) await new Promise((next) => setTimeout(next, 10))
    },
    async stop() {
      const opened = await opening?.catch(() => undefined)
      opening = undefined
      if (opened === undefined) return
      // Waits for the jobs that run. While Redis is away it would wait for Redis too.
      await (opened.redis.status === 'ready' ? opened.worker.close() : opened.worker.close(true))
      await opened.queue.close()
      opened.redis.disconnect()
    },
  }
}

const nameOf = ({ id, lease }: Handed): string => `${id}.${lease}`

/** Resolves when it is connected. Rejects with the first failure. */
const firstAnswer = (redis: Redis): Promise<void> =>
  new Promise((resolve, reject) => void redis.once('ready', () => resolve()).once('error', reject))
