/** Open streams show notifications as they come (`GET /v1/events`). */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { call, type Session, setUpAdmin } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import { join, makeOrg } from '../api-keys/support/keys.ts'
import { openStream, type Stream } from '../events/support/stream.ts'
import { type Notification, person, send } from './support/send.ts'

let t: TestApp
let token: string
beforeAll(async () => {
  t = await createTestApp()
  token = (await setUpAdmin(t)).accessToken
})
const streams: Stream[] = []
afterAll(async () => {
  for (const stream of streams) await stream.close()
  await t.close()
})

async function open({ accessToken }: Session, asked: { query?: string; headers?: Record<string, string> } = {}) {
  const stream = await openStream(t, { token: accessToken, ...asked })
  expect(stream.status).toBe(200)
  streams.push(stream)
  return stream
}
/** The ids of the notifications that a stream told of. */
const told = ({ events }: Stream, type = 'notification.created') =>
  events.flatMap(({ event, data }) =>
    event === type ? [(data.data as { notificationId: string }).notificationId] : [],
  )

test('a notification is told to its recipient as it comes, and can be read by the id that was told', async () => {
  const [reader, other] = [await person(t), await person(t)]
  const [own, others] = [await open(reader), await open(other)]
  const { id } = await send(t, token, { to: [{ userId: reader.user.id }], title: 'Now', kind: 'billing' })
  await own.until(() => told(own).length > 0)
  expect(told(own)).toEqual([id])
  const [{ data } = { data: {} }] = own.events
  expect(data).toMatchObject({ subject: reader.user.id, orgId: null, data: { notificationId: id, kind: 'billing' } })
  expect(JSON.stringify(data)).not.toContain('Now')
  const read = await call<Notification>(t, `GET /v1/me/notifications/${told(own)[0]}`, { token: reader.accessToken })
  expect(read.body.title).toBe('Now')
  // What happens to the other one comes later than anything that was told by mistake.
  const last = await send(t, token, { to: [{ userId: other.user.id }] })
  await others.until(() => told(others).length > 0)
  expect(told(others)).toEqual([last.id])
})

test('a mark in one window is told to the others', async () => {
  const reader = await person(t)
  const { id } = await send(t, token, { to: [{ userId: reader.user.id }] })
  const stream = await open(reader)
  await call(t, `POST /v1/me/notifications/${id}/read`, { token: reader.accessToken })
  await stream.until(() => told(stream, 'notification.read').length > 0)
  expect(told(stream, 'notification.read')).toEqual([id])
})

test('what came while a window was away is told once when it comes back', async () => {
  const reader = await person(t)
  const to = [{ userId: reader.user.id }]
  const first = await open(reader)
  const before = await send(t, token, { to })
  await first.until(() => told(first).length === 1)
  await first.close()
  const [missed, alsoMissed] = [await send(t, token, { to }), await send(t, token, { to })]
  const second = await open(reader, { headers: { 'last-event-id': first.lastEventId() } })
  const after = await send(t, token, { to })
  await second.until(() => told(second).includes(after.id))
  expect([...told(first), ...told(second)]).toEqual([before.id, missed.id, alsoMissed.id, after.id])
})

test('the room of an organisation says that something was sent, and not who got it', async () => {
  const [owner, member] = [await person(t), await person(t)]
  const orgId = await makeOrg(t, owner.accessToken)
  await join(t, orgId, member, ['member'])
  const watching = await open(owner, { query: `rooms=org:${orgId}` })
  const reading = await open(member)
  const { id } = await send(t, owner.accessToken, { to: [{ orgId }, { orgId, userId: member.user.id }] })
  await t.work()
  await reading.until(() => told(reading).length > 0)
  await call(t, `DELETE /v1/notifications/${id}`, { token: owner.accessToken })
  await watching.until(() => told(watching, 'notification.retracted').length > 0)
  expect(told(watching, 'notification.sent')).toEqual([id])
  expect(told(watching)).toEqual([])
})
