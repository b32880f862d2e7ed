import { commit, recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import { type Cause, happened } from '../../core/events/queries.ts'
import { newHookSecret, sealHookSecret } from '../../core/hooks/secrets.ts'
import type { Actor } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { overlapOf } from '../../core/rotation/overlap.ts'
import { personBehind } from '../api-keys/own-or-reached.ts'
import { queueJob } from '../jobs/queue-job.ts'
import { targetNotice } from './create-webhook.ts'
import { patternsOf } from './event-filter.ts'
import { deleteWebhook, rotateSecret, updateWebhook, webhookById, webhookWithSecret } from './queries.ts'
import type { UpdateWebhook, WebhookRow } from './schema.ts'
import { assertReached, hostOf, requireTarget, type WriteDeps, webhookAt } from './webhook-reach.ts'

const WRITE = 'webhooks:write'

/**
 * Changes an endpoint. When it is made active, deliveries that waited go on at once. Two round trips besides the one for the
 * principal. Throws `webhook.not_found`, `webhook.changed`, `auth.forbidden`, `auth.fresh_session_required`, `request.invalid`.
 */
export async function changeWebhook(
  deps: WriteDeps,
  cause: Cause,
  actor: Actor,
  id: string,
  changes: UpdateWebhook,
  versions: readonly number[] | undefined,
): Promise<WebhookRow> {
  const person = personBehind(cause, actor)
  const { db, clock } = deps
  const now = clock.now()
  const { orgId } = await webhookAt(deps, person, id, WRITE, true)
  if (changes.url !== undefined) requireTarget(deps, changes.url)
  const updated = newEvent(deps, cause, 'webhook.updated', {
    orgId,
    data: {
      webhookId: id,
      fields: Object.keys(changes).sort(),
      ...(changes.url === undefined ? {} : { host: hostOf(changes.url) }),
      ...(changes.status === undefined ? {} : { status: changes.status }),
    },
  })
  const filter = changes.events && { patterns: patternsOf(changes.events, orgId) }
  const { changed, found } = await commit(deps, {
    changed: recorded(updateWebhook(db, id, { ...changes, ...filter }, { versions, now }), updated),
    goOn:
      changes.status === 'active' || changes.url !== undefined
        ? await queueJob(deps, { kind: 'send-webhooks', userId: null, payload: {} }, happened(updated))
        : undefined,
    notice:
      changes.url === undefined
        ? undefined
        : await targetNotice(deps, cause, { url: changes.url, event: updated, now }),
    found: webhookById(db, id),
  })
  const [webhook] = found
  if (webhook === undefined) throw problem('webhook.not_found')
  if (changed.length > 0) return webhook
  throw problem('webhook.changed')
}

/**
 * Deletes an endpoint with its log. What is being sent at this moment may still arrive. Two round trips besides the one for the
 * principal. Throws `webhook.not_found`, `auth.fresh_session_required`.
 */
export async function removeWebhook(deps: WriteDeps, cause: Cause, actor: Actor, id: string): Promise<void> {
  const person = personBehind(cause, actor)
  const { orgId, url } = await webhookAt(deps, person, id, WRITE)
  const deleted = newEvent(deps, cause, 'webhook.deleted', { orgId, data: { webhookId: id, host: hostOf(url) } })
  const { rows } = await commit(deps, {
    rows: recorded(deleteWebhook(deps.db, id), deleted),
  })
  if (rows.length === 0) throw problem('webhook.not_found')
}

/**
 * Replaces the secret. Requests are signed with both until `overlapUntil`, so receivers can change it without a gap. Two round
 * trips besides the one for the principal. Throws `webhook.not_found`, `webhook.already_rotated`, `auth.forbidden`,
 * `auth.fresh_session_required`, `request.invalid`.
 */
export async function rotateWebhookSecret(
  deps: WriteDeps,
  cause: Cause,
  actor: Actor,
  id: string,
  overlapUntil: string | undefined,
): Promise<{ webhook: WebhookRow; secret: string }> {
  const person = personBehind(cause, actor)
  const { db, clock } = deps
  const now = clock.now()
  const until = overlapOf(overlapUntil, now)
  const [before] = await webhookWithSecret(db, id)
  if (before === undefined) throw problem('webhook.not_found')
  const { orgId } = before
  await assertReached(deps, person, WRITE, { orgId })
  const secret = newHookSecret(deps)
  const rotated = newEvent(deps, cause, 'webhook.secret_rotated', { orgId, data: { webhookId: id } })
  const sealed = await sealHookSecret(deps, secret, id)
  const { rows, found } = await commit(deps, {
    rows: recorded(rotateSecret(db, id, { before: before.secret, secret: sealed, until, now }), rotated),
    found: webhookById(db, id),
  })
  const [webhook] = found
  if (webhook === undefined) throw problem('webhook.not_found')
  if (rows.length > 0) return { webhook, secret }
  throw problem('webhook.already_rotated')
}
