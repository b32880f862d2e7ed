import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { call, signUp } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import { dial } from './support/client.ts'
import { type Listener, listen } from './support/listen.ts'

let t: TestApp
let server: Listener
beforeAll(async () => {
  t = await createTestApp()
  server = listen(t)
})
afterAll(async () => {
  await server.stop()
  await t.close()
})

let people = 0
const person = () => signUp(t, `person${++people}@example.com`)

describe('a connection', () => {
  test('tells the events of a room as they happen', async () => {
    const { accessToken: token, user } = await person()
    const client = await dial(server.url, { token })
    expect(await client.next('welcome')).toMatchObject({
      actorId: user.id,
      connectionId: expect.stringMatching(/^con_/),
    })
    const room = `user:${user.id}`
    client.say({ type: 'subscribe', id: 'a', room })
    expect(await client.next('subscribed')).toMatchObject({ id: 'a', rooms: [room] })
    await call(t, 'PATCH /v1/me', { token, body: { name: 'Ada' } })
    const { event } = await client.next('event')
    expect(event).toMatchObject({ type: 'user.updated', subject: user.id })
    client.close()
  })
})
