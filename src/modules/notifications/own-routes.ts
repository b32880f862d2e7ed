/** The notifications of the signed-in person. */
import { Elysia } from 'elysia'
import type { Deps, SessionPrincipal } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { failures } from '../../http/responses.ts'
import { markAllOwn, markOwn, ownNotification, pageOfOwn, unreadCountOf } from './own-notifications.ts'
import { readPreferences, updatePreferences } from './preferences.ts'
import {
  ListNotifications,
  Notification,
  NotificationPage,
  NotificationParams,
  Preferences,
  ReadAll,
  toNotification,
  UnreadCount,
  UpdatePreferences,
} from './schema.ts'

const tags = ['Notifications']
const params = NotificationParams

const personOf = ({ user, sessionId }: SessionPrincipal) => ({ userId: user.id, sessionId })

export const ownRoutes = (deps: Deps) =>
  new Elysia({ name: 'my-notifications', prefix: '/v1/me/notifications', normalize: false })
    .use(access(deps))
    .get(
      '/',
      async ({ actor, query }) => {
        const { items, ...page } = await pageOfOwn(deps, actor.user.id, query)
        return { items: items.map(toNotification), ...page }
      },
      {
        actor: 'session',
        query: ListNotifications,
        response: { 200: NotificationPage, ...failures('request.invalid') },
        detail: {
          tags,
          operationId: 'listMyNotifications',
          summary: 'List my notifications',
          description: 'Newest first, of the last 90 days, with the number of all that are unread.',
        },
      },
    )
    .get('/unread-count', async ({ actor }) => ({ unreadCount: await unreadCountOf(deps, actor.user.id) }), {
      actor: 'session',
      response: { 200: UnreadCount, ...failures() },
      detail: { tags, operationId: 'countMyUnreadNotifications', summary: 'Count my unread notifications' },
    })
    .post(
      '/read',
      async ({ actor, body, cause }) => ({
        unreadCount: await markAllOwn(deps, cause(actor), personOf(actor), body.upTo),
      }),
      {
        actor: 'session',
        body: ReadAll,
        response: { 200: UnreadCount, ...failures() },
        detail: {
          tags,
          operationId: 'markMyNotificationsRead',
          summary: 'Mark all my notifications as read',
          description:
            'With `upTo` those up to that one. So what arrives while the person looks at the list stays unread. The answer says how many are unread then.',
        },
      },
    )
    .get('/preferences', ({ actor }) => readPreferences(deps, actor.user.id), {
      actor: 'session',
      response: { 200: Preferences, ...failures() },
      detail: { tags, operationId: 'getMyNotificationPreferences', summary: 'Read how notifications reach me' },
    })
    .patch('/preferences', ({ actor, body, cause }) => updatePreferences(deps, cause(actor), personOf(actor), body), {
      actor: 'session',
      body: UpdatePreferences,
      response: { 200: Preferences, ...failures('notification.too_many_preferences') },
      detail: {
        tags,
        operationId: 'updateMyNotificationPreferences',
        summary: 'Choose how notifications reach me',
        description: 'Counts for what is sent from then on.',
      },
    })
    .get('/:id', async ({ actor, params: { id } }) => toNotification(await ownNotification(deps, actor.user.id, id)), {
      actor: 'session',
      params,
      response: { 200: Notification, ...failures('notification.not_found') },
      detail: { tags, operationId: 'getMyNotification', summary: 'Read one of my notifications' },
    })
    .post(
      '/:id/read',
      async ({ actor, cause, params: { id } }) =>
        toNotification(await markOwn(deps, cause(actor), personOf(actor), id, 'read')),
      {
        actor: 'session',
        params,
        response: { 200: Notification, ...failures('notification.not_found') },
        detail: {
          tags,
          operationId: 'markMyNotificationRead',
          summary: 'Mark a notification as read',
          description: 'A repetition changes nothing.',
        },
      },
    )
    .post(
      '/:id/unread',
      async ({ actor, cause, params: { id } }) =>
        toNotification(await markOwn(deps, cause(actor), personOf(actor), id, 'unread')),
      {
        actor: 'session',
        params,
        response: { 200: Notification, ...failures('notification.not_found') },
        detail: {
          tags,
          operationId: 'markMyNotificationUnread',
          summary: 'Mark a notification as unread',
          description: 'No mail names it again.',
        },
      },
    )
