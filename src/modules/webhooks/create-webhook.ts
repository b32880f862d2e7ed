import { placeAt } from '../../core/authz/require-permission.ts'
import { recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import { type Cause, happened } from '../../core/events/queries.ts'
import { newHookSecret, sealHookSecret } from '../../core/hooks/secrets.ts'
import { commitOnce, type IdempotencyKey } from '../../core/idempotency/commit-once.ts'
import { replay } from '../../core/idempotency/replay.ts'
import type { Actor } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { describeDevice } from '../../lib/devices.ts'
import { personBehind } from '../api-keys/own-or-reached.ts'
import { queueMail } from '../mail/queue-mail.ts'
import { patternsOf } from './event-filter.ts'
import { LATEST_VERSION } from './payloads.ts'
import { insertWebhook, type NewWebhook, webhookOfKey } from './queries.ts'
import type { CreateWebhook, WebhookRow } from './schema.ts'
import { hostOf, refusalOf, requireTarget, type WriteDeps } from './webhook-reach.ts'

/**
 * Makes an endpoint of an organisation, or of the instance. It gets the events from now on. Two round trips with the one for the
 * principal. A repeat with the same key gets the endpoint without its secret, which is shown once.
 *
 * Throws `webhook.too_many`, `org.not_found`, `auth.forbidden`, `auth.fresh_session_required`, `request.invalid`,
 * `idempotency.key_reused`.
 */
export async function createWebhook(
  deps: WriteDeps,
  cause: Cause,
  actor: Actor,
  body: CreateWebhook,
  key?: IdempotencyKey,
): Promise<{ webhook: WebhookRow; secret: string | undefined }> {
  const person = personBehind(cause, actor)
  const { db, clock, random } = deps
  const now = clock.now()
  const orgId = body.orgId ?? null
  const place = await placeAt(deps, orgId)
  const refusal = place
    ? refusalOf(person, 'webhooks:write', place, { showsEvents: true, now })
    : problem('org.not_found')
  if (refusal !== undefined) throw refusal
  requireTarget(deps, body.url)
  const id = random.id('whk')
  const secret = newHookSecret(deps)
  const row: NewWebhook = {
    id,
    orgId,
    url: body.url,
    name: body.name ?? '',
    events: body.events,
    patterns: patternsOf(body.events, orgId),
    format: body.format ?? 'standard',
    payloadVersion: body.payloadVersion ?? LATEST_VERSION,
    status: 'active',
    disabledReason: null,
    secret: await sealHookSecret(deps, secret, id),
    previousSecret: null,
    previousUntil: null,
    failures: 0,
    failingSince: null,
    resumeAt: 0,
    deliveredAt: null,
    createdBy: cause.actorId,
    version: 1,
    createdAt: now,
    updatedAt: now,
  }
  const created = newEvent(deps, cause, 'webhook.created', {
    orgId,
    data: { webhookId: id, host: hostOf(body.url), events: body.events },
  })
  const results = await commitOnce(
    deps,
    { key, event: created, subjectId: id },
    {
      inserted: recorded(insertWebhook(db, row), created),
      notice: await targetNotice(deps, cause, { url: body.url, event: created, now }),
    },
  )
  if (!results) {
    const { webhook } = await replay(key, (name) => webhookOfKey(db, name))
    if (!webhook) throw problem('webhook.not_found')
    return { webhook, secret: undefined }
  }
  if (results.inserted.length === 0) throw problem('webhook.too_many')
  return { webhook: row, secret }
}

/**
 * Tells the person whose session it was: a webhook outlives the session of a thief, and sends events to wherever they like. The
 * operator of the machine has no session.
 */
export function targetNotice(
  deps: WriteDeps,
  cause: Cause,
  { url, event, now }: { url: string; event: { id: string }; now: number },
) {
  if (cause.actorId === null) return undefined
  const data = {
    host: hostOf(url),
    device: describeDevice(cause.userAgent),
    address: cause.address ?? 'unknown',
    at: now,
  }
  return queueMail(
    deps,
    { userId: cause.actorId, content: { template: 'webhook-target', data }, cause },
    happened(event),
  )
}
