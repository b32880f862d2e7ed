/** Notifications, for those who send them. */
import { Elysia, t } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { IdempotencyKeyHeader, idempotencyKeys } from '../../http/idempotency.ts'
import { failures, NoContent, noContent } from '../../http/responses.ts'
import {
  ListSentNotifications,
  NotificationParams,
  SendNotification,
  SentNotification,
  SentNotificationPage,
  toSent,
} from './schema.ts'
import { sendNotification } from './send.ts'
import { pageOfSent, retractNotification, sentNotification } from './sent-notifications.ts'

const tags = ['Notifications']

export function routes(deps: Deps) {
  const keyOf = idempotencyKeys(deps)
  return new Elysia({ name: 'notifications', prefix: '/v1/notifications', normalize: false })
    .use(access(deps))
    .get(
      '/',
      async ({ actor, query }) => {
        const { items, nextCursor } = await pageOfSent(deps, actor, query)
        return { items: items.map(toSent), nextCursor }
      },
      {
        requires: 'principal',
        query: ListSentNotifications,
        response: { 200: SentNotificationPage, ...failures('request.invalid', 'org.not_found', 'auth.forbidden') },
        detail: {
          tags,
          operationId: 'listSentNotifications',
          summary: 'List the notifications that were sent',
          description:
            'With `orgId` those of the organisation, otherwise those of the instance. Needs `notifications:read` there.',
        },
      },
    )
    .post(
      '/',
      async ({ actor, body, cause, request, set }) => {
        const key = await keyOf({ request, actor, body, set })
        const sent = await sendNotification(deps, cause(actor), actor, body, key)
        set.status = 201
        set.headers.location = `/v1/notifications/${sent.id}`
        return toSent(sent)
      },
      {
        requires: 'principal',
        headers: t.Object(IdempotencyKeyHeader),
        body: SendNotification,
        response: {
          201: SentNotification,
          ...failures(
            'request.invalid',
            'auth.forbidden',
            'org.not_found',
            'notification.too_many_pending',
            'notification.not_found',
            'request.rate_limited',
            'idempotency.key_reused',
          ),
        },
        detail: {
          tags,
          operationId: 'sendNotification',
          summary: 'Send a notification',
          description:
            'To people, organisations and roles. Needs `notifications:write` in the organisation that every target names, otherwise in the instance. People who are named have it with the answer; organisations and roles get it by jobs, and `state` says when all have it. An id of nobody reaches nobody. Each recipient has one event `notification.created`, which open streams show.',
        },
      },
    )
    .get('/:id', async ({ actor, params }) => toSent(await sentNotification(deps, actor, params.id)), {
      requires: 'principal',
      params: NotificationParams,
      response: { 200: SentNotification, ...failures('notification.not_found') },
      detail: {
        tags,
        operationId: 'getSentNotification',
        summary: 'Read a notification that was sent, and how far it is',
      },
    })
    .delete(
      '/:id',
      async ({ actor, cause, params }) => {
        await retractNotification(deps, cause(actor), actor, params.id)
        return noContent()
      },
      {
        requires: 'principal',
        params: NotificationParams,
        response: { 204: NoContent, ...failures('notification.not_found') },
        detail: {
          tags,
          operationId: 'retractNotification',
          summary: 'Retract a notification',
          description:
            'It leaves the lists of its recipients, and those who do not have it yet do not get it. Needs `notifications:write` where it was sent.',
        },
      },
    )
}
