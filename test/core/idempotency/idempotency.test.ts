import { afterAll, beforeAll, beforeEach, describe, expect, spyOn, test } from 'bun:test'
import { commit } from '../../../src/core/events/commit.ts'
import { deleteExpiredKeys } from '../../../src/core/idempotency/queries.ts'
import { type Call, call, setUpAdmin, signIn, signUp, type User } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'

/** draft-ietf-httpapi-idempotency-key-header */
let t: TestApp
let token: string
let n = 0
const newKey = () => `key-${++n}`
beforeAll(async () => {
  t = await createTestApp()
  await setUpAdmin(t)
})
beforeEach(async () => {
  token = (await signIn(t, 'admin@example.com')).accessToken
})
afterAll(() => t.close())

const send = <T = User>(head: string, key: string | undefined, more: Call = {}) =>
  call<T>(t, head, {
    token,
    ...more,
    headers: { ...(key === undefined ? {} : { 'idempotency-key': key }), ...more.headers },
  })
const newUser = async (): Promise<User> =>
  (await send('POST /v1/users', undefined, { body: { email: `u${++n}@example.com` } })).body
const replayed = ({ headers }: { headers: Headers }) => headers.get('idempotency-replayed')
const count = async (table: 'events' | 'idempotency_keys' | 'users', where = '1') =>
  Number((await t.deps.db.$client.execute(`SELECT count(*) AS n FROM ${table} WHERE ${where}`)).rows[0]?.n)

describe('the same request under the same key', () => {
  test('creates one user and one event, and is answered alike', async () => {
    const [key, body] = [newKey(), { email: 'once@example.com', name: 'Once', password: 'correct horse battery' }]
    const first = await send('POST /v1/users', key, { body })
    const second = await send('POST /v1/users', key, { body })
    expect([first.status, second.status]).toEqual([201, 201])
    expect(second.body).toEqual(first.body)
    for (const name of ['location', 'etag']) expect(second.headers.get(name)).toBe(first.headers.get(name))
    expect([replayed(first), replayed(second)]).toEqual([null, 'true'])
    expect(await count('users', "email_key = 'once@example.com'")).toBe(1)
    expect(await count('events', `type = 'user.created' AND user_id = '${first.body.id}'`)).toBe(1)
  })

  test('changes, disables, enables, signs out and deletes once, also when its condition no longer holds', async () => {
    const user = await newUser()
    const path = `/v1/users/${user.id}`
    await signUp(t, 'other@example.com')
    const walk: [string, number, string, Call?][] = [
      [`PATCH ${path}`, 200, 'user.updated', { body: { name: 'New' }, headers: { 'if-match': '"1"' } }],
      [`POST ${path}/disable`, 200, 'user.disabled'],
      [`POST ${path}/enable`, 200, 'user.enabled'],
      [`DELETE ${path}`, 204, 'user.deleted'],
    ]
    for (const [head, status, type, more] of walk) {
      const key = newKey()
      const first = await send(head, key, more)
      const second = await send(head, key, more)
      expect([first.status, second.status], head).toEqual([status, status])
      expect([replayed(first), replayed(second)], head).toEqual([null, 'true'])
      expect(second.text).toBe(first.text)
      expect(await count('events', `type = '${type}' AND user_id = '${user.id}'`), head).toBe(1)
    }
  })

  test('ends the sessions there were, not those opened since', async () => {
    const { user } = await signUp(t, 'sessions@example.com')
    const key = newKey()
    expect((await send(`DELETE /v1/users/${user.id}/sessions`, key)).status).toBe(204)
    const since = await signIn(t, 'sessions@example.com')
    const repeat = await send(`DELETE /v1/users/${user.id}/sessions`, key)
    expect([repeat.status, replayed(repeat)]).toEqual([204, 'true'])
    expect((await call(t, 'GET /v1/me', { token: since.accessToken })).status).toBe(200)
  })

  test('changes my own account once', async () => {
    const me = await signUp(t, 'me@example.com')
    const key = newKey()
    const patch = () => send('PATCH /v1/me', key, { token: me.accessToken, body: { name: 'Me' } })
    expect([(await patch()).headers.get('etag'), (await patch()).headers.get('etag')]).toEqual(['"2"', '"2"'])
  })

  test('twenty times at once takes effect once, and every request gets the same answer', async () => {
    const [key, body] = [newKey(), { email: 'many@example.com' }]
    const answers = await Promise.all(Array.from({ length: 20 }, () => send('POST /v1/users', key, { body })))
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(201))
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
    expect(answers.filter((answer) => replayed(answer) === null).length).toBe(1)
    expect(await count('users', "email_key = 'many@example.com'")).toBe(1)
  })

  test('gets the current state: a later change shows, and a deleted user is a 404', async () => {
    const [key, body] = [newKey(), { email: 'later@example.com' }]
    const { id } = (await send('POST /v1/users', key, { body })).body
    await send(`PATCH /v1/users/${id}`, undefined, { body: { name: 'Later' } })
    expect((await send('POST /v1/users', key, { body })).body.name).toBe('Later')
    await send(`DELETE /v1/users/${id}`, undefined)
    const gone = await send<{ code: string }>('POST /v1/users', key, { body })
    expect([gone.status, gone.body.code]).toEqual([404, 'user.not_found'])
    expect(await count('users', "email_key = 'later@example.com'")).toBe(0)
  })

  test('leaves the principals in their cache', async () => {
    const [key, body] = [newKey(), { email: 'cached@example.com' }]
    await send('POST /v1/users', key, { body })
    const forgetAll = spyOn(t.deps.principals, 'forgetAll')
    expect(replayed(await send('POST /v1/users', key, { body }))).toBe('true')
    expect(forgetAll).not.toHaveBeenCalled()
  })
})

describe('another request under the same key', () => {
  test('is 422 and changes nothing: other body, path or method', async () => {
    const [one, two] = [await newUser(), await newUser()]
    const key = newKey()
    expect((await send(`PATCH /v1/users/${one.id}`, key, { body: { name: 'One' } })).status).toBe(200)
    const others: [string, Call?][] = [
      [`PATCH /v1/users/${one.id}`, { body: { name: 'Two' } }],
      [`PATCH /v1/users/${two.id}`, { body: { name: 'One' } }],
      [`DELETE /v1/users/${one.id}`],
      [`POST /v1/users/${one.id}/disable`],
      ['POST /v1/users', { body: { email: 'reused@example.com' } }],
    ]
    const events = await count('events')
    for (const [head, more] of others) {
      const answer = await send<{ code: string }>(head, key, more)
      expect([answer.status, answer.body.code], head).toEqual([422, 'idempotency.key_reused'])
      expect(replayed(answer)).toBeNull()
    }
    expect(await count('events')).toBe(events)
    expect((await send(`GET /v1/users/${two.id}`, undefined)).body).toEqual(two)
  })

  test('of another person is a request of its own', async () => {
    const key = newKey()
    for (const email of ['ann@example.com', 'ben@example.com']) {
      const { accessToken } = await signUp(t, email)
      const answer = await send('PATCH /v1/me', key, { token: accessToken, body: { name: 'Mine' } })
      expect([answer.status, answer.body.email, replayed(answer)]).toEqual([200, email, null])
    }
  })
})

test('a refused request does not use up its key: the client can correct it and send it again', async () => {
  const { id } = await newUser()
  const key = newKey()
  const before = await count('idempotency_keys')
  const refusals: [string, number, Call?][] = [
    ['POST /v1/users', 422, { body: { email: 'no address' } }],
    ['POST /v1/users', 409, { body: { email: 'admin@example.com' } }],
    [`PATCH /v1/users/${id}`, 412, { body: { name: 'X' }, headers: { 'if-match': '"9"' } }],
    [`PATCH /v1/users/usr_${'0'.repeat(32)}`, 404, { body: { name: 'X' } }],
    [`POST /v1/users/usr_${'0'.repeat(32)}/disable`, 404],
    [`DELETE /v1/users/usr_${'0'.repeat(32)}`, 404],
    [`DELETE /v1/users/usr_${'0'.repeat(32)}/sessions`, 404],
  ]
  for (const [head, status, more] of refusals) expect((await send(head, key, more)).status, head).toBe(status)
  const { accessToken } = await signUp(t, 'powerless@example.com')
  expect((await send('POST /v1/users', key, { token: accessToken, body: { email: 'x@example.com' } })).status).toBe(403)
  expect(await count('idempotency_keys')).toBe(before)
  expect(replayed(await send(`PATCH /v1/users/${id}`, key, { body: { name: 'X' } }))).toBeNull()
})

test('a key is valid for a day, and the sweep removes only older keys', async () => {
  const { id } = await newUser()
  const key = newKey()
  const rename = () => send(`PATCH /v1/users/${id}`, key, { body: { name: 'Day' } })
  await rename()
  t.clock.advance(86_399_000)
  token = (await signIn(t, 'admin@example.com')).accessToken
  expect(replayed(await rename())).toBe('true')
  t.clock.advance(1000)
  expect(replayed(await rename())).toBeNull()
  expect(replayed(await rename())).toBe('true')
  await commit(t.deps, [deleteExpiredKeys(t.deps.db, t.clock.now(), 100)])
  expect(await count('idempotency_keys')).toBe(1)
  expect(await count('idempotency_keys', `expires_at <= ${t.clock.now()}`)).toBe(0)
})

describe('the header', () => {
  test('may be quoted as the draft writes it; both forms are one key', async () => {
    const { id } = await newUser()
    const forms: [string, string][] = [
      ['plain-1', '"plain-1"'],
      ['a"b\\c', '"a\\"b\\\\c"'],
      ['!~', '"!~"'],
      ['x'.repeat(255), `"${'x'.repeat(255)}"`],
    ]
    for (const [plain, quoted] of forms) {
      expect(replayed(await send(`PATCH /v1/users/${id}`, plain, { body: { name: 'X' } }))).toBeNull()
      expect(replayed(await send(`PATCH /v1/users/${id}`, quoted, { body: { name: 'X' } })), quoted).toBe('true')
    }
  })

  test('of any other form is 422 and names itself', async () => {
    const { id } = await newUser()
    const wrong = [
      'two words',
      '"open',
      'a, b',
      '"a", "b"',
      'x'.repeat(256),
      `"${'x'.repeat(256)}"`,
      '""',
      '"\\x"',
      'ü',
    ]
    for (const key of wrong) {
      const answer = await send<{ code: string; errors: { path: string }[] }>(`PATCH /v1/users/${id}`, key, {
        body: { name: 'X' },
      })
      expect([answer.status, answer.body.code, answer.body.errors?.[0]?.path], key).toEqual([
        422,
        'request.invalid',
        '/idempotency-key',
      ])
    }
  })

  test('and the body it came with cannot be read or guessed from the database', async () => {
    const [key, password] = ['client-chosen-secret-key', 'a password of one user alone']
    await send('POST /v1/users', key, { body: { email: 'stored@example.com', password } })
    const { rows } = await t.deps.db.$client.execute('SELECT * FROM idempotency_keys ORDER BY created_at, rowid')
    const row = rows.at(-1)
    expect(JSON.stringify(rows)).not.toContain(key)
    const body = JSON.stringify({ email: 'stored@example.com', password })
    for (const encoding of ['hex', 'base64url'] as const)
      expect(String(row?.fingerprint)).not.toContain(
        new Bun.CryptoHasher('sha256').update(`POST /v1/users\n${body}`).digest(encoding),
      )
  })
})
