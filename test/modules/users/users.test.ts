import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test'
import {
  call,
  type ManagedUser,
  PASSWORD,
  type Session,
  setUpAdmin,
  signIn,
  signUp,
  type User,
} from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'

let t: TestApp
let token: string
let admin: Session
let n = 0
beforeAll(async () => {
  t = await createTestApp()
  admin = await setUpAdmin(t)
})
beforeEach(async () => {
  t.clock.advance(1000)
  if (n++ % 100 === 0) token = (await signIn(t, 'admin@example.com')).accessToken
})
afterAll(() => t.close())

const create = (body: Record<string, unknown>) => call<ManagedUser>(t, 'POST /v1/users', { token, body })
const newUser = async (): Promise<User> => (await create({ email: `u${n}-${t.clock.now()}@example.com` })).body
const read = (id: string) => call<User>(t, `GET /v1/users/${id}`, { token })
const patch = (id: string, body: Record<string, unknown>, ifMatch?: string) =>
  call<User>(t, `PATCH /v1/users/${id}`, {
    token,
    body,
    ...(ifMatch === undefined ? {} : { headers: { 'if-match': ifMatch } }),
  })
const unknown = `usr_${'0'.repeat(32)}`

test('an administrator creates a user who can sign in', async () => {
  const answer = await create({
    email: 'made@example.com',
    password: PASSWORD,
    name: 'Made',
    emailVerified: true,
    roles: ['user'],
  })
  expect(answer.status).toBe(201)
  expect(answer.headers.get('location')).toBe(`/v1/users/${answer.body.id}`)
  expect((await read(answer.body.id)).body).toEqual(answer.body)
  const { privateMetadata, ...shownToThePerson } = answer.body
  expect(privateMetadata).toEqual({})
  expect((await signIn(t, 'made@example.com')).user).toEqual(shownToThePerson)
})

test('the language of mails is set with the account, changed and removed', async () => {
  const { body: user } = await create({ email: `ja${n}@example.com`, locale: 'ja' })
  expect(user).toMatchObject({ locale: 'ja' })
  expect((await read(user.id)).body).toMatchObject({ locale: 'ja' })
  expect((await patch(user.id, { locale: 'pt' })).body).toMatchObject({ locale: 'pt' })
  expect((await patch(user.id, { name: 'Ana' })).body).toMatchObject({ locale: 'pt' })
  expect((await patch(user.id, { locale: null })).body).toMatchObject({ locale: null })
  const refused = await patch(user.id, { locale: 'tlh' })
  expect([refused.status, refused.text.includes('tlh')]).toEqual([422, false])
  expect((await create({ email: `no${n}@example.com`, locale: 'EN' })).status).toBe(422)
})

test('a taken address is 409 and a weak password is 422; neither creates a user', async () => {
  expect((await create({ email: 'ADMIN@example.com' })).status).toBe(409)
  expect((await create({ email: 'weak@example.com', password: 'short' })).status).toBe(422)
  const list = await call<{ items: User[] }>(t, 'GET /v1/users?q=weak@', { token })
  expect(list.body.items).toEqual([])
})

test('a change shows at once, and its ETag changes', async () => {
  const user = await newUser()
  const before = await read(user.id)
  t.clock.advance(5)
  const answer = await patch(user.id, {
    name: 'Grace',
    roles: ['user', 'admin'],
    emailVerified: true,
    email: `g${n}@example.com`,
  })
  expect(answer.status).toBe(200)
  expect(answer.body).toMatchObject({
    name: 'Grace',
    roles: ['admin', 'user'],
    emailVerified: true,
    email: `g${n}@example.com`,
  })
  expect(answer.body.updatedAt > before.body.updatedAt).toBe(true)
  expect(answer.headers.get('etag')).not.toBe(before.headers.get('etag'))
  expect((await read(user.id)).body).toEqual(answer.body)
})

test('a new address is unverified unless the change says otherwise; another spelling of the same stays verified', async () => {
  const { body: user } = await create({ email: `verified${n}@example.com`, emailVerified: true })
  expect((await patch(user.id, { email: `VERIFIED${n}@example.com` })).body.emailVerified).toBe(true)
  expect((await patch(user.id, { name: 'Unrelated' })).body.emailVerified).toBe(true)
  expect((await patch(user.id, { email: `other${n}@example.com` })).body.emailVerified).toBe(false)
  expect((await patch(user.id, { email: `third${n}@example.com`, emailVerified: true })).body.emailVerified).toBe(true)
})

test('If-Match: of two clients with the same version one writes, and the other gets 412', async () => {
  const user = await newUser()
  const tag = (await read(user.id)).headers.get('etag') ?? ''
  const answers = await Promise.all([patch(user.id, { name: 'A' }, tag), patch(user.id, { name: 'B' }, tag)])
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 412])
  expect(answers.find(({ status }) => status === 412)?.body).toMatchObject({ code: 'user.changed' })
  const winner = answers.find(({ status }) => status === 200)?.body.name
  expect((await read(user.id)).body.name).toBe(winner as string)
})

test.each<[string, number]>([
  ['*', 200],
  ['"1"', 200],
  ['"7", "1"', 200],
  ['"7"', 412],
  ['W/"1"', 412],
  ['1', 412],
  ['', 412],
  ['"99999999999999999999"', 412],
])('If-Match %p on version 1 is %i', async (ifMatch, status) => {
  const user = await newUser()
  const answer = await patch(user.id, { name: 'Changed' }, ifMatch)
  expect(answer.status).toBe(status)
  expect((await read(user.id)).body.name).toBe(status === 200 ? 'Changed' : '')
})

test('a refused change writes no event and no role', async () => {
  const user = await newUser()
  await patch(user.id, { name: 'X', roles: ['admin'] }, '"9"')
  expect((await read(user.id)).body).toEqual(user)
  const { rows } = await t.deps.db.$client.execute({
    sql: 'SELECT type FROM events WHERE user_id = ?',
    args: [user.id],
  })
  expect(rows.map(({ type }) => type)).toEqual(['user.created'])
})

test.each([
  {},
  { roles: ['owner'] },
  { roles: ['user', 'user'] },
  { status: 'disabled' },
  { id: unknown },
  { name: 5 },
  { name: null },
  [[]],
])('the change %p is 422', async (body) => {
  const user = await newUser()
  const answer = await call(t, `PATCH /v1/users/${user.id}`, { token, body })
  expect(answer.status).toBe(422)
  expect((await read(user.id)).body).toEqual(user)
})

test('a removed role is gone from the next request', async () => {
  await create({ email: `deputy${n}@example.com`, password: PASSWORD, roles: ['admin', 'user'] })
  const deputy = await signIn(t, `deputy${n}@example.com`)
  expect((await call(t, 'GET /v1/users', { token: deputy.accessToken })).status).toBe(200)
  await patch(deputy.user.id, { roles: ['user'] })
  expect((await call(t, 'GET /v1/users', { token: deputy.accessToken })).status).toBe(403)
  expect((await call<User>(t, 'GET /v1/me', { token: deputy.accessToken })).body.roles).toEqual(['user'])
})

test('a disabled user is refused at once and until the account is enabled; old sessions do not come back', async () => {
  const session = await signUp(t, `disable${n}@example.com`)
  const me = () => call(t, 'GET /v1/me', { token: session.accessToken })
  expect((await me()).status).toBe(200)
  const disabled = await call<User>(t, `POST /v1/users/${session.user.id}/disable`, { token })
  expect([disabled.status, disabled.body.status]).toEqual([200, 'disabled'])
  expect((await me()).status).toBe(401)
  t.clock.advance(1000)
  const again = await call<User>(t, `POST /v1/users/${session.user.id}/disable`, { token })
  expect([again.status, again.body.updatedAt]).toEqual([200, disabled.body.updatedAt])
  expect((await call(t, 'POST /v1/auth/refresh', { body: { refreshToken: session.refreshToken } })).status).toBe(401)
  const enabled = await call<User>(t, `POST /v1/users/${session.user.id}/enable`, { token })
  expect(enabled.body.status).toBe('active')
  expect((await me()).status).toBe(401)
  await signIn(t, `disable${n}@example.com`)
})

test('the end of all sessions of a user signs the user out everywhere, and a new sign-in works', async () => {
  const first = await signUp(t, `out${n}@example.com`)
  const second = await signIn(t, `out${n}@example.com`)
  expect((await call(t, `DELETE /v1/users/${first.user.id}/sessions`, { token })).status).toBe(204)
  for (const { accessToken, refreshToken } of [first, second]) {
    expect((await call(t, 'GET /v1/me', { token: accessToken })).status).toBe(401)
    expect((await call(t, 'POST /v1/auth/refresh', { body: { refreshToken } })).status).toBe(401)
  }
  await signIn(t, `out${n}@example.com`)
  expect((await call(t, `DELETE /v1/users/${unknown}/sessions`, { token })).status).toBe(404)
})

test('a deleted user is removed with every session; the events stay', async () => {
  const session = await signUp(t, `gone${n}@example.com`)
  expect((await call(t, `DELETE /v1/users/${session.user.id}`, { token })).status).toBe(204)
  expect((await read(session.user.id)).status).toBe(404)
  expect((await call(t, 'GET /v1/me', { token: session.accessToken })).status).toBe(401)
  const counts = await t.deps.db.$client.execute({
    sql: 'SELECT (SELECT count(*) FROM sessions WHERE user_id = ?1) + (SELECT count(*) FROM user_roles WHERE user_id = ?1) AS left, (SELECT count(*) FROM events WHERE user_id = ?1) AS events',
    args: [session.user.id],
  })
  expect(counts.rows[0]).toMatchObject({ left: 0, events: 4 })
  expect((await call(t, `DELETE /v1/users/${session.user.id}`, { token })).status).toBe(404)
  await signUp(t, `gone${n}@example.com`)
})

test('the last active administrator cannot be disabled, demoted or deleted, also not by two at once', async () => {
  const other = (await create({ email: `admin2-${n}@example.com`, password: PASSWORD, roles: ['admin'] })).body
  const isolated = await createTestApp()
  try {
    const first = await setUpAdmin(isolated)
    const own = { token: first.accessToken }
    const path = `/v1/users/${first.user.id}`
    for (const answer of [
      await call(isolated, `POST ${path}/disable`, own),
      await call(isolated, `PATCH ${path}`, { ...own, body: { roles: ['user'] } }),
      await call(isolated, `DELETE ${path}`, own),
      await call(isolated, 'DELETE /v1/me', own),
    ])
      expect([answer.status, answer.body.code]).toEqual([409, 'user.last_admin'])
    const second = await call<User>(isolated, 'POST /v1/users', {
      ...own,
      body: { email: 'second@example.com', password: PASSWORD, roles: ['admin'] },
    })
    const answers = await Promise.all([
      call(isolated, `PATCH ${path}`, { ...own, body: { roles: [] } }),
      call(isolated, `PATCH /v1/users/${second.body.id}`, { ...own, body: { roles: [] } }),
    ])
    expect(answers.map(({ status }) => status).sort()).not.toEqual([200, 200])
  } finally {
    await isolated.close()
  }
  expect((await call(t, `DELETE /v1/users/${other.id}`, { token })).status).toBe(204)
})

test.each(['usr_1', `USR_${'0'.repeat(32)}`, '..%2F..%2Fetc', "usr_' OR 1=1--", unknown.slice(0, -1)])(
  'the id %p is 422, not a query',
  async (id) => {
    for (const call_ of ['GET', 'DELETE'])
      expect((await call(t, `${call_} /v1/users/${id}`, { token })).status).toBe(422)
  },
)

test('an unknown id is 404 on every route', async () => {
  for (const line of [
    `GET ${unknown}`,
    `DELETE ${unknown}`,
    `POST ${unknown}/disable`,
    `POST ${unknown}/enable`,
    `DELETE ${unknown}/sessions`,
  ]) {
    const [method, rest] = line.split(' ')
    const answer = await call(t, `${method} /v1/users/${rest}`, { token })
    expect([line, answer.status, answer.body.code]).toEqual([line, 404, 'user.not_found'])
  }
  expect((await patch(unknown, { name: 'x' })).status).toBe(404)
  expect((await patch(unknown, { name: 'x' }, '"1"')).status).toBe(404)
})

test('every change is an event that names who did it and whom it concerns', async () => {
  const user = await newUser()
  await patch(user.id, { name: 'Known' })
  await call(t, `POST /v1/users/${user.id}/disable`, { token })
  await call(t, `POST /v1/users/${user.id}/enable`, { token })
  await call(t, `DELETE /v1/users/${user.id}`, { token })
  const page = await call<{ items: { type: string; actorId: string; userId: string; address: string }[] }>(
    t,
    `GET /v1/audit-events?userId=${user.id}`,
    { token },
  )
  expect(page.body.items.map(({ type }) => type)).toEqual([
    'user.deleted',
    'user.enabled',
    'user.disabled',
    'user.updated',
    'user.created',
  ])
  for (const event of page.body.items)
    expect(event).toMatchObject({ actorId: admin.user.id, userId: user.id, address: '203.0.113.7' })
})
