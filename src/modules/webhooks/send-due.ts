/**
 * The worker of deliveries: takes what is due, sends it, and records what came of it.
 *
 * At least once: a worker that was killed or stopped loses its leases after a minute, and another one sends the same bytes under
 * the same `webhook-id`. In order: a delivery is due when the one before it, of the same subject, has ended. An endpoint that hangs
 * delays no other one.
 */
import { commit } from '../../core/events/commit.ts'
import type { JobHandler } from '../../core/feature.ts'
import type { Deps } from '../../deps.ts'
import { base64url } from '../../lib/encoding.ts'
import { oncePer } from '../../lib/once-per.ts'
import { withResolvers } from '../../lib/with-resolvers.ts'
import { queueJob } from '../jobs/queue-job.ts'
import { type Attempted, attempt } from './attempt.ts'
import { NEVER } from './delivery-schema.ts'
import { claimDeliveries, type LeasedDelivery, leasedDeliveries, nextDue, noneQueuedBefore } from './send-queries.ts'
import { settleSteps } from './settle.ts'

/** Requests of one run at the same time. */
const AT_ONCE_HERE = 32
/** Longer than an attempt and its record. */
const LEASE_MS = 60_000
/** A run takes nothing new after this time, so that its job ends within a minute. */
const BUDGET_MS = 25_000
/** The next look at deliveries that are due but that another run sends at this moment. */
const AGAIN_MS = 1_000
/** A job is not queued for a later time. It looks again then. */
const LONGEST_WAIT_MS = 3_600_000

/** A run that takes deliveries. */
interface Taker {
  mayGoOn: () => boolean
  /** Something is due. */
  nudge: () => void
}
/**
 * The runs of this process that take deliveries. Slow endpoints keep a run busy, so without a limit the endpoints of one account
 * could hold every job of the process, and the mails of others would wait.
 */
const takersOf = oncePer((_principals: Deps['principals']) => new Set<Taker>())
const MAX_TAKERS = 3

/** The handler of `send-webhooks` jobs, which triggers write (migration 0014). Any number of them may run at once. */
export const sendDue: JobHandler = async (deps) => {
  const takers = takersOf(deps.principals)
  const able = [...takers].filter(({ mayGoOn }) => mayGoOn())
  if (able.length < MAX_TAKERS) return takeDue(deps, takers)
  for (const { nudge } of able) nudge()
}

async function takeDue(deps: Deps, takers: Set<Taker>): Promise<void> {
  const startedAt = deps.clock.now()
  const mayGoOn = () => deps.accepting() && Math.abs(deps.clock.now() - startedAt) < BUDGET_MS
  const underWay = new Set<Promise<void>>()
  let ended: Attempted[] = []
  const failures: unknown[] = []
  let nudged = withResolvers<void>()
  let isNudged = false
  const taker: Taker = {
    mayGoOn,
    nudge() {
      isNudged = true
      nudged.resolve()
    },
  }
  takers.add(taker)

  const begin = (delivery: LeasedDelivery) => {
    const task = attempt(deps, delivery)
      .then(
        (attempted) => void ended.push(attempted),
        (cause) => void failures.push(cause),
      )
      .finally(() => underWay.delete(task))
    underWay.add(task)
  }
  try {
    for (;;) {
      const done = ended
      ended = []
      isNudged = false
      nudged = withResolvers<void>()
      const isTaking = mayGoOn() && failures.length === 0
      // Another run takes what is due from here on, and what this one was nudged for.
      if (!isTaking && takers.delete(taker)) await queueNext(deps)
      const room = isTaking ? AT_ONCE_HERE - underWay.size : 0
      const taken = room > 0 || done.length > 0 ? await exchange(deps, done, room) : []
      for (const delivery of taken) begin(delivery)
      // An attempt that ended during the exchange is recorded at once: nothing else may wake this loop for it.
      if (ended.length > 0) continue
      if (underWay.size > 0) await Promise.race(takers.has(taker) ? [...underWay, nudged.promise] : underWay)
      else if (taken.length === 0 && done.length === 0 && !isNudged) break
    }
  } finally {
    takers.delete(taker)
  }
  if (failures.length > 0) throw failures[0]
  await queueNext(deps)
}

/** One write records what has ended and takes what is due. */
async function exchange(deps: Deps, ended: readonly Attempted[], room: number): Promise<LeasedDelivery[]> {
  const { db, clock, random } = deps
  const now = clock.now()
  const lease = base64url(random.bytes(16))
  const settled = (await Promise.all(ended.map((one) => settleSteps(deps, one)))).flat()
  const { taken } = await commit(deps, {
    settled,
    claimed: room === 0 ? undefined : claimDeliveries(db, { lease, now, until: now + LEASE_MS, limit: room }),
    taken: leasedDeliveries(db, lease),
  })
  return taken
}

/** Queues a job for the next attempt, unless one waits for an earlier time. */
async function queueNext(deps: Deps): Promise<void> {
  const [next] = await nextDue(deps.db)
  if (next === undefined || next.at === null || next.at >= NEVER) return
  const now = deps.clock.now()
  const delayMs = Math.min(Math.max(next.at - now, AGAIN_MS), LONGEST_WAIT_MS)
  const job = { kind: 'send-webhooks', userId: null, payload: {}, delayMs }
  await commit(deps, [await queueJob(deps, job, noneQueuedBefore(now + delayMs))])
}
