import { expect } from 'bun:test'
import type { Notification, Preferences, SentNotification } from '../../../src/modules/notifications/schema.ts'
import { guarantee } from '../../runtime/case.ts'

interface OwnPage {
  items: Notification[]
  unreadCount: number
}

export const notificationCases = [
  guarantee(
    'a notification is sent once, listed, marked and retracted, and reaches its recipient alone',
    [
      'GET /v1/notifications',
      'POST /v1/notifications',
      'GET /v1/notifications/:id',
      'DELETE /v1/notifications/:id',
      'GET /v1/me/notifications',
      'GET /v1/me/notifications/unread-count',
      'POST /v1/me/notifications/read',
      'GET /v1/me/notifications/:id',
      'POST /v1/me/notifications/:id/read',
      'POST /v1/me/notifications/:id/unread',
    ],
    async ({ admin, signUp, call, refused }) => {
      const { accessToken: token } = await admin()
      const reader = await signUp()
      const other = await signUp()
      const own = { token: reader.accessToken }
      const body = { to: [{ userId: reader.user.id }], kind: 'runtime', title: 'Hello', data: { path: '/a' } }
      await refused('POST /v1/notifications', 'auth.forbidden', { ...own, body })
      await refused('POST /v1/notifications', 'request.invalid', { token, body: { ...body, to: [] } })

      const headers = { 'idempotency-key': `notify-${reader.user.id}` }
      const sent = await call<SentNotification>('POST /v1/notifications', { token, body, headers })
      const again = await call<SentNotification>('POST /v1/notifications', { token, body, headers })
      const { id } = sent.body
      expect([sent.status, again.status, again.body.id]).toEqual([201, 201, id])
      expect(sent.body).toMatchObject({ state: 'sent', recipients: 1, orgId: null })
      expect(sent.headers.get('location')).toBe(`/v1/notifications/${id}`)
      expect((await call<SentNotification>(`GET /v1/notifications/${id}`, { token })).body.recipients).toBe(1)
      const all = await call<{ items: SentNotification[] }>('GET /v1/notifications?limit=100', { token })
      expect(all.body.items.map((item) => item.id)).toContain(id)

      const listed = await call<OwnPage>('GET /v1/me/notifications', own)
      expect(listed.body).toMatchObject({
        unreadCount: 1,
        items: [{ id, title: 'Hello', data: { path: '/a' }, readAt: null }],
      })
      await refused(`GET /v1/me/notifications/${id}`, 'notification.not_found', { token: other.accessToken })
      await refused(`POST /v1/me/notifications/${id}/read`, 'notification.not_found', { token: other.accessToken })
      const read = await call<Notification>(`POST /v1/me/notifications/${id}/read`, own)
      expect(read.body.readAt).toBeString()
      const unread = await call<Notification>(`POST /v1/me/notifications/${id}/unread`, own)
      expect(unread.body.readAt).toBeNull()
      const counted = await call('GET /v1/me/notifications/unread-count', own)
      expect(counted.body).toEqual({ unreadCount: 1 })
      expect((await call('POST /v1/me/notifications/read', { ...own, body: {} })).body).toEqual({ unreadCount: 0 })
      expect((await call<Notification>(`GET /v1/me/notifications/${id}`, own)).body.readAt).toBeString()

      expect((await call(`DELETE /v1/notifications/${id}`, { token })).status).toBe(204)
      await refused(`GET /v1/me/notifications/${id}`, 'notification.not_found', own)
    },
  ),
  guarantee(
    'a person who wants a kind of notification no more does not get it',
    ['GET /v1/me/notifications/preferences', 'PATCH /v1/me/notifications/preferences'],
    async ({ admin, signUp, call }) => {
      const { accessToken: token } = await admin()
      const { user, accessToken } = await signUp()
      const own = { token: accessToken }
      const before = await call<Preferences>('GET /v1/me/notifications/preferences', own)
      expect(before.body).toEqual({ default: 'mail_digest', kinds: {}, received: [] })
      const body = { kinds: { news: 'off' } }
      const chosen = await call<Preferences>('PATCH /v1/me/notifications/preferences', { ...own, body })
      expect(chosen.body.kinds).toEqual({ news: 'off' })
      for (const kind of ['news', 'billing'])
        await call('POST /v1/notifications', { token, body: { to: [{ userId: user.id }], kind, title: kind } })
      const listed = await call<OwnPage>('GET /v1/me/notifications', own)
      expect(listed.body.items.map(({ title }) => title)).toEqual(['billing'])
    },
  ),
]
