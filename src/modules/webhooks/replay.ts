/** Sends again: one delivery, those of a time, or a test. */
import { recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import { type Cause, happened, whileHolds } from '../../core/events/queries.ts'
import { toWireEvent } from '../../core/feed/wire-event.ts'
import { commitOnce, type IdempotencyKey } from '../../core/idempotency/commit-once.ts'
import { replay } from '../../core/idempotency/replay.ts'
import { rateLimited } from '../../core/limits/rate-limit-headers.ts'
import type { Actor, Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { iso } from '../../lib/iso-time.ts'
import { queueJob } from '../jobs/queue-job.ts'
import {
  deliveryById,
  deliveryOfKey,
  hurryDelivery,
  insertDelivery,
  type NewDelivery,
  shownDelivery,
  subjectOfKey,
} from './delivery-queries.ts'
import type { DeliveryRow, ReplayWebhook } from './delivery-schema.ts'
import { payloadOf } from './payloads.ts'
import { isActive } from './queries.ts'
import type { Range } from './replay-range.ts'
import { assertReached, type WriteDeps, webhookAt } from './webhook-reach.ts'

const WRITE = 'webhooks:write'
const KEEP_MS = 14 * 86_400_000

const fresh = {
  state: 'pending' as const,
  attempts: 0,
  lease: null,
  tries: [],
  answer: null,
  finishedAt: null,
}

/**
 * Sends a delivery again under the same `webhook-id`, with the same bytes, after all that waits. One that waits for its next
 * attempt is sent now. Two round trips besides the one for the principal. Throws `webhook.not_found`,
 * `webhook.delivery_not_found`, `webhook.disabled`, `auth.forbidden`.
 */
export async function replayDelivery(
  deps: WriteDeps,
  cause: Cause,
  actor: Actor,
  { id: webhookId, deliveryId: id }: { id: string; deliveryId: string },
  key?: IdempotencyKey,
): Promise<DeliveryRow> {
  const { db, clock, random, queue } = deps
  const now = clock.now()
  const [found] = await deliveryById(db, webhookId, id)
  if (found === undefined) throw problem('webhook.not_found')
  const { target, delivery } = found
  await assertReached(deps, actor, WRITE, { orgId: target.orgId })
  if (delivery === null) throw problem('webhook.delivery_not_found')
  const condition = isActive(webhookId)
  const replayed = newEvent(deps, cause, 'webhook.replayed', {
    orgId: target.orgId,
    data: { webhookId, deliveryId: id },
  })
  const { eventId, eventType, subject, body } = delivery
  const again: NewDelivery = {
    ...fresh,
    id: random.id('dlv'),
    webhookId,
    eventId,
    eventType,
    subject,
    cause: 'replay',
    body,
    replayKey: null,
    createdAt: now,
  }
  const isPending = delivery.state === 'pending'
  const results = await commitOnce(
    deps,
    { key, event: replayed, subjectId: isPending ? id : again.id },
    {
      rows: recorded(
        isPending ? hurryDelivery(db, webhookId, id, now, condition) : insertDelivery(db, again, condition),
        replayed,
      ),
      job: isPending
        ? await queueJob(deps, { kind: 'send-webhooks', userId: null, payload: {} }, happened(replayed))
        : undefined,
      active: whileHolds(db, condition),
      current: shownDelivery(db, webhookId, id),
    },
  )
  if (!results) return replayedDelivery(deps, key)
  const [row] = results.rows
  if (row !== undefined) {
    queue.wake()
    return row
  }
  if (results.active.length === 0) throw problem('webhook.disabled')
  // It is being sent at this moment, or waits for an earlier one of its subject.
  const [waiting] = results.current
  if (isPending && waiting !== undefined) return waiting
  throw problem('webhook.delivery_not_found')
}

async function replayedDelivery({ db }: Pick<Deps, 'db'>, key: IdempotencyKey | undefined): Promise<DeliveryRow> {
  const { delivery } = await replay(key, (name) => deliveryOfKey(db, name))
  if (delivery === null) throw problem('webhook.delivery_not_found')
  return delivery
}

/**
 * Queues the replay of a time, which a job does in slices. Two round trips besides the one for the principal. Throws
 * `webhook.not_found`, `webhook.disabled`, `auth.forbidden`, `request.invalid`, `request.rate_limited`.
 */
export async function replayDeliveries(
  deps: WriteDeps & Pick<Deps, 'limiter'>,
  cause: Cause,
  actor: Actor,
  id: string,
  { since, until, only = 'failed' }: ReplayWebhook,
  key?: IdempotencyKey,
): Promise<{ id: string }> {
  const { db, clock, queue } = deps
  const now = clock.now()
  // What happens during the replay is sent anyway.
  const range = {
    since: since === undefined ? now - KEEP_MS : Date.parse(since),
    until: Math.min(until === undefined ? now : Date.parse(until), now),
  }
  if (!(range.since < range.until)) throw invalidTime('/since', 'Expected a time before `until`, and in the past')
  if (range.since < now - KEEP_MS) throw invalidTime('/since', 'Expected a time in the last 14 days')
  // Events are read for it, as in the audit log.
  const { orgId, status } = await webhookAt(deps, actor, id, WRITE, only === 'missed')
  if (status === 'disabled') throw problem('webhook.disabled')
  const allowance = deps.limiter.takeHere('webhook-replay:webhook', id)
  if (!allowance.allowed) throw rateLimited(allowance)
  const replayed = newEvent(deps, cause, 'webhook.replayed', {
    orgId,
    data: { webhookId: id, only, since: iso(range.since), until: iso(range.until) },
  })
  const payload: Range = { webhookId: id, only, ...range, after: only === 'missed' ? '' : '0', replayId: replayed.id }
  const job = await queueJob(
    deps,
    { kind: 'replay-webhooks', userId: null, payload, eventId: replayed.id },
    isActive(id),
  )
  const once = { key, event: replayed, subjectId: replayed.id }
  const results = await commitOnce(deps, once, {
    queued: recorded(job.statement, replayed),
  })
  if (!results) return replay(key, (name) => subjectOfKey(db, name))
  if (results.queued.length === 0) throw problem('webhook.disabled')
  queue.wake()
  return { id: replayed.id }
}

const invalidTime = (path: string, message: string) => problem('request.invalid', { errors: [{ path, message }] })

/**
 * Sends an event of the type `webhook.test` to one endpoint. Two round trips besides the one for the principal. Throws
 * `webhook.not_found`, `webhook.disabled`, `auth.forbidden`, `request.rate_limited`.
 */
export async function testWebhook(
  deps: WriteDeps & Pick<Deps, 'limiter'>,
  cause: Cause,
  actor: Actor,
  id: string,
  key?: IdempotencyKey,
): Promise<DeliveryRow> {
  const { config, db, clock, random, queue, limiter } = deps
  const now = clock.now()
  const { orgId, format, payloadVersion } = await webhookAt(deps, actor, id, WRITE)
  const allowance = limiter.takeHere('webhook-test:webhook', id)
  if (!allowance.allowed) throw rateLimited(allowance)
  const eventId = random.id('evt')
  const event = toWireEvent({
    id: eventId,
    type: 'webhook.test',
    result: 'success',
    at: now,
    actorId: cause.actorId,
    orgId,
    userId: null,
    sessionId: null,
    actingFor: null,
    data: { webhookId: id },
  })
  const delivery: NewDelivery = {
    ...fresh,
    id: random.id('dlv'),
    webhookId: id,
    eventId,
    eventType: event.type,
    // Of its own: a test waits for no other delivery.
    subject: eventId,
    cause: 'test',
    body: payloadOf(event, { format, version: payloadVersion, source: config.appUrl }).body,
    replayKey: null,
    createdAt: now,
  }
  const tested = newEvent(deps, cause, 'webhook.tested', { orgId, data: { webhookId: id, deliveryId: delivery.id } })
  const results = await commitOnce(
    deps,
    { key, event: tested, subjectId: delivery.id },
    {
      rows: recorded(insertDelivery(db, delivery, isActive(id)), tested),
    },
  )
  if (!results) return replayedDelivery(deps, key)
  const [row] = results.rows
  if (row === undefined) throw problem('webhook.disabled')
  queue.wake()
  return row
}
