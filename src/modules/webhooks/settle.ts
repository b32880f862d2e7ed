/** What an attempt changes: the delivery, the next one of its subject, and the endpoint. */
import { recorded, type Step } from '../../core/events/commit.ts'
import { newEvent, systemCause } from '../../core/events/new-event.ts'
import { happened } from '../../core/events/queries.ts'
import type { Deps } from '../../deps.ts'
import { queueJob } from '../jobs/queue-job.ts'
import { type Attempted, nextAttemptAt } from './attempt.ts'
import { disableWebhook, noteFailure, noteSuccess } from './queries.ts'
import { dueNext, hurryAll, PROBED_AFTER, settleDelivery } from './send-queries.ts'
import { hostOf } from './webhook-reach.ts'

/**
 * The pause of an endpoint by the number of its failures in a row. From the fifth on, one request in each pause tells whether it
 * works again; a day of failures costs it some 150 requests, whatever waits for it.
 */
const PAUSES_MS = [0, 0, 0, 0, 10_000, 30_000, 60_000, 120_000, 300_000, 600_000]

/** A delivery that this server itself cannot send is tried again after this time. */
const BROKEN_WAIT_MS = 3_600_000

export async function settleSteps(deps: Deps, attempted: Attempted): Promise<Step[]> {
  const { db, clock, random } = deps
  const { delivery, body, answer, tried, result, retryAt } = attempted
  const now = clock.now()
  const { webhookId } = delivery
  const settle = (state: 'pending' | 'delivered' | 'failed', dueAt = now) =>
    settleDelivery(db, delivery, { state, dueAt, body, answer, tried })
  if (result === 'delivered') {
    // It had failed for so long that deliveries wait for hours.
    const works = delivery.failures >= PROBED_AFTER ? [hurryAll(db, webhookId, now)] : []
    return [settle('delivered'), dueNext(db, delivery, now), noteSuccess(db, webhookId, now), ...works]
  }
  const again = result === 'gone' ? undefined : nextAttemptAt(delivery.attempts + 1, { now, retryAt, random: random })
  if (result === 'broken')
    return again === undefined || body === null
      ? [settle('failed'), dueNext(db, delivery, now)]
      : [settle('pending', now + BROKEN_WAIT_MS)]
  // In this order: each asks whether the one before it changed a row, so a worker that lost its lease changes nothing.
  return [
    again === undefined ? settle('failed') : settle('pending', again),
    noteFailure(db, webhookId, { now, retryAt, pausesMs: PAUSES_MS }),
    ...(await disableSteps(deps, attempted, now)),
    ...(again === undefined ? [dueNext(db, delivery, now)] : []),
  ]
}

/** Disables the endpoint if it said that it is gone, or if nothing has arrived for days. The owners get a mail. */
async function disableSteps(deps: Deps, { delivery, result }: Attempted, now: number): Promise<Step[]> {
  const { webhookId, orgId, url, failures } = delivery
  const reason = result === 'gone' ? 'gone' : 'failing'
  // Few failures cannot be enough. The statement asks for how many there are now, and since when.
  if (reason === 'failing' && failures < PROBED_AFTER) return []
  const disabled = newEvent(deps, systemCause, 'webhook.disabled', {
    orgId,
    data: { webhookId, host: hostOf(url), reason },
  })
  const notice = { webhookId, orgId, host: hostOf(url), at: now }
  return [
    recorded(disableWebhook(deps.db, webhookId, reason, now), disabled),
    await queueJob(
      deps,
      { kind: 'webhook-notice', userId: null, payload: notice, eventId: disabled.id },
      happened(disabled),
    ),
  ]
}
