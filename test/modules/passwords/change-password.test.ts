import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { call, PASSWORD, type Session, signIn, signInWithCookie, signUp } from '../../support/client.ts'
import { executeOn } from '../../support/sql.ts'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'

setDefaultTimeout(300_000) // many password hashes, on a machine that runs other tests too

const NEXT = 'an entirely different phrase'

let t: TestApp
let n = 0
beforeAll(async () => {
  t = await createTestApp({ env: { ACCESS_TTL_SECONDS: '86400' } })
})
afterAll(() => t.close())

const newcomer = () => signUp(t, `password${n++}@example.com`)
const change = (token: string, body: Record<string, unknown> = {}) =>
  call(t, 'POST /v1/me/password', { token, body: { currentPassword: PASSWORD, newPassword: NEXT, ...body } })
const attempt = async (email: string, password: string) =>
  (await call(t, 'POST /v1/auth/sign-in', { body: { email, password } })).status
const status = async (token: string) => (await call(t, 'GET /v1/me', { token })).status
const execute = executeOn(() => t)
const hashOf = async (id: string) =>
  (await execute('SELECT password_hash FROM users WHERE id = ?', id)).rows[0]?.password_hash
const eventsOf = async (userId: string, type: string) =>
  (await execute('SELECT * FROM events WHERE user_id = ? AND type = ?', userId, type)).rows
const noticesTo = async (email: string) => {
  await t.work()
  return t.mails.filter(({ to, subject }) => to === email && /^your password .* was changed$/i.test(subject))
}
/** The proof in the newest mail to an address. */
const proofTo = async (email: string): Promise<string> => {
  await t.work()
  const mail = t.mails.findLast((one) => one.to === email && one.text.includes('#token='))
  return /#token=([\w-]+)/.exec(mail?.text ?? '')?.[1] ?? ''
}

test('the new password signs in and the old one does not; other sessions end and the owner gets a mail', async () => {
  const session = await newcomer()
  const other = await signIn(t, session.user.email)
  const cookie = await signInWithCookie(t, session.user.email)
  for (const token of [session.accessToken, other.accessToken]) expect(await status(token)).toBe(200)
  const answer = await change(session.accessToken)
  expect([answer.status, answer.text]).toEqual([204, ''])
  expect([await status(session.accessToken), await status(other.accessToken)]).toEqual([200, 401])
  expect((await call(t, 'GET /v1/me', { cookie })).status).toBe(401)
  const refreshed = await call(t, 'POST /v1/auth/refresh', { body: { refreshToken: other.refreshToken } })
  expect(refreshed.status).toBe(401)
  expect([await attempt(session.user.email, PASSWORD), await attempt(session.user.email, NEXT)]).toEqual([401, 200])
  const events = await eventsOf(session.user.id, 'user.password_changed')
  expect(events).toHaveLength(1)
  expect(events[0]).toMatchObject({ actor_id: session.user.id, result: 'success', data: '{"endOtherSessions":true}' })
  const notices = await noticesTo(session.user.email)
  expect(notices).toHaveLength(1)
  for (const text of [JSON.stringify(events), JSON.stringify(notices)]) {
    expect(text).not.toContain(NEXT)
    expect(text).not.toContain(PASSWORD)
  }
})

test('other sessions are kept if the request asks for it', async () => {
  const session = await newcomer()
  const other = await signIn(t, session.user.email)
  expect((await change(session.accessToken, { endOtherSessions: false })).status).toBe(204)
  expect([await status(session.accessToken), await status(other.accessToken)]).toEqual([200, 200])
  const refreshed = await call(t, 'POST /v1/auth/refresh', { body: { refreshToken: other.refreshToken } })
  expect(refreshed.status).toBe(200)
})

test('a cookie session changes it too, and not from another origin', async () => {
  const { user } = await newcomer()
  const cookie = await signInWithCookie(t, user.email)
  const body = { currentPassword: PASSWORD, newPassword: NEXT }
  const headers = { origin: 'https://evil.example' }
  const forged = await call(t, 'POST /v1/me/password', { cookie, headers, body })
  expect(forged.body).toMatchObject({ code: 'request.origin_refused' })
  expect((await call(t, 'POST /v1/me/password', { cookie, body })).status).toBe(204)
  expect(await attempt(user.email, NEXT)).toBe(200)
})

test('a wrong current password changes nothing, ends no session and is recorded', async () => {
  const session = await newcomer()
  const other = await signIn(t, session.user.email)
  const before = await hashOf(session.user.id)
  const answer = await change(session.accessToken, { currentPassword: 'canary not the password' })
  expect([answer.status, answer.body.code]).toEqual([401, 'auth.invalid_credentials'])
  expect(answer.text).not.toContain('canary')
  expect(await hashOf(session.user.id)).toBe(before as never)
  expect([await status(session.accessToken), await status(other.accessToken)]).toEqual([200, 200])
  expect(await eventsOf(session.user.id, 'auth.failed')).toHaveLength(1)
  expect(await noticesTo(session.user.email)).toEqual([])
})

test.each<[string, string, RegExp]>([
  ['too short', 'short', /fewer than 12/],
  ['in every list', 'password1234', /most used|stolen/],
  ['the address again', 'password-hostile@example.com', /consists mostly of/],
  ['what it was', PASSWORD, /same as the current one/],
])(
  'a new password that is %s is refused with its reason, at its place, and not repeated',
  async (_, newPassword, why) => {
    const email = 'password-hostile@example.com'
    const known = await call<Session>(t, 'POST /v1/auth/sign-in', { body: { email, password: PASSWORD } })
    const { accessToken: token } = known.status === 200 ? known.body : await signUp(t, email)
    const answer = await change(token, { newPassword })
    expect([answer.status, answer.body.code]).toEqual([422, 'user.password_refused'])
    expect(answer.body.errors).toEqual([{ path: '/newPassword', message: expect.stringMatching(why) as string }])
    if (newPassword !== 'short') expect(answer.text).not.toContain(newPassword)
    expect(await attempt(email, PASSWORD)).toBe(200)
  },
)

test('another Unicode form of the old password does not count as a new password', async () => {
  const email = `password${n++}@example.com`
  const old = 'contraseña única ñandú'
  const { accessToken: token } = await signUp(t, email, old.normalize('NFC'))
  const answer = await change(token, { currentPassword: old.normalize('NFC'), newPassword: old.normalize('NFD') })
  expect(answer.body).toMatchObject({ code: 'user.password_refused' })
})

test('a stolen new password is refused after the current one was right, and only then looked up', async () => {
  const { accessToken: token } = await newcomer()
  const digest = new Bun.CryptoHasher('sha1').update(NEXT).digest('hex').toUpperCase()
  t.foreign.answer = async () => new Response(`${digest.slice(5)}:3\r\n`)
  t.asked.length = 0
  expect((await change(token, { currentPassword: 'wrong password, wrong' })).status).toBe(401)
  expect(t.asked).toEqual([])
  expect((await change(token)).body).toMatchObject({ code: 'user.password_refused' })
  expect(t.asked).toEqual([`https://api.pwnedpasswords.com/range/${digest.slice(0, 5)}`])
  t.foreign.answer = async () => new Response('')
})

test.each([
  {},
  { currentPassword: PASSWORD },
  { newPassword: NEXT },
  { currentPassword: '', newPassword: NEXT },
  { currentPassword: PASSWORD, newPassword: 'x'.repeat(1025) },
  { currentPassword: PASSWORD, newPassword: NEXT, endOtherSessions: 'yes' },
  { currentPassword: PASSWORD, newPassword: NEXT, userId: `usr_${'0'.repeat(32)}` },
  { currentPassword: PASSWORD, newPassword: 'a\u0000 password of some length' },
  [PASSWORD, NEXT],
])('a body such as %j is 422 and changes nothing', async (body) => {
  const { accessToken: token, user } = await newcomer()
  const before = await hashOf(user.id)
  expect((await call(t, 'POST /v1/me/password', { token, body })).status).toBe(422)
  expect(await hashOf(user.id)).toBe(before as never)
})

test('without a living session it is 401, also with the right password', async () => {
  const session = await newcomer()
  await call(t, 'POST /v1/auth/sign-out', { token: session.accessToken })
  expect((await change(session.accessToken)).status).toBe(401)
  const body = { currentPassword: PASSWORD, newPassword: NEXT }
  expect((await call(t, 'POST /v1/me/password', { body, headers: { origin: ORIGIN } })).status).toBe(401)
  expect(await attempt(session.user.email, PASSWORD)).toBe(200)
})

test('the error for an account without a password says how to set one', async () => {
  const session = await newcomer()
  await execute('UPDATE users SET password_hash = NULL WHERE id = ?', session.user.id)
  const answer = await change(session.accessToken)
  expect([answer.status, answer.body.code]).toEqual([409, 'user.no_password'])
  expect(await hashOf(session.user.id)).toBeNull()
})

test('of 20 changes at once exactly one takes effect and sends one mail, and its password signs in', async () => {
  const session = await newcomer()
  const wanted = Array.from({ length: 20 }, (_, index) => `${NEXT} number ${index}`)
  const answers = await Promise.all(wanted.map((newPassword) => change(session.accessToken, { newPassword })))
  const won = answers.flatMap((answer, index) => (answer.status === 204 ? [index] : []))
  expect(won).toHaveLength(1)
  for (const answer of answers) expect([204, 401, 503]).toContain(answer.status)
  expect(await attempt(session.user.email, wanted[won[0] ?? -1] ?? '')).toBe(200)
  expect(await eventsOf(session.user.id, 'user.password_changed')).toHaveLength(1)
  expect(await noticesTo(session.user.email)).toHaveLength(1)
}, 300_000)

test.each<[string, (session: Session) => Promise<unknown>]>([
  ['the password was changed', ({ user }) => execute("UPDATE users SET password_hash = '$x' WHERE id = ?", user.id)],
  ['the account was disabled', ({ user }) => execute("UPDATE users SET status = 'disabled' WHERE id = ?", user.id)],
  ['the session was ended', ({ accessToken: token }) => call(t, 'POST /v1/auth/sign-out', { token })],
])('a password right at first changes nothing when meanwhile %s', async (_, meanwhile) => {
  const session = await newcomer()
  const other = await signIn(t, session.user.email)
  const { verify } = t.deps.passwords
  let before: unknown
  t.deps.passwords.verify = async (password, phc) => {
    const matches = await verify(password, phc)
    await meanwhile(session)
    before = await hashOf(session.user.id)
    return matches
  }
  const answer = await change(session.accessToken)
  t.deps.passwords.verify = verify
  expect([answer.status, answer.body.code]).toEqual([401, 'auth.invalid_credentials'])
  expect(await hashOf(session.user.id)).toBe(before as never)
  const { rows } = await execute(
    'SELECT count(*) AS n FROM sessions WHERE user_id = ? AND ended_at IS NULL',
    session.user.id,
  )
  expect(Number(rows[0]?.n)).toBeGreaterThan(0)
  expect(other.user.id).toBe(session.user.id)
  expect(await eventsOf(session.user.id, 'user.password_changed')).toEqual([])
  expect(await noticesTo(session.user.email)).toEqual([])
})

test('earlier mails no longer open the account or move it to another address', async () => {
  const session = await newcomer()
  const { email } = session.user
  await call(t, 'POST /v1/auth/forgot-password', { body: { email } })
  const reset = await proofTo(email)
  const moved = `moved-${email}`
  expect((await call(t, 'POST /v1/me/email', { token: session.accessToken, body: { email: moved } })).status).toBe(202)
  const move = await proofTo(moved)
  expect([reset, move].every((token) => token.length > 20)).toBeTrue()
  expect((await change(session.accessToken)).status).toBe(204)
  const takeover = await call(t, 'POST /v1/auth/reset-password', {
    body: { token: reset, password: 'the password of a thief' },
  })
  expect(takeover.body).toMatchObject({ code: 'token.invalid' })
  const answer = await call(t, 'POST /v1/auth/verify-email', { body: { token: move } })
  expect(answer.body).toMatchObject({ code: 'token.invalid' })
  expect([await attempt(email, NEXT), await attempt(moved, NEXT)]).toEqual([200, 401])
  await call(t, 'POST /v1/auth/forgot-password', { body: { email } })
  expect(await proofTo(email)).not.toBe(reset) // and a new one is sent
})

test('a reset, too, stops a move to another address that was asked for before', async () => {
  const thief = await newcomer()
  const { email } = thief.user
  const moved = `moved-${email}`
  await call(t, 'POST /v1/me/email', { token: thief.accessToken, body: { email: moved } })
  const move = await proofTo(moved)
  await call(t, 'POST /v1/auth/forgot-password', { body: { email } })
  const body = { token: await proofTo(email), password: NEXT }
  expect((await call(t, 'POST /v1/auth/reset-password', { body })).status).toBe(200)
  const answer = await call(t, 'POST /v1/auth/verify-email', { body: { token: move } })
  expect(answer.body).toMatchObject({ code: 'token.invalid' })
  expect([await attempt(email, NEXT), await attempt(moved, NEXT)]).toEqual([200, 401])
})

test('guesses at the current password spend the sign-in budget', async () => {
  const limited = await createTestApp({ env: { RATE_LIMIT: 'on' } })
  try {
    const { accessToken: token, user } = await signUp(limited, 'guessed@example.com')
    const guess = (currentPassword: string) =>
      call(limited, 'POST /v1/me/password', { token, body: { currentPassword, newPassword: NEXT } })
    const statuses: number[] = []
    for (let time = 0; time < 6; time++) statuses.push((await guess('wrong password, wrong')).status)
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429])
    const body = { email: user.email, password: 'wrong password, wrong' }
    expect((await call(limited, 'POST /v1/auth/sign-in', { body })).status).toBe(429)
    expect((await call(limited, 'POST /v1/auth/step-up', { token, body: { password: PASSWORD } })).status).toBe(429)
    limited.clock.advance(60_001)
    expect((await guess(PASSWORD)).status).toBe(204)
  } finally {
    await limited.close()
  }
})

test('a step-up and a change at once leave one password and no session of the old one behind', async () => {
  const session = await newcomer()
  const [stepped, changed] = await Promise.all([
    call<Session>(t, 'POST /v1/auth/step-up', { token: session.accessToken, body: { password: PASSWORD } }),
    change(session.accessToken),
  ])
  const outcomes = [stepped.status, changed.status]
  expect([
    [200, 401],
    [401, 204],
  ]).toContainEqual(outcomes)
  expect(await attempt(session.user.email, changed.status === 204 ? NEXT : PASSWORD)).toBe(200)
  expect(await attempt(session.user.email, changed.status === 204 ? PASSWORD : NEXT)).toBe(401)
})
