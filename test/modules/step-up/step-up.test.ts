/** Step-up of a session (security.md 16, 17): `POST /v1/auth/step-up`, and the routes that ask for it. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { decodeJwt } from 'jose'
import { freshMarks } from '../../../src/http/access.ts'
import type { ActiveSessions } from '../../../src/modules/sessions/schema.ts'
import { pathFor, routesOf, validBody } from '../../http/support/routes.ts'
import {
  call,
  cookieOf,
  PASSWORD,
  type Session,
  setUpAdmin,
  signIn,
  signInWithCookie,
  signUp,
} from '../../support/client.ts'
import { executeOn } from '../../support/sql.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import { requestProof } from '../proofs/support/mail.ts'

setDefaultTimeout(300_000) // many password hashes, on a machine that runs other tests too

/** Every route that takes a fresh session alone. */
const FRESH = [
  'DELETE /v1/me',
  'GET /v1/me/export',
  'POST /v1/me/email',
  'POST /v1/me/upgrade',
  'POST /v1/me/mfa/totp',
  'POST /v1/me/mfa/totp/confirm',
  'DELETE /v1/me/mfa/totp',
  'POST /v1/me/mfa/recovery-codes',
  'POST /v1/me/passkeys/options',
  'POST /v1/me/passkeys',
  'DELETE /v1/me/passkeys/:id',
  'POST /v1/me/identities/:provider/start',
  'DELETE /v1/me/identities/:id',
  'POST /v1/orgs/:id/leave',
]
/** Own routes where it depends on the body or on the principal: an API key may call them too. Their handlers ask, after the schema. */
const FRESH_IN_HANDLER = [
  'PATCH /v1/webhooks/:id',
  'DELETE /v1/webhooks/:id',
  'POST /v1/webhooks/:id/rotate-secret',
  'POST /v1/webhooks',
  'PATCH /v1/me',
  'POST /v1/api-keys',
  'DELETE /v1/api-keys/:id',
  'POST /v1/api-keys/:id/rotate',
  'POST /v1/service-accounts',
  'PATCH /v1/service-accounts/:id',
  'DELETE /v1/service-accounts/:id',
  'POST /v1/oauth-clients',
  'PATCH /v1/oauth-clients/:id',
  'DELETE /v1/oauth-clients/:id',
  'POST /v1/oauth-clients/:id/secrets',
  'DELETE /v1/oauth-clients/:id/secrets/:secretId',
  'POST /v1/resources',
  'PATCH /v1/resources/:id',
  'DELETE /v1/resources/:id',
]
const STALE_MS = 10 * 60_000 + 1

let t: TestApp
let admin: Session
let n = 0
beforeAll(async () => {
  t = await createTestApp({ env: { ACCESS_TTL_SECONDS: '86400' } })
  admin = await setUpAdmin(t)
})
afterAll(() => t.close())

const newcomer = () => signUp(t, `step-up${n++}@example.com`)
const stepUp = (token: string, password: unknown = PASSWORD) =>
  call<Session>(t, 'POST /v1/auth/step-up', { token, body: { password } })
const idOf = ({ accessToken }: Session): string => decodeJwt<{ sid: string }>(accessToken).sid
const status = async (token: string) => (await call(t, 'GET /v1/me', { token })).status
const refreshed = async (refreshToken: string) =>
  (await call(t, 'POST /v1/auth/refresh', { body: { refreshToken } })).status
const execute = executeOn(() => t)
const eventsOf = async (userId: string) =>
  (await execute('SELECT type, session_id, actor_id, data FROM events WHERE user_id = ? ORDER BY id', userId)).rows

test('a token session is replaced by a fresh one, and both tokens of the old one are refused', async () => {
  const old = await newcomer()
  t.clock.advance(STALE_MS)
  expect(await status(old.accessToken)).toBe(200) // and is cached
  const answer = await stepUp(old.accessToken)
  expect(answer.status).toBe(200)
  expect(Object.keys(answer.body).sort()).toEqual(['accessToken', 'expiresIn', 'refreshToken', 'tokenType', 'user'])
  expect(answer.body.user).toEqual(old.user)
  expect(answer.headers.get('set-cookie')).toBeNull()
  expect(idOf(answer.body)).not.toBe(idOf(old))
  expect([await status(old.accessToken), await refreshed(old.refreshToken)]).toEqual([401, 401])
  expect([await status(answer.body.accessToken), await refreshed(answer.body.refreshToken)]).toEqual([200, 200])
  const { items } = (await call<ActiveSessions>(t, 'GET /v1/me/sessions', { token: answer.body.accessToken })).body
  expect(items.map(({ id }) => id)).toEqual([idOf(answer.body)])
  const events = (await eventsOf(old.user.id)).filter(({ type }) => /^session\.(?:created|stepped_up)$/.test(`${type}`))
  expect(events.slice(1)).toEqual([
    { type: 'session.stepped_up', session_id: idOf(old), actor_id: old.user.id, data: '{"by":"password"}' },
    {
      type: 'session.created',
      session_id: idOf(answer.body),
      actor_id: old.user.id,
      data: '{"kind":"token","amr":["pwd"]}',
    },
  ] as never)
})

test('a cookie session gets a new cookie and shows no token', async () => {
  const { user } = await newcomer()
  const old = await signInWithCookie(t, user.email)
  const answer = await call(t, 'POST /v1/auth/step-up', { cookie: old, body: { password: PASSWORD } })
  expect([answer.status, Object.keys(answer.body).sort()]).toEqual([200, ['expiresIn', 'user']])
  const next = cookieOf(answer)
  expect(next).not.toBe(old)
  for (const part of [/; HttpOnly/, /; Secure/, /; SameSite=Lax/, /; Path=\//])
    expect(answer.headers.get('set-cookie')).toMatch(part)
  expect((await call(t, 'GET /v1/me', { cookie: next })).status).toBe(200)
  for (const path of ['GET /v1/me', 'POST /v1/auth/refresh'])
    expect((await call(t, path, { cookie: old })).status).toBe(401)
})

test('a page of another site cannot step up a cookie session', async () => {
  const { user } = await newcomer()
  const cookie = await signInWithCookie(t, user.email)
  const headers = { origin: 'https://evil.example' }
  const answer = await call(t, 'POST /v1/auth/step-up', { cookie, headers, body: { password: PASSWORD } })
  expect(answer.body).toMatchObject({ code: 'request.origin_refused' })
  expect((await call(t, 'GET /v1/me', { cookie })).status).toBe(200)
})

test('a wrong password is 401, is recorded, and does not change the session', async () => {
  const session = await newcomer()
  t.clock.advance(STALE_MS)
  for (const password of ['wrong password, wrong', PASSWORD.toUpperCase(), `${PASSWORD} `, 'x'.repeat(1024)]) {
    const answer = await stepUp(session.accessToken, password)
    expect([answer.status, answer.body]).toMatchObject([401, { code: 'auth.invalid_credentials' }])
    expect(answer.text).not.toContain(password)
  }
  expect(await status(session.accessToken)).toBe(200)
  const refused = await call(t, 'DELETE /v1/me', { token: session.accessToken })
  expect(refused.body).toMatchObject({ code: 'auth.fresh_session_required' })
  const failed = (await eventsOf(session.user.id)).filter(({ type }) => type === 'auth.failed')
  expect(failed).toHaveLength(4)
  expect(failed[0]).toMatchObject({ actor_id: session.user.id, data: '{"reason":"wrong_password","signedIn":true}' })
})

test.each([
  {},
  { password: '' },
  { password: 5 },
  { password: 'x'.repeat(1025) },
  { password: PASSWORD, email: 'a@b.co' },
])('a body such as %p is 422 and ends nothing', async (body) => {
  const { accessToken: token } = await newcomer()
  expect((await call(t, 'POST /v1/auth/step-up', { token, body })).status).toBe(422)
  expect(await status(token)).toBe(200)
})

test('without a living session it is 401 before any word about the schema or the password', async () => {
  const session = await newcomer()
  await call(t, 'POST /v1/auth/sign-out', { token: session.accessToken })
  for (const token of [session.accessToken, 'nonsense', session.refreshToken])
    for (const body of [{ password: PASSWORD }, { password: 'wrong' }, {}])
      expect((await call(t, 'POST /v1/auth/step-up', { token, body })).status).toBe(401)
  expect((await call(t, 'POST /v1/auth/step-up', { body: { password: PASSWORD } })).status).toBe(401)
})

test('an account without a password gets its own error, and its session goes on', async () => {
  const session = await newcomer()
  await execute('UPDATE users SET password_hash = NULL WHERE id = ?', session.user.id)
  const answer = await stepUp(session.accessToken)
  expect([answer.status, answer.body]).toMatchObject([409, { code: 'user.no_password' }])
  expect(await status(session.accessToken)).toBe(200)
})

test('a disabled user cannot step up', async () => {
  const session = await newcomer()
  await call(t, `POST /v1/users/${session.user.id}/disable`, { token: admin.accessToken })
  expect((await stepUp(session.accessToken)).status).toBe(401)
})

test('the password of another user is wrong', async () => {
  const session = await newcomer()
  const email = `other${n++}@example.com`
  await signUp(t, email, 'quite another password')
  expect((await stepUp(session.accessToken, 'quite another password')).status).toBe(401)
})

test('of 50 step-ups at once one succeeds, and one session stays valid', async () => {
  const session = await newcomer()
  const elsewhere = await signIn(t, session.user.email)
  const answers = await Promise.all(Array.from({ length: 50 }, () => stepUp(session.accessToken)))
  const won = answers.filter((answer) => answer.status === 200)
  expect(won).toHaveLength(1)
  for (const lost of answers.filter((answer) => answer.status !== 200)) expect([401, 503]).toContain(lost.status)
  expect(await status(session.accessToken)).toBe(401)
  const token = won[0]?.body.accessToken ?? ''
  const { items } = (await call<ActiveSessions>(t, 'GET /v1/me/sessions', { token })).body
  expect(items.map(({ id }) => id).sort()).toEqual([idOf(won[0]?.body as Session), idOf(elsewhere)].sort())
  const events = (await eventsOf(session.user.id)).filter(({ type }) => type === 'session.stepped_up')
  expect(events).toHaveLength(1)
}, 300_000)

test.each<[string, (session: Session) => Promise<unknown>]>([
  ['the password was changed', ({ user }) => execute("UPDATE users SET password_hash = '$x' WHERE id = ?", user.id)],
  ['the account was disabled', ({ user }) => execute("UPDATE users SET status = 'disabled' WHERE id = ?", user.id)],
  ['the account was deleted', ({ user }) => execute('DELETE FROM users WHERE id = ?', user.id)],
  ['the session was ended', ({ accessToken: token }) => call(t, 'POST /v1/auth/sign-out', { token })],
])('a password right at first opens nothing when meanwhile %s', async (_, meanwhile) => {
  const session = await newcomer()
  const { verify } = t.deps.passwords
  t.deps.passwords.verify = async (password, phc) => {
    const matches = await verify(password, phc)
    await meanwhile(session)
    return matches
  }
  const answer = await stepUp(session.accessToken)
  t.deps.passwords.verify = verify
  expect([answer.status, answer.body]).toMatchObject([401, { code: 'session.expired' }])
  const { rows } = await execute('SELECT count(*) AS n FROM sessions WHERE user_id = ?', session.user.id)
  expect(Number(rows[0]?.n)).toBeLessThan(2)
})

test('the new session has a life of its own, and its freshness lasts ten minutes', async () => {
  const session = await newcomer()
  t.clock.advance(STALE_MS)
  const fresh = (await stepUp(session.accessToken)).body
  t.clock.advance(STALE_MS - 1)
  const { items } = (await call<ActiveSessions>(t, 'GET /v1/me/sessions', { token: fresh.accessToken })).body
  expect(Date.parse(items[0]?.expiresAt ?? '') - Date.parse(items[0]?.createdAt ?? '')).toBe(30 * 86_400_000)
  expect((await call(t, 'DELETE /v1/me', { token: fresh.accessToken })).status).toBe(204)
})

test('guesses spend the budget of the account and address, and the right one gives it back', async () => {
  const limited = await createTestApp({ env: { RATE_LIMIT: 'on', ACCESS_TTL_SECONDS: '86400' } })
  try {
    const { accessToken: token } = await signUp(limited, 'guessed@example.com')
    const guess = (password: string) => call(limited, 'POST /v1/auth/step-up', { token, body: { password } })
    const statuses: number[] = []
    for (let time = 0; time < 7; time++) statuses.push((await guess('wrong password, wrong')).status)
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429])
    const limitedAnswer = await guess(PASSWORD)
    expect([limitedAnswer.status, limitedAnswer.body.code]).toEqual([429, 'request.rate_limited'])
    expect(Number(limitedAnswer.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await call(limited, 'GET /v1/me', { token })).status).toBe(200)
    limited.clock.advance(60_001)
    expect((await guess('wrong password, wrong')).status).toBe(401)
    const right = await guess(PASSWORD)
    expect(right.status).toBe(200)
    await limited.settle()
    const after: number[] = []
    for (let time = 0; time < 6; time++)
      after.push(
        (
          await call(limited, 'POST /v1/auth/step-up', {
            token: (right.body as Session).accessToken,
            body: { password: 'wrong password, wrong' },
          })
        ).status,
      )
    expect(after).toEqual([401, 401, 401, 401, 401, 429])
  } finally {
    await limited.close()
  }
})

test('the routes that require a fresh session are listed here, and check it before the schema', async () => {
  const session = await newcomer()
  t.clock.advance(STALE_MS)
  const asking: string[] = []
  for (const route of await routesOf(t.app)) {
    if (route.mark === 'public' || route.path.startsWith('/v1/me/sessions') || route.name === 'POST /v1/auth/step-up')
      continue
    const answer = await call(t, `${route.method} ${pathFor(route)}`, {
      token: session.accessToken,
      ...(route.body ? { body: validBody(route.body) } : {}),
    })
    if (answer.body.code === 'auth.fresh_session_required') {
      asking.push(route.name)
      if (FRESH_IN_HANDLER.includes(route.name)) continue
      const nonsense = await call(t, `${route.method} ${pathFor(route)}`, { token: session.accessToken, body: 5 })
      expect(nonsense.body.code, route.name).toBe('auth.fresh_session_required')
    }
  }
  expect(asking.sort()).toEqual([...FRESH, ...FRESH_IN_HANDLER].sort())
  const marked = (await routesOf(t.app)).filter(({ mark }) => freshMarks.includes(mark))
  expect(marked.map(({ name }) => name).sort()).toEqual([...FRESH].sort())
  const written = await Bun.file('docs/sessions.md').text()
  expect(FRESH.filter((name) => !written.includes(`\`${name}\``))).toEqual([])
})

test('with a clock set back a proof from the future does not count, and a new one does', async () => {
  const session = await newcomer()
  t.clock.advance(-2 * 3_600_000)
  const { accessToken: token } = (
    await call<Session>(t, 'POST /v1/auth/refresh', { body: { refreshToken: session.refreshToken } })
  ).body
  const refused = await call(t, 'DELETE /v1/me', { token })
  expect(refused.body).toMatchObject({ code: 'auth.fresh_session_required' })
  const fresh = await stepUp(token)
  expect((await call(t, 'DELETE /v1/me', { token: fresh.body.accessToken })).status).toBe(204)
  t.clock.advance(2 * 3_600_000)
})

describe('by a code of a mail, for accounts without a password too', () => {
  const byCode = (token: string, code: string) => call<Session>(t, 'POST /v1/auth/step-up', { token, body: { code } })

  test('makes the session fresh, once, and one of many at once does', async () => {
    const session = await newcomer()
    await t.deps.db.$client.execute({
      sql: 'UPDATE users SET password_hash = NULL WHERE id = ?',
      args: [session.user.id],
    })
    await t.work()
    t.clock.advance(STALE_MS)
    const { code } = await requestProof(t, 'email-code', session.user.email)
    const answers = await Promise.all(Array.from({ length: 20 }, () => byCode(session.accessToken, code)))
    const [fresh, ...more] = answers.filter(({ status }) => status === 200)
    expect(more).toEqual([])
    expect((await call(t, 'GET /v1/me', { token: session.accessToken })).status).toBe(401)
    expect((await call(t, 'DELETE /v1/me', { token: fresh?.body.accessToken })).status).toBe(204)
  })

  test('a wrong code, and the code of another user, do not change the session', async () => {
    const session = await newcomer()
    const other = await signUp(t, 'other@example.com')
    await t.work()
    const { code } = await requestProof(t, 'email-code', other.user.email)
    expect((await byCode(session.accessToken, code)).body).toMatchObject({ code: 'token.invalid' })
    expect((await call(t, 'GET /v1/me', { token: session.accessToken })).status).toBe(200)
    expect((await byCode(other.accessToken, code)).status).toBe(200)
  })
})
