/** Setting actions up, and what a program decides about accounts. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { call, PASSWORD, type Session } from '../../support/client.ts'
import type { TestApp } from '../../support/test-app.ts'
import { decides, type Program, startProgram } from './support/program.ts'
import { createWorld, endActions, eventsOf, makeAction, setUpAdmin } from './support/world.ts'

let t: TestApp
let admin: string
let program: Program
beforeAll(async () => {
  t = await createWorld()
  admin = (await setUpAdmin(t)).accessToken
  program = await startProgram()
})
afterEach(async () => {
  await endActions(t, admin)
  program.asked.length = 0
  program.answer = decides({ decision: 'allow' })
})
afterAll(async () => {
  program.stop()
  await t.close()
})

let people = 0
const newEmail = () => `person${++people}@example.com`
const signUp = (body: Record<string, unknown> = {}, headers: Record<string, string> = {}) =>
  call<Session & { code: string; detail?: string }>(t, 'POST /v1/auth/sign-up', {
    body: { email: newEmail(), password: PASSWORD, ...body },
    headers,
  })
const users = async () => Number((await t.deps.db.$client.execute('SELECT count(*) AS n FROM users')).rows[0]?.n)

describe('an action', () => {
  test('is made, listed, read, changed and deleted, and its secret is shown once', async () => {
    const body = { trigger: 'token_issue', url: program.url, name: 'Ours', enabled: false, onFailure: 'allow' }
    const made = await call<{ id: string; secret: string }>(t, 'POST /v1/actions', { token: admin, body })
    expect([made.status, made.headers.get('location'), made.headers.get('etag')]).toEqual([
      201,
      `/v1/actions/${made.body.id}`,
      '"1"',
    ])
    expect(made.body.secret).toMatch(/^whsec_/)
    const path = `/v1/actions/${made.body.id}`
    const { secret, ...shown } = made.body
    expect((await call(t, `GET ${path}`, { token: admin })).body).toEqual(shown)
    expect((await call(t, 'GET /v1/actions', { token: admin })).body).toEqual({ items: [shown], nextCursor: null })
    const changes = { timeoutMs: 300, name: '' }
    const stale = await call(t, `PATCH ${path}`, { token: admin, body: changes, headers: { 'if-match': '"7"' } })
    expect([stale.status, stale.body.code]).toEqual([412, 'action.changed'])
    const changed = await call(t, `PATCH ${path}`, { token: admin, body: changes, headers: { 'if-match': '"1"' } })
    expect([changed.body, changed.headers.get('etag')]).toEqual([
      { ...shown, ...changes, updatedAt: expect.any(String) },
      '"2"',
    ])
    expect((await call(t, `DELETE ${path}`, { token: admin })).status).toBe(204)
    for (const methodAndPath of [`GET ${path}`, `DELETE ${path}`, `POST ${path}/test`])
      expect((await call(t, methodAndPath, { token: admin })).body.code).toBe('action.not_found')
    const rows = await t.deps.db.$client.execute('SELECT data FROM events')
    expect(JSON.stringify(rows.rows)).not.toContain(secret.slice(6))
  })

  test('is made once with one Idempotency-Key, and a repeat has no secret', async () => {
    const ask = () =>
      call(t, 'POST /v1/actions', {
        token: admin,
        body: { trigger: 'sign_up', url: program.url, enabled: false },
        headers: { 'idempotency-key': 'the-same' },
      })
    const [first, second] = [await ask(), await ask()]
    expect([first.status, second.status, second.body.id]).toEqual([201, 201, first.body.id])
    expect([typeof first.body.secret, second.body.secret]).toEqual(['string', undefined])
  })

  test('needs a target that this server may reach, and the answer does not repeat it', async () => {
    const strict = await createWorld({ env: { WEBHOOK_PRIVATE_TARGETS: 'refuse' } })
    const { accessToken: token } = await setUpAdmin(strict)
    for (const url of [
      'http://hooks.example.com/',
      'https://127.0.0.1/',
      'https://[::1]/',
      'https://2130706433/',
      'https://localhost/x',
      'https://metadata.google.internal/',
      'https://me:secret@hooks.example.com/',
      'ftp://hooks.example.com/',
      'javascript:alert(1)',
      'nonsense',
    ]) {
      const refused = await call(strict, 'POST /v1/actions', { token, body: { trigger: 'sign_up', url } })
      expect([refused.status, refused.body.code], url).toEqual([422, 'action.url_refused'])
      expect(refused.text).not.toContain(url)
    }
    const rules = [
      { trigger: 'sign_out' },
      { timeoutMs: 2001 },
      { timeoutMs: 0 },
      { onFailure: 'ignore' },
      { secret: 'x' },
    ]
    for (const wrong of rules) {
      const body = { trigger: 'sign_up', url: 'https://hooks.example.com/', ...wrong }
      expect((await call(strict, 'POST /v1/actions', { token, body })).body.code).toBe('request.invalid')
    }
    await strict.close()
  })

  test('is one of five of its trigger, also when they are made at the same time', async () => {
    const body = { trigger: 'sign_up', url: program.url, enabled: false }
    const answers = await Promise.all(
      Array.from({ length: 9 }, () => call(t, 'POST /v1/actions', { token: admin, body })),
    )
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(5)
    expect(answers.filter(({ body: { code } }) => code === 'action.limit_reached')).toHaveLength(4)
    const other = await call(t, 'POST /v1/actions', { token: admin, body: { ...body, trigger: 'token_issue' } })
    expect(other.status).toBe(201)
  })

  test('is managed in a fresh session alone, and by who may', async () => {
    const { id } = await makeAction(t, admin, { url: program.url, enabled: false })
    const person = (await signUp()).body.accessToken
    for (const path of ['GET /v1/actions', `GET /v1/actions/${id}`, `POST /v1/actions/${id}/test`])
      expect((await call(t, path, { token: person })).status).toBe(403)
    t.clock.advance(11 * 60_000)
    const stale = (
      await call<Session>(t, 'POST /v1/auth/sign-in', { body: { email: 'admin@example.com', password: PASSWORD } })
    ).body.accessToken
    await t.deps.db.$client.execute('UPDATE sessions SET authenticated_at = 0')
    t.deps.principals.forgetAll()
    const body = { trigger: 'sign_up', url: program.url }
    for (const [path, asked] of [
      ['POST /v1/actions', body],
      [`PATCH /v1/actions/${id}`, { enabled: true }],
      [`POST /v1/actions/${id}/rotate-secret`, {}],
      [`DELETE /v1/actions/${id}`, undefined],
    ] as const)
      expect((await call(t, path, { token: stale, body: asked })).body.code, path).toBe('auth.fresh_session_required')
    admin = (
      await call<Session>(t, 'POST /v1/auth/sign-in', { body: { email: 'admin@example.com', password: PASSWORD } })
    ).body.accessToken
  })
})

describe('before a sign-up', () => {
  test('the program is told who asks, with a signature of its secret and never the password', async () => {
    const { secret } = await makeAction(t, admin, { url: program.url })
    const email = newEmail()
    const answer = await signUp({ email, name: 'Ada' }, { 'user-agent': 'Tests/1', 'accept-language': 'pt' })
    expect(answer.status).toBe(201)
    expect(program.verify(secret, t.clock.now())).toEqual({
      id: expect.stringMatching(/^ask_[0-9a-f]{32}$/),
      type: 'action.sign_up',
      at: new Date(t.clock.now()).toISOString(),
      data: { email, name: 'Ada', method: 'password', address: '203.0.113.7', userAgent: 'Tests/1', locale: 'pt' },
    })
    const [{ body = '', headers = {} } = {}] = program.asked
    expect(headers['webhook-id']).toBe(JSON.parse(body).id)
    expect(body).not.toContain(PASSWORD)
  })

  test('it may refuse with a reason: nothing is written but the event, and no mail is sent', async () => {
    const { id } = await makeAction(t, admin, { url: program.url })
    program.answer = decides({ decision: 'deny', reason: 'Only for customers' })
    await t.work() // the mails of earlier tests
    const before = { users: await users(), mails: t.mails.length, denied: (await eventsOf(t, 'action.denied')).length }
    const email = newEmail()
    const refused = await signUp({ email })
    expect([refused.status, refused.body.code, refused.body.detail]).toEqual([
      403,
      'action.denied',
      'Only for customers',
    ])
    await signUp({ email }) // within a minute: no second event
    await t.work()
    const denied = await eventsOf(t, 'action.denied')
    expect([await users(), t.mails.length, denied.length]).toEqual([before.users, before.mails, before.denied + 1])
    expect(JSON.parse(String(denied.at(-1)?.data))).toEqual({ action: id, trigger: 'sign_up' })
    program.answer = decides({ decision: 'allow' })
    expect((await signUp({ email })).status).toBe(201)
  })

  test('it is asked for known addresses as for new ones, so a refusal reveals no account', async () => {
    const email = newEmail()
    await signUp({ email })
    await makeAction(t, admin, { url: program.url })
    program.answer = decides({ decision: 'deny', reason: 'No' })
    const { requestId: _, decisionId: _d, ...known } = (await signUp({ email })).body as Record<string, unknown>
    const { requestId: __, decisionId: __d, ...unknown } = (await signUp()).body as Record<string, unknown>
    expect(known).toEqual(unknown)
    expect(program.asked).toHaveLength(2)
  })

  test('every action is asked at the same time; one denial is enough, and a disabled one is not asked', async () => {
    let waiting = 0
    let together = 0
    const both = async (_: unknown, response: Parameters<Program['answer']>[1]) => {
      together = Math.max(together, ++waiting)
      while (together < 2) await new Promise((next) => setImmediate(next)) // until the other one is here too
      response.end(JSON.stringify({ decision: program.asked.length % 2 === 0 ? 'deny' : 'allow' }))
    }
    program.answer = both
    await makeAction(t, admin, { url: program.url })
    await makeAction(t, admin, { url: program.url })
    await makeAction(t, admin, { url: program.url, enabled: false })
    expect((await signUp()).body.code).toBe('action.denied')
    expect([program.asked.length, together]).toEqual([2, 2])
  })

  test('anonymous accounts are asked for, and again when they get an address', async () => {
    await makeAction(t, admin, { url: program.url })
    const { body } = await call<Session>(t, 'POST /v1/auth/anonymous', { body: {} })
    expect(program.asked.at(-1)?.question.data).toMatchObject({ email: null, method: 'anonymous' })
    program.answer = ({ data }, response) =>
      response.end(JSON.stringify({ decision: data.email === 'good@example.com' ? 'allow' : 'deny' }))
    const upgrade = (email: string) =>
      call(t, 'POST /v1/me/upgrade', { token: body.accessToken, body: { email, password: PASSWORD } })
    expect((await upgrade('bad@example.com')).body.code).toBe('action.denied')
    expect((await upgrade('good@example.com')).status).toBe(200)
    expect(program.asked.at(-1)?.question.data).toMatchObject({ upgrades: body.user.id, email: 'good@example.com' })
    expect((await call(t, 'POST /v1/auth/anonymous', { body: {} })).body.code).toBe('action.denied')
  })

  test('what an administrator makes is not asked for, and a request that is refused anyway asks nobody', async () => {
    await makeAction(t, admin, { url: program.url })
    program.answer = decides({ decision: 'deny' })
    const body = { email: newEmail(), name: 'By hand', password: PASSWORD }
    expect((await call(t, 'POST /v1/users', { token: admin, body })).status).toBe(201)
    expect((await signUp({ password: 'short' })).status).toBe(422)
    expect((await signUp({ email: 'nobody' })).status).toBe(422)
    expect(program.asked).toHaveLength(0)
  })
})

describe('a program that decides nothing', () => {
  const failures: [string, Program['answer']][] = [
    ['answers 500', decides({ decision: 'allow' }, 500)],
    ['answers 204', (_, response) => response.writeHead(204).end()],
    [
      'redirects',
      (_, response) => response.writeHead(307, { location: 'http://127.0.0.1:1/' }).end('{"decision":"allow"}'),
    ],
    ['is no JSON', (_, response) => response.end('<html>allow</html>')],
    ['is an array', (_, response) => response.end('["allow"]')],
    ['has no decision', decides({ allow: true })],
    ['has another decision', decides({ decision: 'ALLOW' })],
    ['is too long', (_, response) => response.end(JSON.stringify({ decision: 'allow', pad: 'x'.repeat(9000) }))],
    [
      'is endless',
      (_, response) => response.writeHead(200, { 'content-length': '100000000' }).write('x'.repeat(100_000)),
    ],
    ['is not UTF-8', (_, response) => response.end(Buffer.from([0x7b, 0xff, 0x7d]))],
    ['never comes', () => {}],
    ['comes too late', (_, response) => void response.writeHead(200).write('{"decision":')],
    [
      'is cut',
      (_, response, request) => {
        response.write('{')
        request.socket.destroy()
      },
    ],
  ]

  test.each(failures)('denies if that is set, when its answer %s', async (_, answer) => {
    const { id } = await makeAction(t, admin, { url: program.url, timeoutMs: 300 })
    program.answer = answer
    const before = await users()
    const refused = await signUp()
    expect([refused.status, refused.body.code, refused.headers.get('retry-after')]).toEqual([
      503,
      'action.unavailable',
      '5',
    ])
    expect(refused.text).not.toContain(program.url)
    expect(await users()).toBe(before)
    const event = JSON.parse(String((await eventsOf(t, 'action.failed')).at(-1)?.data))
    expect(event).toEqual({ action: id, trigger: 'sign_up', reason: expect.any(String), decided: 'deny' })
  })

  test.each(failures)('allows if that is set, when its answer %s', async (_, answer) => {
    await makeAction(t, admin, { url: program.url, timeoutMs: 300, onFailure: 'allow' })
    program.answer = answer
    expect((await signUp()).status).toBe(201)
  })

  test('does not weigh against a denial of another one, and one that does not listen at all is the same', async () => {
    await makeAction(t, admin, { url: 'http://127.0.0.1:1/', onFailure: 'allow' })
    await makeAction(t, admin, { url: program.url })
    expect((await signUp()).status).toBe(201)
    program.answer = decides({ decision: 'deny', reason: 'No' })
    expect((await signUp()).body).toMatchObject({ code: 'action.denied', detail: 'No' })
  })

  test('fails once in the log of events a minute, however many people wait for it', async () => {
    await makeAction(t, admin, { url: 'http://127.0.0.1:1/' })
    const before = (await eventsOf(t, 'action.failed')).length
    await Promise.all([signUp(), signUp(), signUp(), signUp()])
    expect((await eventsOf(t, 'action.failed')).length).toBe(before + 1)
    t.clock.advance(61_000)
    await signUp()
    expect((await eventsOf(t, 'action.failed')).length).toBe(before + 2)
  })

  test('holds 200 requests at most, and those after them are decided at once', async () => {
    await makeAction(t, admin, { url: program.url, onFailure: 'allow' })
    const held: Parameters<Program['answer']>[1][] = []
    program.answer = (_, response) => void held.push(response)
    const anonymous = () => call(t, 'POST /v1/auth/anonymous', { body: {} })
    const waiting = Array.from({ length: 200 }, anonymous)
    while (held.length < 200) await new Promise((next) => setTimeout(next, 5))
    expect((await anonymous()).status).toBe(201)
    expect(held).toHaveLength(200)
    for (const response of held) response.end('{"decision":"deny"}')
    expect((await Promise.all(waiting)).every(({ status }) => status === 403)).toBe(true)
  })

  test('a reason that cannot be shown is left out, and still denies', async () => {
    await makeAction(t, admin, { url: program.url })
    for (const reason of [' \u200b ', 'x'.repeat(201), 7, { a: 1 }, '\0', null]) {
      program.answer = decides({ decision: 'deny', reason })
      const { status, body } = await signUp()
      expect([status, body.code, body.detail]).toEqual([403, 'action.denied', undefined])
    }
  })

  test('a reason is one line, and turns no text around it', async () => {
    await makeAction(t, admin, { url: program.url })
    for (const [reason, shown] of [
      ['moc.elpmaxe\u202e ot og', 'moc.elpmaxe ot og'],
      ['\u2067Ask\u2069 \u200fus\u200e\u061c', 'Ask us'],
      ['Only\r\nfor\u2028customers\u0007\u009b31m', 'Only for customers31m'],
      ['فقط لعملائنا', 'فقط لعملائنا'],
    ]) {
      program.answer = decides({ decision: 'deny', reason })
      expect((await signUp()).body.detail).toBe(shown)
    }
  })
})

describe('a secret', () => {
  test('that is replaced signs for as long as was asked, beside the new one', async () => {
    const { id, secret } = await makeAction(t, admin, { url: program.url })
    const rotate = async (body: object) =>
      (
        await call<{ secret: string; previousSecretUntil?: string }>(t, `POST /v1/actions/${id}/rotate-secret`, {
          token: admin,
          body,
        })
      ).body
    const second = await rotate({ overlapUntil: new Date(t.clock.now() + 3_600_000).toISOString() })
    expect(second.previousSecretUntil).toBe(new Date(t.clock.now() + 3_600_000).toISOString())
    await signUp()
    for (const known of [secret, second.secret]) program.verify(known, t.clock.now())
    t.clock.advance(3_600_000)
    const { accessToken: token } = (
      await call<Session>(t, 'POST /v1/auth/sign-in', { body: { email: 'admin@example.com', password: PASSWORD } })
    ).body
    admin = token
    await signUp()
    expect(() => program.verify(secret, t.clock.now())).toThrow('No matching signature')
    program.verify(second.secret, t.clock.now())
    const third = await rotate({ overlapUntil: new Date(t.clock.now()).toISOString() })
    await signUp()
    expect(() => program.verify(second.secret, t.clock.now())).toThrow('No matching signature')
    program.verify(third.secret, t.clock.now())
    expect('previousSecretUntil' in third).toBe(false)
  })

  test('that cannot be read with this APP_SECRET is a failure, which is decided as was set', async () => {
    await makeAction(t, admin, { url: program.url })
    await t.deps.db.$client.execute("UPDATE actions SET secret = 'AAAA.AAAA'")
    t.deps.principals.forgetAll()
    expect((await signUp()).body.code).toBe('action.unavailable')
    expect(program.asked).toHaveLength(0)
  })
})

test('a test says what the program decides, and nothing happens', async () => {
  const { id } = await makeAction(t, admin, { url: program.url, enabled: false })
  const ask = async () => (await call(t, `POST /v1/actions/${id}/test`, { token: admin })).body
  const before = await users()
  expect(await ask()).toMatchObject({ outcome: 'allow', claims: {}, status: 200 })
  program.answer = decides({ decision: 'deny', reason: 'No' })
  expect(await ask()).toMatchObject({ outcome: 'deny', reason: 'No', status: 200 })
  program.answer = decides({}, 404)
  expect(await ask()).toMatchObject({ outcome: 'failed', reason: 'it answered 404', status: 404 })
  program.answer = (_, __, request) => void request.socket.destroy()
  expect(await ask()).toEqual({ outcome: 'failed', reason: 'the host does not answer', tookMs: expect.any(Number) })
  expect(await users()).toBe(before)
})
