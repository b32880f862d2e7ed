/** GET /v1/realtime: what a client says and hears, over real sockets. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { call, type Session, setUpAdmin, signUp } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import { join, makeKey, makeOrg } from '../api-keys/support/keys.ts'
import { type Client, type Dial, dial, type Heard } from './support/client.ts'
import { type Listener, listen } from './support/listen.ts'

let t: TestApp
let server: Listener
const clients: Client[] = []
let admin: Session
beforeAll(async () => {
  t = await createTestApp()
  admin = await setUpAdmin(t)
  server = listen(t)
})
afterAll(async () => {
  for (const client of clients) client.close()
  await server.stop()
  await t.close()
})

let people = 0
const person = () => signUp(t, `person${++people}@example.com`)
const connect = async (dialled: Dial = {}) => {
  const client = await dial(server.url, dialled)
  clients.push(client)
  return client
}
const rename = async ({ accessToken: token }: Session, name: string) => {
  const answer = await call(t, 'PATCH /v1/me', { token, body: { name } })
  expect(answer.status, answer.text).toBe(200)
}
const roomOf = ({ user }: Session) => `user:${user.id}`
/** The events that came, in their order. */
const eventsOf = ({ heard }: Client) =>
  heard.flatMap(({ type, event, room }) =>
    type === 'event' ? [{ room, ...(event as { id: string; type: string }) }] : [],
  )
const isEvent = (wanted: string) => (message: Heard) => (message.event as { type: string }).type === wanted

describe('a person', () => {
  test('hears what happens to the own account, and nothing of others', async () => {
    const [one, other] = [await person(), await person()]
    const client = await connect({ token: one.accessToken })
    expect(await client.next('welcome')).toEqual({
      type: 'welcome',
      connectionId: expect.stringMatching(/^con_/),
      actorId: one.user.id,
      expiresAt: expect.stringMatching(/^2026-/),
      reconnect: { minMs: expect.any(Number), maxMs: expect.any(Number) },
    })
    client.say({ type: 'subscribe', rooms: [roomOf(one), roomOf(one)] })
    expect(await client.next('subscribed')).toMatchObject({
      rooms: [roomOf(one)],
      head: expect.stringMatching(/^evt_/),
    })
    await rename(other, 'Other')
    await rename(one, 'One')
    const { room, event } = await client.next('event')
    expect(room).toBe(roomOf(one))
    expect(event).toMatchObject({ type: 'user.updated', subject: one.user.id, actorId: one.user.id, result: 'success' })
    expect(Object.keys(event as object).sort()).toEqual([
      'actorId',
      'at',
      'data',
      'id',
      'orgId',
      'result',
      'subject',
      'type',
    ])
    expect(eventsOf(client)).toHaveLength(1)
  })

  test('hears nothing more after leaving the room, and each message is answered with its id', async () => {
    const one = await person()
    const client = await connect({ token: one.accessToken })
    client.say({ type: 'subscribe', id: 'a-1', room: roomOf(one) })
    client.say({ type: 'ping', id: 'b_2' })
    client.say({ type: 'unsubscribe', id: 'c', room: roomOf(one) })
    client.say({ type: 'ping', id: 'd' })
    expect(await client.next('pong', ({ id }) => id === 'd')).toEqual({ type: 'pong', id: 'd' })
    expect(client.heard.map(({ type, id }) => [type, id])).toEqual([
      ['welcome', undefined],
      ['subscribed', 'a-1'],
      ['pong', 'b_2'],
      ['unsubscribed', 'c'],
      ['pong', 'd'],
    ])
    await rename(one, 'One')
    client.say({ type: 'ping', id: 'e' })
    await client.next('pong', ({ id }) => id === 'e')
    expect(eventsOf(client)).toEqual([])
  })

  test('authenticates with the handshake or by the first message, with an access token or an API key', async () => {
    const one = await person()
    const byMessage = await connect()
    expect(await byMessage.next('welcome')).toMatchObject({ actorId: null, connectionId: null, expiresAt: null })
    byMessage.say({ type: 'authenticate', id: '1', token: one.accessToken })
    expect(await byMessage.next('authenticated')).toMatchObject({ id: '1', actorId: one.user.id })
    const { id, key } = await makeKey(t, admin.accessToken)
    for (const client of [await connect({ token: key }), await connect()]) {
      const { actorId } = await client.next('welcome')
      if (actorId === null) client.say({ type: 'authenticate', token: key })
      expect(actorId ?? (await client.next('authenticated')).actorId).toBe(id)
      expect(client.heard.at(-1)).toMatchObject({ expiresAt: null })
    }
  })

  test('continues after the last event over any number of reconnects: nothing is missed, nothing comes twice', async () => {
    const one = await person()
    const room = roomOf(one)
    let client = await connect({ token: one.accessToken })
    client.say({ type: 'subscribe', room })
    let after = String((await client.next('subscribed')).head)
    client.close()
    const got: string[] = []
    const ROUNDS = 40
    let done = false
    const writing = (async () => {
      for (let round = 0; round < ROUNDS; round++) await rename(one, `Name ${round}`)
      done = true
    })()
    while (!done || got.length < ROUNDS) {
      client = await connect({ token: one.accessToken })
      client.say({ type: 'subscribe', room, after })
      await client.next('subscribed')
      if (got.length + eventsOf(client).length < ROUNDS) await client.next('event')
      client.vanish()
      await client.closed
      const ids = eventsOf(client).map(({ id }) => id)
      got.push(...ids)
      after = ids.at(-1) ?? after
    }
    await writing
    expect(got).toHaveLength(ROUNDS)
    expect(new Set(got).size).toBe(ROUNDS)
  })

  test('may not follow another account, an organisation of others, a topic, or what is no room', async () => {
    const [one, other] = [await person(), await person()]
    const orgId = await makeOrg(t, other.accessToken)
    const client = await connect({ token: one.accessToken })
    for (const [room, code] of [
      [roomOf(other), 'room.not_found'],
      [`user:usr_${'0'.repeat(32)}`, 'room.not_found'],
      [`org:${orgId}`, 'org.not_found'],
      [`org:org_${'0'.repeat(32)}`, 'org.not_found'],
      ['topic:session', 'auth.forbidden'],
      ['topic:nothing', 'room.not_found'],
      ['topic:constructor', 'room.not_found'],
      ['org:x', 'room.not_found'],
    ] as const) {
      client.say({ type: 'subscribe', id: '1', room })
      expect(await client.next('error'), room).toMatchObject({ id: '1', code })
    }
    // One room that is not theirs is enough: none of them is joined.
    client.say({ type: 'subscribe', rooms: [roomOf(one), roomOf(other)] })
    expect(await client.next('error')).toMatchObject({ code: 'room.not_found' })
    await rename(one, 'One')
    client.say({ type: 'presence', id: '2', room: roomOf(one) })
    expect(await client.next('error')).toMatchObject({ id: '2', code: 'room.not_found' })
    expect(eventsOf(client)).toEqual([])
    client.say({ type: 'subscribe', id: '3', room: roomOf(one), after: `evt_${'0'.repeat(32)}` })
    expect(await client.next('error')).toMatchObject({ id: '3', code: 'stream.cursor_expired', status: 410 })
  })
})

describe('an organisation', () => {
  test('shows who is there, and who comes and goes, to those who ask', async () => {
    const [owner, member] = [await person(), await person()]
    const room = `org:${await makeOrg(t, owner.accessToken)}`
    await join(t, room.slice(4), member, ['member'])
    const watching = await connect({ token: owner.accessToken })
    watching.say({ type: 'subscribe', id: '1', room, presence: true })
    const present = (session: Session) => ({ id: session.user.id, kind: 'user', since: expect.any(String) })
    expect(await watching.next('presence')).toEqual({ type: 'presence', room, present: [present(owner)] })
    const coming = await connect({ token: member.accessToken })
    coming.say({ type: 'subscribe', room })
    expect(await watching.next('presenceChanged')).toEqual({
      type: 'presenceChanged',
      room,
      change: 'came',
      present: present(member),
    })
    // A second tab of the same person is nothing new.
    const tab = await connect({ token: member.accessToken })
    tab.say({ type: 'subscribe', room })
    await tab.next('subscribed')
    tab.say({ type: 'presence', id: '2', room })
    expect((await tab.next('presence')).present).toEqual([present(owner), present(member)])
    coming.close()
    tab.vanish()
    expect(await watching.next('presenceChanged')).toMatchObject({ change: 'left', present: present(member) })
    expect(watching.heard.filter(({ type }) => type === 'presenceChanged')).toHaveLength(2)
    expect(coming.heard.filter(({ type }) => type.startsWith('presence'))).toEqual([])
  })

  test('shows who is there beside rooms that do not, when one message names all of them', async () => {
    const owner = await person()
    const room = `org:${await makeOrg(t, owner.accessToken)}`
    const client = await connect({ token: owner.accessToken })
    client.say({ type: 'subscribe', id: '1', rooms: [roomOf(owner), room], presence: true })
    expect(await client.next('presence')).toMatchObject({ room, present: [{ id: owner.user.id }] })
    client.say({ type: 'ping', id: '2' })
    await client.next('pong')
    expect(client.heard.filter(({ type }) => type === 'error')).toEqual([])
    // Who asks for the one room alone is told that nobody can be seen there.
    client.say({ type: 'presence', id: '3', room: roomOf(owner) })
    expect(await client.next('error')).toMatchObject({ id: '3', code: 'room.not_found' })
  })

  test('is left with the membership: the connection stays, and hears of the room no more', async () => {
    const [owner, member] = [await person(), await person()]
    const orgId = await makeOrg(t, owner.accessToken)
    await join(t, orgId, member, ['member'])
    const room = `org:${orgId}`
    const client = await connect({ token: member.accessToken })
    client.say({ type: 'subscribe', rooms: [room, roomOf(member)] })
    await client.next('subscribed')
    const token = owner.accessToken
    expect((await call(t, `DELETE /v1/orgs/${orgId}/members/${member.user.id}`, { token })).status).toBe(204)
    expect(await client.next('removed')).toEqual({ type: 'removed', room, code: 'org.not_found' })
    await call(t, `PATCH /v1/orgs/${orgId}`, { token, body: { name: 'Secret plans' } })
    await rename(member, 'Still here')
    await client.next('event', isEvent('user.updated'))
    expect(JSON.stringify(client.heard)).not.toContain('org.updated')
    client.say({ type: 'subscribe', id: '9', room })
    expect(await client.next('error')).toMatchObject({ id: '9', code: 'org.not_found' })
  })

  test('and the own account in one message: an event of both comes once', async () => {
    const [owner, member] = [await person(), await person()]
    const orgId = await makeOrg(t, owner.accessToken)
    const client = await connect({ token: owner.accessToken })
    client.say({ type: 'subscribe', rooms: [`org:${orgId}`, roomOf(owner)] })
    const { head } = await client.next('subscribed')
    await join(t, orgId, member, ['member'])
    await call(t, `PATCH /v1/orgs/${orgId}`, { token: owner.accessToken, body: { name: 'Renamed' } })
    await client.next('event', isEvent('org.updated'))
    const again = await connect({ token: owner.accessToken })
    again.say({ type: 'subscribe', rooms: [`org:${orgId}`, roomOf(owner)], after: head })
    await again.next('subscribed')
    const ids = eventsOf(client).map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(eventsOf(again).map(({ id }) => id)).toEqual(ids)
  })
})
