/** GET /v1/events: who gets what, once and in order, and what ends it. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { call, type Session, setUpAdmin, signIn, signInWithCookie, signUp } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import { join, makeKey, makeOrg } from '../api-keys/support/keys.ts'
import { openStream, type Stream } from './support/stream.ts'

let t: TestApp
let admin: Session
beforeAll(async () => {
  t = await createTestApp()
  admin = await setUpAdmin(t)
})
afterAll(() => t.close())

let people = 0
const person = () => signUp(t, `person${++people}@example.com`)
const act = async (route: string, token: string, body?: unknown) => {
  const answer = await call<{ id: string }>(t, route, { token, body })
  expect(answer.status, `${route} ${answer.text}`).toBeOneOf([200, 201, 204])
  return answer.body
}
const rename = (session: Session, name: string) => act('PATCH /v1/me', session.accessToken, { name })
const names = ({ events }: Stream) => events.filter(({ event }) => event === 'user.updated').length
const types = ({ events }: Stream) => events.map(({ event }) => event)

const streams: Stream[] = []
const open = async (asked: Parameters<typeof openStream>[1]) => {
  const stream = await openStream(t, asked)
  streams.push(stream)
  return stream
}
afterAll(async () => {
  for (const stream of streams) await stream.close()
})
const ended = async (stream: Stream, reason: string) => {
  while (!stream.isOver()) await Bun.sleep(5)
  expect(stream.words.at(-1)).toMatchObject({ event: 'stream.end', data: { reason } })
}

describe('a person', () => {
  test('hears what happens to the own account, and nothing of others', async () => {
    const [one, other] = [await person(), await person()]
    const stream = await open({ token: one.accessToken })
    expect(stream.status).toBe(200)
    expect(stream.headers.get('content-type')).toBe('text/event-stream')
    expect(stream.headers.get('cache-control')).toBe('no-store')
    await rename(other, 'Other')
    await rename(one, 'One')
    await stream.until(() => stream.events.length > 0)
    expect(stream.words[0]).toMatchObject({ event: 'stream.open', data: { rooms: [`user:${one.user.id}`] } })
    expect(stream.events).toHaveLength(1)
    const [{ event, id, data } = { event: '', id: '', data: {} }] = stream.events
    expect({ event, id }).toEqual({ event: 'user.updated', id: String(data.id) })
    expect(data).toMatchObject({ type: 'user.updated', subject: one.user.id, actorId: one.user.id, result: 'success' })
    expect(Object.keys(data).sort()).toEqual(['actorId', 'at', 'data', 'id', 'orgId', 'result', 'subject', 'type'])
  })

  test('continues after the last event: nothing is missed, nothing is told twice', async () => {
    const one = await person()
    const first = await open({ token: one.accessToken })
    await rename(one, 'Name 0')
    await first.until(() => names(first) === 1)
    await first.close()
    for (let round = 1; round <= 5; round++) await rename(one, `Name ${round}`)
    const second = await open({ token: one.accessToken, headers: { 'last-event-id': first.lastEventId() } })
    await rename(one, 'Name 6')
    await second.until(() => names(second) >= 6)
    await rename(one, 'Name 7')
    await second.until(() => names(second) >= 7)
    const ids = [...first.events, ...second.events].map(({ id }) => id)
    expect(ids).toEqual([...new Set(ids)])
    expect(ids).toHaveLength(8)
  })

  test('reconnects again and again while things happen, and gets each event once', async () => {
    const one = await person()
    const start = await open({ token: one.accessToken })
    await start.until(() => start.lastEventId() !== '')
    await start.close()
    let last = start.lastEventId()
    const got: unknown[] = []
    let done = false
    const writer = (async () => {
      for (let round = 0; round < 60; round++) await rename(one, `Name ${round}`)
      done = true
    })()
    while (!done || got.length < 60) {
      const stream = await open({ token: one.accessToken, query: `after=${last}` })
      const before = got.length
      await stream.until(() => stream.events.length > 0 || (done && before === 60))
      await stream.close()
      got.push(...stream.events.map(({ id }) => id))
      last = stream.lastEventId()
    }
    await writer
    expect(got).toHaveLength(60)
    expect(new Set(got).size).toBe(60)
  })

  test('gets a clear answer for a cursor that is unknown', async () => {
    const { accessToken: token } = await person()
    const unknown = `evt_${'0'.repeat(32)}`
    const refused = await open({ token, query: `after=${unknown}` })
    expect(refused.status).toBe(410)
    expect(refused.problem).toMatchObject({ code: 'stream.cursor_expired' })
    for (const header of [unknown, 'nonsense', '\u00e9'.repeat(10)]) {
      const stream = await open({ token, headers: { 'last-event-id': header } })
      await stream.until(() => stream.words.length > 1)
      expect(stream.words[1]).toMatchObject({ event: 'stream.reset', data: { reason: 'cursor_expired' } })
    }
  })

  test('may not follow another account, an organisation of others, or a topic', async () => {
    const [one, other] = [await person(), await person()]
    const id = await makeOrg(t, other.accessToken)
    const ask = async (rooms: string) => (await open({ token: one.accessToken, query: `rooms=${rooms}` })).problem.code
    expect(await ask(`user:${other.user.id}`)).toBe('room.not_found')
    expect(await ask(`user:usr_${'0'.repeat(32)}`)).toBe('room.not_found')
    expect(await ask(`org:${id}`)).toBe('org.not_found')
    expect(await ask(`org:org_${'0'.repeat(32)}`)).toBe('org.not_found')
    expect(await ask('topic:session')).toBe('auth.forbidden')
    expect(await ask('topic:nothing')).toBe('room.not_found')
    expect(await ask(`user:${one.user.id},topic:session`)).toBe('auth.forbidden')
    expect(await ask('org:x')).toBe('room.not_found')
    expect(await ask('user:')).toBe('request.invalid')
    expect(await ask(Array.from({ length: 51 }, (_, at) => `topic:a${at}`).join(','))).toBe('request.invalid')
  })
})

describe('an organisation', () => {
  test('tells its members who came, and its administrators everything', async () => {
    const [owner, member] = [await person(), await person()]
    const id = await makeOrg(t, owner.accessToken)
    await join(t, id, member, ['member'])
    const ofOwner = await open({ token: owner.accessToken, query: `rooms=org:${id}` })
    const ofMember = await open({ token: member.accessToken, query: `rooms=org:${id}` })
    await act(`POST /v1/orgs/${id}/roles`, owner.accessToken, { name: 'editor', permissions: ['members:read'] })
    await act(`PATCH /v1/orgs/${id}`, owner.accessToken, { name: 'Renamed' })
    await ofMember.until(() => ofMember.events.length > 0)
    await ofOwner.until(() => ofOwner.events.length > 1)
    expect(types(ofMember)).toEqual(['org.updated'])
    expect(types(ofOwner)).toEqual(['role.created', 'org.updated'])
  })

  test('is left with the membership, within the open stream', async () => {
    const [owner, member] = [await person(), await person()]
    const id = await makeOrg(t, owner.accessToken)
    await join(t, id, member, ['member'])
    const stream = await open({ token: member.accessToken, query: `rooms=org:${id}` })
    await act(`DELETE /v1/orgs/${id}/members/${member.user.id}`, owner.accessToken)
    await act(`PATCH /v1/orgs/${id}`, owner.accessToken, { name: 'Not for you' })
    await ended(stream, 'access_lost')
    expect(JSON.stringify(stream.events)).not.toContain('Not for you')
  })

  test('shows less as soon as a role is less', async () => {
    const [owner, member] = [await person(), await person()]
    const id = await makeOrg(t, owner.accessToken)
    await join(t, id, member, ['admin'])
    const stream = await open({ token: member.accessToken, query: `rooms=org:${id}` })
    await act(`POST /v1/orgs/${id}/roles`, owner.accessToken, { name: 'one', permissions: ['members:read'] })
    await stream.until(() => stream.events.length === 1)
    await act(`PATCH /v1/orgs/${id}/members/${member.user.id}`, owner.accessToken, { roles: ['member'] })
    await act(`POST /v1/orgs/${id}/roles`, owner.accessToken, { name: 'two', permissions: ['members:read'] })
    await act(`PATCH /v1/orgs/${id}`, owner.accessToken, { name: 'Last' })
    await stream.until(() => types(stream).includes('org.updated'))
    expect(types(stream)).toEqual(['role.created', 'member.roles_changed', 'org.updated'])
  })
})

describe('a stream ends', () => {
  const cases: Record<string, (one: Session, other: Session) => Promise<unknown>> = {
    'with the sign-out of its session': (one) => act('POST /v1/auth/sign-out', one.accessToken),
    'when another session ends it': (one, other) => act(`DELETE /v1/me/sessions`, other.accessToken).then(() => one),
    'with the account that is disabled': (one) => act(`POST /v1/users/${one.user.id}/disable`, admin.accessToken),
    'with the account that is deleted': (one) => act(`DELETE /v1/users/${one.user.id}`, admin.accessToken),
  }
  for (const [name, end] of Object.entries(cases))
    test(name, async () => {
      const one = await person()
      const other = await signIn(t, one.user.email ?? '')
      const stream = await open({ token: one.accessToken })
      await end(one, other)
      await ended(stream, 'credential_ended')
      expect(stream.words.at(-1)?.data).toMatchObject({ code: 'session.expired', retryMs: null })
      const again = await open({ token: one.accessToken, headers: { 'last-event-id': stream.lastEventId() } })
      expect(again.status).toBe(401)
    })

  test('with the token, and the client comes back with a new one', async () => {
    const one = await person()
    const cookie = await signInWithCookie(t, one.user.email ?? '')
    const byToken = await open({ token: one.accessToken })
    const byCookie = await open({ cookie })
    await byCookie.until(() => byCookie.lastEventId() !== '')
    await byToken.until(() => byToken.lastEventId() !== '')
    t.clock.advance(t.deps.config.accessTtlSeconds * 1000)
    await ended(byToken, 'token_expired')
    admin = await signIn(t, 'admin@example.com')
    const renewed = await signIn(t, one.user.email ?? '')
    await rename(renewed, 'Later')
    await byCookie.until(() => names(byCookie) === 1)
    const back = await open({ token: renewed.accessToken, headers: { 'last-event-id': byToken.lastEventId() } })
    await back.until(() => names(back) === 1)
    await byCookie.close()
  })

  test('with the idle time of its session: an open page is no use', async () => {
    const one = await person()
    const cookie = await signInWithCookie(t, one.user.email ?? '')
    const stream = await open({ cookie })
    t.clock.advance(t.deps.config.cookieIdleSeconds * 1000)
    await ended(stream, 'credential_ended')
    admin = await signIn(t, 'admin@example.com')
  })

  test('with the key, and with the role of its owner', async () => {
    const { key, id } = await makeKey(t, admin.accessToken, { scopes: ['audit:read'] })
    const stream = await open({ token: key, query: 'rooms=topic:session' })
    expect(stream.status).toBe(200)
    await act(`DELETE /v1/api-keys/${id}`, admin.accessToken)
    await ended(stream, 'credential_ended')
    const unnamed = await open({ token: (await makeKey(t, admin.accessToken, { scopes: ['audit:read'] })).key })
    expect(unnamed.problem.code).toBe('request.invalid')
    const other = await makeKey(t, admin.accessToken, { scopes: ['users:read'] })
    expect((await open({ token: other.key, query: 'rooms=topic:session' })).problem.code).toBe('auth.forbidden')
  })

  test('with the permission in the instance', async () => {
    const one = await person()
    await act('POST /v1/roles', admin.accessToken, { name: `auditor${people}`, permissions: ['audit:read'] })
    await act(`PATCH /v1/users/${one.user.id}`, admin.accessToken, { roles: ['user', `auditor${people}`] })
    const session = await signIn(t, one.user.email ?? '')
    const stream = await open({ token: session.accessToken, query: 'rooms=topic:member' })
    expect(stream.status).toBe(200)
    await act(`PATCH /v1/roles/auditor${people}`, admin.accessToken, { permissions: ['users:read'] })
    await ended(stream, 'access_lost')
  })

  test('at the time the client asked for', async () => {
    const one = await person()
    const stream = await open({ token: one.accessToken, query: 'wait=0' })
    await ended(stream, 'time_over')
    await rename(one, 'Seen')
    const next = await open({ token: one.accessToken, query: `wait=0&after=${stream.lastEventId()}` })
    await ended(next, 'time_over')
    expect(names(next)).toBe(1)
  })
})

test('a page of another origin is refused, whatever it has', async () => {
  const { accessToken: token } = await person()
  const stream = await open({ token, headers: { origin: 'https://evil.example' } })
  expect(stream.problem).toMatchObject({
    code: 'request.origin_refused',
    title: 'This request must come from an allowed origin.',
  })
  expect((await open({})).status).toBe(401)
})

test('a picture of another site is refused, and the page that a person opened is not', async () => {
  const one = await person()
  const cookie = await signInWithCookie(t, one.user.email ?? '')
  const site = (name: string) => open({ cookie, query: 'wait=0', headers: { 'sec-fetch-site': name } })
  for (const name of ['cross-site', 'same-site'])
    expect((await site(name)).problem.code, name).toBe('request.origin_refused')
  for (const name of ['same-origin', 'none']) expect((await site(name)).status, name).toBe(200)
})

describe('rooms', () => {
  test('that are named twice are one', async () => {
    const one = await person()
    const room = `user:${one.user.id}`
    const stream = await open({ token: one.accessToken, query: `wait=0&rooms=${room},${room}` })
    await ended(stream, 'time_over')
    expect(stream.words[0]?.data.rooms).toEqual([room])
  })

  test('are 50 at most, and the refusal says so', async () => {
    const one = await person()
    const room = `user:${one.user.id}`
    const orgs = (count: number) => Array.from({ length: count }, () => `org:${t.deps.random.id('org')}`)
    const refusal = async (rooms: string[]) =>
      (await open({ token: one.accessToken, query: `wait=0&rooms=${rooms.join(',')}` })).problem
    expect(await refusal(orgs(51))).toMatchObject({
      code: 'request.invalid',
      errors: [{ path: '/rooms', message: 'At most 50 rooms are accepted, and these are 51' }],
    })
    expect((await refusal(orgs(50))).code).toBe('org.not_found')
    expect(
      (await open({ token: one.accessToken, query: `wait=0&rooms=${Array(51).fill(room).join(',')}` })).status,
    ).toBe(200)
  })
})
