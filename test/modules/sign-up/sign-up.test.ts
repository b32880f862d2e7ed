import { afterAll, beforeAll, expect, test } from 'bun:test'
import { call, PASSWORD, type Session, setUpAdmin, signIn, signUp, withoutTokens } from '../../support/client.ts'
import { executeOn } from '../../support/sql.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'

let t: TestApp
beforeAll(async () => {
  t = await createTestApp()
})
afterAll(() => t.close())

const attempt = (body: Record<string, unknown>) => call(t, 'POST /v1/auth/sign-up', { body })
const execute = executeOn(() => t)

test('sign-up answers 201 with a session of an active, unverified user', async () => {
  const body = { email: 'ada@example.com', password: PASSWORD, name: 'Ada Łovelace 🦋' }
  const answer = await call<Session>(t, 'POST /v1/auth/sign-up', { body })
  expect(answer.status).toBe(201)
  expect(answer.body).toMatchObject({
    tokenType: 'Bearer',
    expiresIn: 300,
    user: {
      email: 'ada@example.com',
      emailVerified: false,
      name: 'Ada Łovelace 🦋',
      status: 'active',
      roles: ['user'],
    },
  })
  expect(withoutTokens(answer)).not.toMatch(/hash|argon2/i)
})

test('a known address is refused in any spelling, and its account is unchanged', async () => {
  await signUp(t, 'Taken@Example.com')
  for (const email of ['taken@example.com', 'TAKEN@EXAMPLE.COM', 'ｔaken@example.com']) {
    const answer = await attempt({ email, password: 'another password entirely' })
    expect(answer.status).toBe(409)
    expect(answer.body.code).toBe('user.email_taken')
  }
  await signIn(t, 'taken@example.com')
})

test('20 parallel sign-ups of one address make exactly one account', async () => {
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => attempt({ email: 'one@example.com', password: PASSWORD })),
  )
  expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(19).fill(409)])
  const { rows } = await execute(
    "SELECT (SELECT count(*) FROM users WHERE email = 'one@example.com') AS users, (SELECT count(*) FROM events WHERE type = 'user.created' AND user_id = (SELECT id FROM users WHERE email = 'one@example.com')) AS events",
  )
  expect(rows[0]).toMatchObject({ users: 1, events: 1 })
}, 300_000)

test.each([
  'plain',
  'a@b',
  '@example.com',
  'a@',
  'a b@example.com',
  'a@b..com',
  'a@exam\nple.com',
  'a@-',
  `${'a'.repeat(65)}@example.com`,
  `a@${'b'.repeat(260)}.com`,
  'a@b@example.com',
  'a@example.com,b@example.com',
  '<a@example.com>',
  '',
])('the address %p is 422', async (email) => {
  expect((await attempt({ email, password: PASSWORD })).status).toBe(422)
})

test.each([
  'o’brien@example.com',
  'a+tag@example.com',
  'δοκιμή@παράδειγμα.δοκιμή',
  'x@xn--bcher-kva.example',
  'a.b@sub.example.co.uk',
])('the address %p is accepted', async (email) => {
  expect((await attempt({ email, password: PASSWORD })).status).toBe(201)
  await signIn(t, email)
})

test.each<[string, string, string]>([
  ['eleven characters', 'abcdefgh¡jk', 'fewer than 12'],
  ['six emoji of two code units each', '🦋🦊🐢🐙🦉🐝', 'fewer than 12'],
  ['1,025 bytes', 'ñ'.repeat(513), 'more than 1024 bytes'],
  ['one of the most used', 'qwerty123456', 'most used'],
  ['one of the most used, in capitals', 'QWERTY123456', 'most used'],
  ['the e-mail', 'somebody@example.com', 'consists mostly of'],
  ['name and service', 'Somebody-Threeger', 'consists mostly of'],
])('a password that is %s is refused with its reason and not repeated', async (_, password, reason) => {
  const answer = await attempt({ email: 'somebody@example.com', name: 'Some Body', password })
  expect(answer.status).toBe(422)
  expect(answer.body).toMatchObject({ code: 'user.password_refused', errors: [{ path: '/password' }] })
  expect(answer.text).toContain(reason)
  expect(answer.text).not.toContain(password)
})

test.each<[string, string]>([
  ['64 characters', `${'x y'.repeat(21)}!`],
  ['1,024 bytes', 'ñ'.repeat(512)],
  ['spaces alone between words', 'una frase de paso muy larga'],
  ['lower case alone', 'justlowercaseletters'],
  ['twelve emoji', '🦋🦊🐢🐙🦉🐝🦔🐞🐳🦀🐌🐿️'],
  ['holding a context word beside others', 'somebody likes green tea'],
])('a password of %s is accepted and works in full', async (kind, password) => {
  const email = `pw${kind.length}${password.length}@example.com`
  await signUp(t, email, password)
  await signIn(t, email, password)
  const cut = await call(t, 'POST /v1/auth/sign-in', { body: { email, password: [...password].slice(0, -1).join('') } })
  expect(cut.status).toBe(401)
})

test('a password longer than 1,024 characters is 422 without an echo', async () => {
  const answer = await attempt({ email: 'long@example.com', password: 'canary'.repeat(300) })
  expect(answer.status).toBe(422)
  expect(answer.text).not.toContain('canary')
})

test.each([
  { roles: ['admin'] },
  { emailVerified: true },
  { orgId: 'org_1' },
  { status: 'active' },
  { id: 'usr_x' },
  { passwordHash: 'x' },
])('a self-service body with %p is refused', async (extra) => {
  const answer = await attempt({ email: 'greedy@example.com', password: PASSWORD, ...extra })
  expect(answer.status).toBe(422)
  const { rows } = await execute("SELECT count(*) AS n FROM users WHERE email = 'greedy@example.com'")
  expect(rows[0]?.n).toBe(0)
})

/** Pwned Passwords, as far as we ask it: the suffixes of one password, and padding. */
async function answerBreached(password: string, times: number): Promise<void> {
  const digest = Buffer.from(await crypto.subtle.digest('SHA-1', Buffer.from(password)))
    .toString('hex')
    .toUpperCase()
  t.foreign.answer = async () =>
    new Response(`0000000000000000000000000000000000A:0\r\n${digest.slice(5)}:${times}\r\n`)
}

test('a breached password is refused, and only five hex digits of its hash are sent to the breach service', async () => {
  await answerBreached('stolen password 123', 42)
  t.asked.length = 0
  const answer = await attempt({ email: 'victim@example.com', password: 'stolen password 123' })
  expect(answer.body.code).toBe('user.password_refused')
  expect(t.asked).toHaveLength(1)
  expect(t.asked[0]).toMatch(/^https:\/\/api\.pwnedpasswords\.com\/range\/[0-9A-F]{5}$/)
  await answerBreached('stolen password 123', 0) // padding has a count of zero
  expect((await attempt({ email: 'victim@example.com', password: 'stolen password 123' })).status).toBe(201)
})

test.each<[string, () => Promise<Response>]>([
  ['is down', () => Promise.reject(new Error('ECONNREFUSED'))],
  ['errs', async () => new Response('no', { status: 503 })],
  ['talks nonsense', async () => new Response('<html>\0')],
])('sign-up goes on when the breach service %s', async (kind, answer) => {
  t.foreign.answer = answer
  expect((await attempt({ email: `open-${kind.length}@example.com`, password: PASSWORD })).status).toBe(201)
  t.foreign.answer = async () => new Response('')
})

test('with verification required, new and known addresses get the same 202, and sign-in is refused until the address is verified', async () => {
  const strict = await createTestApp({ env: { EMAIL_VERIFICATION: 'required' } })
  try {
    const admin = await setUpAdmin(strict)
    const signUpStrict = () =>
      call(strict, 'POST /v1/auth/sign-up', { body: { email: 'new@example.com', password: PASSWORD } })
    const [fresh, known] = [await signUpStrict(), await signUpStrict()]
    expect(fresh.status).toBe(202)
    expect(fresh.text).toBe('{"status":"verification_required"}')
    expect([known.status, known.text]).toEqual([fresh.status, fresh.text])

    const credentials = { body: { email: 'new@example.com', password: PASSWORD } }
    const refused = await call(strict, 'POST /v1/auth/sign-in', credentials)
    expect([refused.status, refused.body.code]).toEqual([401, 'auth.invalid_credentials'])

    const list = await call<{ items: { id: string }[] }>(strict, 'GET /v1/users?q=new@', { token: admin.accessToken })
    const id = list.body.items[0]?.id
    await call(strict, `PATCH /v1/users/${id}`, { token: admin.accessToken, body: { emailVerified: true } })
    expect((await call<Session>(strict, 'POST /v1/auth/sign-in', credentials)).status).toBe(200)
  } finally {
    await strict.close()
  }
})
