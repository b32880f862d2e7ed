/** Endpoints to which events are sent, of organisations and of the instance. */
import { Elysia, t } from 'elysia'
import { requirePermission } from '../../core/authz/require-permission.ts'
import { etag, matchVersions } from '../../core/conditions/etags.ts'
import { readNewest } from '../../core/paging/pages.ts'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { IdempotencyKeyHeader, idempotencyKeys } from '../../http/idempotency.ts'
import { failures, NoContent, noContent } from '../../http/responses.ts'
import { changeWebhook, removeWebhook, rotateWebhookSecret } from './change-webhook.ts'
import { createWebhook } from './create-webhook.ts'
import {
  Delivery,
  DeliveryDetail,
  DeliveryPage,
  DeliveryParams,
  ListDeliveries,
  ReplayAccepted,
  ReplayWebhook,
  toDelivery,
  toDeliveryDetail,
} from './delivery-schema.ts'
import { findDelivery, pageOfDeliveries } from './list-deliveries.ts'
import { listWebhooks } from './queries.ts'
import { replayDeliveries, replayDelivery, testWebhook } from './replay.ts'
import {
  CreatedWebhook,
  CreateWebhook,
  IfMatch,
  ListWebhooks,
  RotatedWebhook,
  RotateWebhookSecret,
  toWebhook,
  UpdateWebhook,
  Webhook,
  WebhookPage,
  WebhookParams,
} from './schema.ts'
import { webhookAt } from './webhook-reach.ts'

const tags = ['Webhooks']
const hidden = ['webhook.not_found', 'auth.forbidden'] as const
const ofSending = [...hidden, 'webhook.disabled', 'request.rate_limited', 'idempotency.key_reused'] as const

export function routes(deps: Deps) {
  const keyOf = idempotencyKeys(deps)
  const { clock, db } = deps
  return new Elysia({ name: 'webhooks', prefix: '/v1/webhooks', normalize: false })
    .use(access(deps))
    .get(
      '/',
      async ({ actor, query: { limit, cursor, orgId = null } }) => {
        await requirePermission(deps, actor, 'webhooks:read', orgId)
        const page = await readNewest({ limit, cursor }, (before, rows) => listWebhooks(db, orgId, before, rows))
        return { items: page.items.map((row) => toWebhook(row, clock.now())), nextCursor: page.nextCursor }
      },
      {
        requires: 'principal',
        query: ListWebhooks,
        response: { 200: WebhookPage, ...failures('request.invalid', 'org.not_found', 'auth.forbidden') },
        detail: {
          tags,
          operationId: 'listWebhooks',
          summary: 'List webhooks',
          description:
            'With `orgId` those of the organisation, otherwise those of the instance. Needs `webhooks:read` there.',
        },
      },
    )
    .post(
      '/',
      async ({ actor, body, cause, request, set }) => {
        const key = await keyOf({ request, actor, body, set })
        const { webhook, secret } = await createWebhook(deps, cause(actor), actor, body, key)
        set.status = 201
        set.headers.location = `/v1/webhooks/${webhook.id}`
        set.headers.etag = etag(webhook.version)
        return { ...toWebhook(webhook, clock.now()), ...(secret === undefined ? {} : { secret }) }
      },
      {
        requires: 'principal',
        headers: t.Object(IdempotencyKeyHeader),
        body: CreateWebhook,
        response: {
          201: CreatedWebhook,
          ...failures(
            'auth.forbidden',
            'auth.fresh_session_required',
            'org.not_found',
            'request.invalid',
            'webhook.too_many',
            'webhook.not_found',
            'idempotency.key_reused',
          ),
        },
        detail: {
          tags,
          operationId: 'createWebhook',
          summary: 'Make a webhook',
          description:
            'Needs `webhooks:write` and `audit:read` in the organisation or in the instance, and a fresh session. The events from now on are sent. The secret is shown once: a repeat with the same Idempotency-Key gets the webhook without it.',
        },
      },
    )
    .get(
      '/:id',
      async ({ actor, params, set }) => {
        const webhook = await webhookAt(deps, actor, params.id, 'webhooks:read')
        set.headers.etag = etag(webhook.version)
        return toWebhook(webhook, clock.now())
      },
      {
        requires: 'principal',
        params: WebhookParams,
        response: { 200: Webhook, ...failures('webhook.not_found') },
        detail: { tags, operationId: 'getWebhook', summary: 'Read a webhook' },
      },
    )
    .patch(
      '/:id',
      async ({ actor, body, cause, headers, params, set }) => {
        const versions = matchVersions(headers['if-match'])
        const webhook = await changeWebhook(deps, cause(actor), actor, params.id, body, versions)
        set.headers.etag = etag(webhook.version)
        return toWebhook(webhook, clock.now())
      },
      {
        requires: 'principal',
        params: WebhookParams,
        headers: t.Object(IfMatch),
        body: UpdateWebhook,
        response: {
          200: Webhook,
          ...failures(...hidden, 'auth.fresh_session_required', 'webhook.changed', 'request.invalid'),
        },
        detail: {
          tags,
          operationId: 'updateWebhook',
          summary: 'Change a webhook',
          description:
            'Requires a fresh session. With `status: active` a disabled webhook begins again: deliveries that waited are sent, and events since it was disabled can be sent with `POST …/replay`.',
        },
      },
    )
    .delete(
      '/:id',
      async ({ actor, cause, params }) => {
        await removeWebhook(deps, cause(actor), actor, params.id)
        return noContent()
      },
      {
        requires: 'principal',
        params: WebhookParams,
        response: { 204: NoContent, ...failures(...hidden, 'auth.fresh_session_required') },
        detail: {
          tags,
          operationId: 'deleteWebhook',
          summary: 'Delete a webhook and its log',
          description: 'Requires a fresh session.',
        },
      },
    )
    .post(
      '/:id/rotate-secret',
      async ({ actor, body, cause, params, set }) => {
        const { webhook, secret } = await rotateWebhookSecret(deps, cause(actor), actor, params.id, body.overlapUntil)
        set.headers.etag = etag(webhook.version)
        return { ...toWebhook(webhook, clock.now()), secret }
      },
      {
        requires: 'principal',
        params: WebhookParams,
        body: RotateWebhookSecret,
        response: {
          200: RotatedWebhook,
          ...failures(...hidden, 'auth.fresh_session_required', 'webhook.already_rotated', 'request.invalid'),
        },
        detail: {
          tags,
          operationId: 'rotateWebhookSecret',
          summary: 'Replace the secret of a webhook',
          description:
            'Requests have a signature of each secret for 24 hours more, or until `overlapUntil`. A receiver accepts any of them. Requires a fresh session.',
        },
      },
    )
    .post(
      '/:id/test',
      async ({ actor, cause, params, request, set }) => {
        const key = await keyOf({ request, actor, set })
        set.status = 202
        return toDelivery(await testWebhook(deps, cause(actor), actor, params.id, key))
      },
      {
        requires: 'principal',
        params: WebhookParams,
        headers: t.Object(IdempotencyKeyHeader),
        response: {
          202: Delivery,
          ...failures(...ofSending),
        },
        detail: {
          tags,
          operationId: 'testWebhook',
          summary: 'Send a test event',
          description: 'Sends an event of the type `webhook.test`. Read the delivery to see what came of it.',
        },
      },
    )
    .post(
      '/:id/replay',
      async ({ actor, body, cause, params, request, set }) => {
        const key = await keyOf({ request, actor, body, set })
        const { id } = await replayDeliveries(deps, cause(actor), actor, params.id, body, key)
        set.status = 202
        return { id }
      },
      {
        requires: 'principal',
        params: WebhookParams,
        headers: t.Object(IdempotencyKeyHeader),
        body: ReplayWebhook,
        response: {
          202: ReplayAccepted,
          ...failures(...ofSending, 'request.invalid'),
        },
        detail: {
          tags,
          operationId: 'replayWebhook',
          summary: 'Send the deliveries of a time again',
          description:
            'In their order, each under the same `webhook-id` as before, after all that waits. Needs `webhooks:write`; with `only: missed` also `audit:read`.',
        },
      },
    )
    .get(
      '/:id/deliveries',
      async ({ actor, params, query }) => {
        const { items, nextCursor } = await pageOfDeliveries(deps, actor, params.id, query)
        return { items: items.map(toDelivery), nextCursor }
      },
      {
        requires: 'principal',
        params: WebhookParams,
        query: ListDeliveries,
        response: { 200: DeliveryPage, ...failures(...hidden, 'request.invalid') },
        detail: {
          tags,
          operationId: 'listWebhookDeliveries',
          summary: 'List what was sent to a webhook',
          description: 'Newest first, of the last 14 days. Needs `webhooks:read` and `audit:read`.',
        },
      },
    )
    .get(
      '/:id/deliveries/:deliveryId',
      async ({ actor, params }) => toDeliveryDetail(await findDelivery(deps, actor, params)),
      {
        requires: 'principal',
        params: DeliveryParams,
        response: { 200: DeliveryDetail, ...failures(...hidden, 'webhook.delivery_not_found') },
        detail: {
          tags,
          operationId: 'getWebhookDelivery',
          summary: 'Read a delivery',
          description:
            'With the body, each attempt, and the begin of the last answer. Needs `webhooks:read` and `audit:read`.',
        },
      },
    )
    .post(
      '/:id/deliveries/:deliveryId/replay',
      async ({ actor, cause, params, request, set }) => {
        const key = await keyOf({ request, actor, set })
        set.status = 202
        return toDelivery(await replayDelivery(deps, cause(actor), actor, params, key))
      },
      {
        requires: 'principal',
        params: DeliveryParams,
        headers: t.Object(IdempotencyKeyHeader),
        response: {
          202: Delivery,
          ...failures(...hidden, 'webhook.delivery_not_found', 'webhook.disabled', 'idempotency.key_reused'),
        },
        detail: {
          tags,
          operationId: 'replayWebhookDelivery',
          summary: 'Send a delivery again',
          description:
            'Makes a new delivery with the same bytes and the same `webhook-id`. A delivery that waits for its next attempt is sent now instead.',
        },
      },
    )
}
