import type { Operation } from '../../runtime/round-trips/operation.ts'
import { byAdmin, byUser } from '../../runtime/round-trips/operation.ts'
import { type Asked, defineContract, LINK } from '../../support/contract.ts'
import { makeOrg } from '../api-keys/support/keys.ts'
import { notificationCases } from './runtime-cases.ts'
import { person, send } from './support/send.ts'

const title = 'Hello'

/** Asked about a notification of the person who asks, or of an administrator who sent it. */
const ofOne = (route: string, status: number): Operation => ({
  route,
  status,
  async prepare({ ask, signUp, admin }) {
    const { user, accessToken } = await signUp()
    const body = { to: [{ userId: user.id }], title }
    const sent = { methodAndPath: 'POST /v1/notifications', token: await admin(), body }
    const { id } = await ask<{ id: string }>(sent, 201)
    const token = route.includes('/me/') ? accessToken : await admin()
    return { methodAndPath: route.replace(':id', id), token }
  },
})

export const contract = defineContract({
  access: {
    // The handler decides by the organisation of the notification; see the tests of this folder.
    'GET /v1/notifications': 'principal',
    'POST /v1/notifications': 'principal',
    'GET /v1/notifications/:id': 'principal',
    'DELETE /v1/notifications/:id': 'principal',
    'GET /v1/me/notifications': 'session',
    'GET /v1/me/notifications/unread-count': 'session',
    'POST /v1/me/notifications/read': 'session',
    'GET /v1/me/notifications/preferences': 'session',
    'PATCH /v1/me/notifications/preferences': 'session',
    'GET /v1/me/notifications/:id': 'session',
    'POST /v1/me/notifications/:id/read': 'session',
    'POST /v1/me/notifications/:id/unread': 'session',
  },
  swappedIds: async (t, owner) => {
    const orgId = await makeOrg(t, owner.accessToken, 'Swapped notifications')
    const { id } = await send(t, owner.accessToken, { to: [{ orgId, userId: owner.user.id }] })
    return {
      'GET /v1/notifications/:id': id,
      'DELETE /v1/notifications/:id': id,
      'GET /v1/me/notifications/:id': id,
      'POST /v1/me/notifications/:id/read': id,
      'POST /v1/me/notifications/:id/unread': id,
    }
  },
  writes: {
    budget: {
      'GET /v1/notifications': 2,
      'POST /v1/notifications': 3, // to organisations in which the caller is no member, whose rules are read; otherwise 2
      'GET /v1/notifications/:id': 2,
      'DELETE /v1/notifications/:id': 2,
      'GET /v1/me/notifications': 2,
      'GET /v1/me/notifications/unread-count': 2,
      'POST /v1/me/notifications/read': 2,
      'GET /v1/me/notifications/preferences': 2,
      'PATCH /v1/me/notifications/preferences': 2,
      'GET /v1/me/notifications/:id': 2,
      'POST /v1/me/notifications/:id/read': 2,
      'POST /v1/me/notifications/:id/unread': 2,
    },
    ask: askNotifications,
  },
  roundTrips: [
    byAdmin('GET /v1/notifications', 200),
    byAdmin('POST /v1/notifications', 201, { body: { to: [{ role: 'admin' }], title } }),
    ofOne('GET /v1/notifications/:id', 200),
    ofOne('DELETE /v1/notifications/:id', 204),
    byUser('GET /v1/me/notifications', 200),
    byUser('GET /v1/me/notifications/unread-count', 200),
    byUser('POST /v1/me/notifications/read', 200, { body: {} }),
    byUser('GET /v1/me/notifications/preferences', 200),
    byUser('PATCH /v1/me/notifications/preferences', 200, { body: { kinds: { billing: 'off' } } }),
    ofOne('GET /v1/me/notifications/:id', 200),
    ofOne('POST /v1/me/notifications/:id/read', 200),
    ofOne('POST /v1/me/notifications/:id/unread', 200),
  ],
  nothingToTrust: {
    notification_recipients: 'what an account is shown after a sign-in',
    notification_preferences: 'what an account is shown after a sign-in',
    notification_digests: 'when the last mail of a kind was sent',
  },
  runtime: notificationCases,
  mails: {
    'notification-digest': {
      titles: 'Your invoice is ready\nA new member has joined Acme',
      more: '3',
      link: LINK,
      unsubscribe: LINK,
    },
  },
})

async function askNotifications({ t, pay, admin }: Asked): Promise<void> {
  const token = await admin()
  const reader = await person(t)
  const theirs = { token: reader.accessToken }
  const orgId = await makeOrg(t, reader.accessToken, 'Notified')
  const route = 'POST /v1/notifications'
  const path = '/v1/notifications'
  for (const to of [
    [{ userId: reader.user.id }],
    [{ role: 'admin' }],
    [{ role: 'user' }, { userId: reader.user.id }],
  ]) {
    const trips = await pay(route, path, { token, body: { to, title } }, 201)
    if (trips > 2) throw new Error('two round trips are enough')
  }
  const ofMembers = { ...theirs, body: { to: [{ orgId }, { orgId, userId: reader.user.id }], title } }
  if ((await pay(route, path, ofMembers, 201)) > 2) throw new Error('two round trips are enough')
  await pay(route, path, { token, body: { to: [{ orgId, role: 'owner' }], title } }, 201)
  await pay(route, path, { ...theirs, body: { to: [{ role: 'admin' }], title } }, 403)
  await pay('GET /v1/notifications', path, { token })
  await pay('GET /v1/notifications', `${path}?orgId=${orgId}`, theirs)

  const { id } = await send(t, reader.accessToken, { to: [{ orgId, userId: reader.user.id }] })
  await pay('GET /v1/notifications/:id', `${path}/${id}`, theirs)
  const mine = '/v1/me/notifications'
  await pay('GET /v1/me/notifications', mine, theirs)
  await pay('GET /v1/me/notifications', `${mine}?unread=true&limit=1`, theirs)
  await pay('GET /v1/me/notifications/unread-count', `${mine}/unread-count`, theirs)
  await pay('GET /v1/me/notifications/:id', `${mine}/${id}`, theirs)
  await pay('POST /v1/me/notifications/:id/read', `${mine}/${id}/read`, theirs)
  await pay('POST /v1/me/notifications/:id/unread', `${mine}/${id}/unread`, theirs)
  await pay('POST /v1/me/notifications/read', `${mine}/read`, { ...theirs, body: { upTo: id } })
  await pay('GET /v1/me/notifications/preferences', `${mine}/preferences`, theirs)
  const body = { default: 'in_app', kinds: { billing: 'off', news: null } }
  await pay('PATCH /v1/me/notifications/preferences', `${mine}/preferences`, { ...theirs, body })
  await pay('DELETE /v1/notifications/:id', `${path}/${id}`, theirs, 204)
  const { id: ofInstance } = await send(t, token, { to: [{ userId: reader.user.id }] })
  await pay('DELETE /v1/notifications/:id', `${path}/${ofInstance}`, theirs, 404)
  for (let times = 0; times < 2; times++)
    await pay('DELETE /v1/notifications/:id', `${path}/${ofInstance}`, { token }, 204)
}
