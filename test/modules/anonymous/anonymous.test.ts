/** Anonymous accounts: they get an address later and keep their id. */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { runJobs } from '../../../src/jobs.ts'
import { unusedAnonymous } from '../../../src/modules/users/anonymous-queries.ts'
import {
  type Answer,
  call,
  cookieOf,
  PASSWORD,
  type Session,
  setUpAdmin,
  signIn,
  signUp,
} from '../../support/client.ts'
import { executeOn } from '../../support/sql.ts'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'
import { openBrowser } from '../providers/support/browser.ts'
import { startFakeProvider } from '../providers/support/fake-provider.ts'
import { createWorld, outcomeOf, START as PROVIDER_START, whoIs } from '../providers/support/world.ts'
import { addPasskey, signInWithPasskey, stepUp } from '../passkeys/support/people.ts'
import { deliver, proofFor } from '../proofs/support/mail.ts'

const DAY_MS = 86_400_000
const EMAIL = 'ada@example.com'

let t: TestApp
beforeEach(async () => {
  t = await createTestApp()
})
afterEach(() => t.close())

/** Another app in place of the one of the test. */
async function withEnv(env: Record<string, string>): Promise<void> {
  await t.close()
  t = await createTestApp({ env })
}

async function anonymous(): Promise<Session> {
  const answer = await call<Session>(t, 'POST /v1/auth/anonymous', { body: {} })
  expect(answer.status, answer.text).toBe(201)
  return answer.body
}
const upgrade = (token: string, body: Record<string, unknown> = {}): Promise<Answer<Session & { code: string }>> =>
  call(t, 'POST /v1/me/upgrade', { token, body: { email: EMAIL, password: PASSWORD, ...body } })
const me = (token: string) => call<Session['user'] & { code: string }>(t, 'GET /v1/me', { token })
const execute = executeOn(() => t)
const events = async (type: string) => (await execute('SELECT * FROM events WHERE type = ?', type)).rows
const isAnonymous = async (id: string) =>
  (await execute('SELECT anonymous FROM users WHERE id = ?', id)).rows[0]?.anonymous === 1

describe('an anonymous account', () => {
  test('has an id, a session, no role, and a placeholder that is no real address', async () => {
    const { user, accessToken, refreshToken } = await anonymous()
    expect(user).toMatchObject({
      email: `${user.id}@anonymous.invalid`,
      emailVerified: false,
      name: '',
      status: 'active',
      roles: [],
    })
    expect((await me(accessToken)).body).toEqual(user as never)
    expect((await call(t, 'POST /v1/auth/refresh', { body: { refreshToken } })).status).toBe(200)
    const [created] = await events('user.created')
    expect(created).toMatchObject({ user_id: user.id, actor_id: user.id, data: '{"by":"anonymous"}' })
    expect((await call(t, 'GET /v1/users', { token: accessToken })).body.code).toBe('auth.forbidden')
    expect((await anonymous()).user.id).not.toBe(user.id)
  })

  test('has a cookie where that is asked for, from a page of ours alone', async () => {
    const body = { useCookie: true }
    const answer = await call(t, 'POST /v1/auth/anonymous', { headers: { origin: ORIGIN }, body })
    expect((await call(t, 'GET /v1/me', { cookie: cookieOf(answer) })).status).toBe(200)
    for (const origin of ['https://evil.example', 'null']) {
      const refused = await call(t, 'POST /v1/auth/anonymous', { headers: { origin }, body })
      expect([refused.status, refused.body.code]).toEqual([403, 'request.origin_refused'])
    }
    expect((await execute('SELECT count(*) AS n FROM users')).rows[0]?.n).toBe(1)
  })

  test.each([[{ email: EMAIL }], [{ roles: ['admin'] }], [{ useCookie: 'yes' }], [[]], [null], ['x']])(
    'is not made of %p',
    async (body) => {
      expect((await call(t, 'POST /v1/auth/anonymous', { body })).status).toBe(422)
      expect((await execute('SELECT count(*) AS n FROM users')).rows[0]?.n).toBe(0)
    },
  )

  test('is made at most 100 times an hour from one address', async () => {
    await withEnv({ RATE_LIMIT: 'on' })
    const answers = await Promise.all(
      Array.from({ length: 103 }, () => call(t, 'POST /v1/auth/anonymous', { body: {} })),
    )
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(100)
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(3)
  })

  test('counts as freshly signed in, because it has no credentials, and can be deleted', async () => {
    const { accessToken, refreshToken, user } = await anonymous()
    expect(accessToken).not.toBe('')
    t.clock.advance(3_600_000)
    const renewed = await call<Session>(t, 'POST /v1/auth/refresh', { body: { refreshToken } })
    expect((await call(t, 'DELETE /v1/me', { token: renewed.body.accessToken })).status).toBe(204)
    expect((await execute('SELECT 1 FROM users WHERE id = ?', user.id)).rows).toEqual([])
  })

  test('has no sign-in by password or mail, and no event sends it a mail', async () => {
    const { user, accessToken } = await anonymous()
    const { email } = user
    for (const path of ['email-code', 'forgot-password', 'verify-email/resend'])
      expect((await call(t, `POST /v1/auth/${path}`, { body: { email } })).status).toBe(202)
    expect((await execute('SELECT count(*) AS n FROM one_time_tokens')).rows[0]?.n).toBe(0)
    await addPasskey(t, accessToken) // sends a mail to owners with an address
    // A password it has not proved an address for yet.
    const passwordHash = await t.deps.passwords.hash(PASSWORD)
    await execute('UPDATE users SET password_hash = ?, email_verified = 1 WHERE id = ?', passwordHash, user.id)
    const refused = await call(t, 'POST /v1/auth/sign-in', { body: { email, password: PASSWORD } })
    expect([refused.status, refused.body.code]).toEqual([401, 'auth.invalid_credentials'])
    expect(await deliver(t)).toEqual([])
    expect((await execute("SELECT count(*) AS n FROM jobs WHERE kind = 'mail'")).rows[0]?.n).toBe(0)
  })

  test('has a placeholder that no route lets a user claim', async () => {
    const { user, accessToken } = await anonymous()
    const admin = (await setUpAdmin(t)).accessToken
    const ada = await signUp(t, EMAIL)
    for (const email of [user.email, 'me@anonymous.invalid', 'ME@Anonymous.INVALID', 'usr_1@anonymous.invalid']) {
      const status = async (methodAndPath: string, body: unknown, token?: string) =>
        (await call(t, methodAndPath, { body, token })).status
      expect(await status('POST /v1/auth/sign-up', { email, password: PASSWORD })).toBe(422)
      expect(await status('POST /v1/auth/passkey/sign-up/options', { email })).toBe(422)
      expect(await status('POST /v1/me/email', { email }, ada.accessToken)).toBe(422)
      expect(await status('POST /v1/me/upgrade', { email, password: PASSWORD }, accessToken)).toBe(422)
      expect(await status('POST /v1/users', { email }, admin)).toBe(422)
      expect(await status(`PATCH /v1/users/${ada.user.id}`, { email }, admin)).toBe(422)
      const imported = await call(t, 'POST /v1/users/import', { token: admin, body: { users: [{ email }] } })
      expect(imported.body).toMatchObject({ created: 0, refused: 1 })
    }
    expect((await signIn(t, 'admin@example.com')).user.roles).toContain('admin')
  })

  test('stops being anonymous when an administrator gives it an address', async () => {
    const { user } = await anonymous()
    const admin = (await setUpAdmin(t)).accessToken
    const listed = await call<{ items: { id: string }[] }>(t, 'GET /v1/users', { token: admin })
    expect(listed.body.items.map(({ id }) => id)).toContain(user.id)
    const changed = await call(t, `PATCH /v1/users/${user.id}`, { token: admin, body: { email: EMAIL } })
    expect([changed.status, await isAnonymous(user.id)]).toEqual([200, false])
  })
})

describe('an upgrade where e-mail may be verified later', () => {
  test('keeps the id, renews the session and requires the verification of the address', async () => {
    const { user, accessToken, refreshToken } = await anonymous()
    const answer = await upgrade(accessToken, { name: 'Ada 🦋' })
    expect([answer.status, answer.body.user]).toMatchObject([
      200,
      { id: user.id, email: EMAIL, emailVerified: false, name: 'Ada 🦋', roles: ['user'], createdAt: user.createdAt },
    ])
    expect((await me(answer.body.accessToken)).body).toEqual(answer.body.user as never)
    expect((await me(accessToken)).body.code).toBe('session.expired')
    const spent = await call(t, 'POST /v1/auth/refresh', { body: { refreshToken } })
    expect(spent.body.code).toBe('session.expired')
    expect(await isAnonymous(user.id)).toBeFalse()
    expect((await signIn(t, EMAIL)).user.id).toBe(user.id)
    expect(await events('user.upgraded')).toMatchObject([
      { user_id: user.id, actor_id: user.id, data: '{"by":"password"}' },
    ])
    const mails = await deliver(t)
    expect(mails.map(({ to }) => to)).toEqual([EMAIL])
    expect((await upgrade(answer.body.accessToken, { email: 'b@example.com' })).body.code).toBe('user.not_anonymous')
  })

  test('gives a cookie session another cookie', async () => {
    const first = await call(t, 'POST /v1/auth/anonymous', { headers: { origin: ORIGIN }, body: { useCookie: true } })
    const cookie = cookieOf(first)
    const answer = await call(t, 'POST /v1/me/upgrade', { cookie, body: { email: EMAIL, password: PASSWORD } })
    expect(cookieOf(answer)).not.toBe(cookie)
    expect(answer.body.accessToken).toBeUndefined()
    expect((await call(t, 'GET /v1/me', { cookie: cookieOf(answer) })).status).toBe(200)
    expect((await call(t, 'GET /v1/me', { cookie })).status).toBe(401)
  })

  test('is refused for a taken address in any spelling, a weak password and a real account, and changes nothing', async () => {
    const owner = await signUp(t, EMAIL)
    const { user, accessToken } = await anonymous()
    for (const email of [EMAIL, 'ADA@Example.com', 'ａda@example.com'])
      expect((await upgrade(accessToken, { email })).body.code).toBe('user.email_taken')
    const weak = await upgrade(accessToken, { email: 'b@example.com', password: 'password1234' })
    expect(weak.body.code).toBe('user.password_refused')
    for (const more of [{ roles: ['admin'] }, { emailVerified: true }, { id: owner.user.id }, { email: 'x' }])
      expect((await upgrade(accessToken, more)).status).toBe(422)
    expect((await me(accessToken)).body).toEqual(user as never)
    expect(await isAnonymous(user.id)).toBeTrue()
    expect((await upgrade(owner.accessToken, { email: 'b@example.com' })).body.code).toBe('user.not_anonymous')
    expect(await events('user.upgraded')).toEqual([])
    expect((await signIn(t, EMAIL)).user.id).toBe(owner.user.id)
  })

  test('happens once for 50 requests at once', async () => {
    const { user, accessToken } = await anonymous()
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => upgrade(accessToken, { email: `ada${index}@example.com` })),
    )
    const won = answers.filter(({ status }) => status === 200)
    expect(won).toHaveLength(1)
    for (const { status, body } of answers)
      if (status !== 200) expect(['session.expired', 'user.not_anonymous']).toContain(body.code)
    expect(await events('user.upgraded')).toHaveLength(1)
    const { rows } = await execute('SELECT email FROM users')
    expect(rows).toMatchObject([{ email: won[0]?.body.user.email }])
    const living = await execute('SELECT count(*) AS n FROM sessions WHERE user_id = ? AND ended_at IS NULL', user.id)
    expect(living.rows[0]?.n).toBe(1)
  }, 300_000)

  test('by 20 accounts at once for one address is done for one of them', async () => {
    const people = await Promise.all(Array.from({ length: 20 }, anonymous))
    const answers = await Promise.all(people.map(({ accessToken }) => upgrade(accessToken)))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(19).fill(409)])
  }, 300_000)

  test('requires the passkey of an account that has one, if the sign-in is old', async () => {
    const { accessToken, refreshToken } = await anonymous()
    const { key } = await addPasskey(t, accessToken)
    t.clock.advance(601_000)
    const { body } = await call<Session>(t, 'POST /v1/auth/refresh', { body: { refreshToken } })
    expect((await upgrade(body.accessToken)).body.code).toBe('auth.fresh_session_required')
    const fresh = await stepUp(t, body.accessToken, key)
    expect((await upgrade(fresh)).status).toBe(200)
  })
})

describe('an upgrade where e-mail must be verified first', () => {
  beforeEach(() => withEnv({ EMAIL_VERIFICATION: 'required' }))

  test('happens when the address is proved: the account keeps its id and signs in', async () => {
    const { user, accessToken } = await anonymous()
    const answer = await upgrade(accessToken, { name: 'Ada' })
    expect([answer.status, answer.body]).toEqual([202, { status: 'mail_requested' } as never])
    expect(await isAnonymous(user.id)).toBeTrue()
    expect((await me(accessToken)).body).toMatchObject({ id: user.id, email: user.email, roles: [] })
    for (const email of [EMAIL, user.email])
      expect((await call(t, 'POST /v1/auth/sign-in', { body: { email, password: PASSWORD } })).status).toBe(401)
    const { token } = await proofFor(t, EMAIL)
    expect((await call(t, 'POST /v1/auth/verify-email', { body: { token } })).status).toBe(200)
    expect((await me(accessToken)).body.code).toBe('session.expired')
    expect((await signIn(t, EMAIL)).user).toMatchObject({
      id: user.id,
      email: EMAIL,
      emailVerified: true,
      name: 'Ada',
      roles: ['user'],
    })
    expect(await events('user.upgraded')).toMatchObject([{ user_id: user.id, data: '{"by":"email"}' }])
    expect(await deliver(t)).not.toContainEqual(expect.objectContaining({ to: user.email }))
    expect((await call(t, 'POST /v1/auth/verify-email', { body: { token } })).status).toBe(400)
  })

  test('answers the same for a taken address, and sends no mail to it', async () => {
    await call(t, 'POST /v1/auth/sign-up', { body: { email: EMAIL, password: PASSWORD } })
    await deliver(t)
    const [one, two] = [await anonymous(), await anonymous()]
    const taken = await upgrade(one.accessToken)
    const free = await upgrade(two.accessToken, { email: 'free@example.com' })
    expect([taken.status, taken.text]).toEqual([free.status, free.text])
    expect((await deliver(t)).map(({ to }) => to)).toEqual(['free@example.com'])
  })

  test('may be asked for again, and only the latest address gets the account', async () => {
    const { user, accessToken } = await anonymous()
    await upgrade(accessToken, { email: 'mistyped@example.com' })
    const before = await proofFor(t, 'mistyped@example.com')
    await upgrade(accessToken)
    const { token } = await proofFor(t, EMAIL)
    expect((await call(t, 'POST /v1/auth/verify-email', { body: { token: before.token } })).status).toBe(400)
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => call(t, 'POST /v1/auth/verify-email', { body: { token } })),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(await events('user.upgraded')).toHaveLength(1)
    expect((await signIn(t, EMAIL)).user.id).toBe(user.id)
  })

  test('is not needed to sign in with a passkey, which keeps the account while it has no address', async () => {
    const { user, accessToken } = await anonymous()
    const { key } = await addPasskey(t, accessToken)
    const answer = await signInWithPasskey(t, key)
    expect([answer.status, answer.body.user]).toMatchObject([200, { id: user.id, email: user.email }])
    t.clock.advance(400 * DAY_MS)
    await runJobs(t.deps, 'sweep-anonymous')
    expect((await signInWithPasskey(t, key)).status).toBe(200)
  })
})

describe('an identity elsewhere', () => {
  const VERIFIED = { sub: 'ada-1', email: EMAIL, email_verified: true }

  async function linked(prepare: () => Promise<unknown> = async () => undefined, person: object = VERIFIED) {
    const fake = await startFakeProvider()
    try {
      fake.person = person as typeof fake.person
      await t.close()
      t = await createWorld(fake.issuer)
      await prepare()
      const { user, accessToken: token } = await anonymous()
      const answer = await call<{ url: string }>(t, 'POST /v1/me/identities/acme/start', { token })
      const browser = openBrowser(t)
      browser.setCookie('__Host-flow', /__Host-flow=([^;]*)/.exec(answer.headers.get('set-cookie') ?? '')?.[1] ?? '')
      const outcome = outcomeOf(await browser.go(answer.body.url))
      const signedIn = outcome === 'linked' ? outcomeOf(await browser.go(PROVIDER_START)) : undefined
      return { user, token, outcome, signedIn, who: (await whoIs(t, browser)).body }
    } finally {
      fake.stop()
    }
  }

  test('gives the account its verified e-mail; the session ends, and the identity signs in to the same id', async () => {
    const { user, token, outcome, signedIn, who } = await linked()
    expect([outcome, signedIn]).toEqual(['linked', 'signed in'])
    expect(who).toMatchObject({ id: user.id, email: EMAIL, emailVerified: true, roles: ['user'] } as never)
    expect((await me(token)).body.code).toBe('session.expired')
    expect(await events('user.upgraded')).toHaveLength(1)
    expect((await deliver(t)).map(({ to }) => to)).toContain(EMAIL)
  })

  test('is not linked where another account has its address, or where it is unverified', async () => {
    const taken = await linked(() => signUp(t, 'ADA@example.com'))
    expect([taken.outcome, await isAnonymous(taken.user.id)]).toEqual(['identity.email_in_use', true])
    const unverified = await linked(undefined, { ...VERIFIED, email_verified: false })
    expect([unverified.outcome, await isAnonymous(unverified.user.id)]).toEqual(['identity.email_unverified', true])
    const placeholder = await linked(undefined, { ...VERIFIED, email: 'x@anonymous.invalid' })
    expect([placeholder.outcome, await isAnonymous(placeholder.user.id)]).toEqual(['identity.email_unverified', true])
  })
})

describe('sweep-anonymous', () => {
  const sweep = async () => (await runJobs(t.deps, 'sweep-anonymous')).jobs[0]

  test('deletes only accounts without use for ANONYMOUS_RETENTION_DAYS, with the event and the erasure', async () => {
    await withEnv({ ANONYMOUS_RETENTION_DAYS: '5' })
    const unused = [await anonymous(), await anonymous()]
    const used = await anonymous()
    const upgraded = await anonymous()
    await upgrade(upgraded.accessToken, { email: 'usr_0@example.com' })
    const real = await signUp(t, 'usr_1@example.com')
    t.clock.advance(4 * DAY_MS)
    const renewed = await call<Session>(t, 'POST /v1/auth/refresh', { body: { refreshToken: used.refreshToken } })
    await me(renewed.body.accessToken)
    await t.settle()
    expect(await sweep()).toMatchObject({ counts: { users: 0 }, complete: true })
    t.clock.advance(DAY_MS + 1)
    const young = await anonymous()
    expect(await sweep()).toMatchObject({ counts: { users: 2 }, complete: true })
    const left = (await execute('SELECT id FROM users ORDER BY id')).rows.map(({ id }) => id)
    expect(left).toEqual([used, upgraded, real, young].map(({ user }) => user.id).sort())
    const ids = unused.map(({ user }) => user.id).sort()
    const deleted = await events('user.deleted')
    expect(deleted.map(({ user_id, actor_id, data }) => [user_id, actor_id, data]).sort()).toEqual(
      ids.map((id) => [id, null, '{"by":"retention"}']),
    )
    for (const { accessToken } of unused) expect((await me(accessToken)).status).toBe(401)
    await t.work()
    const { rows } = await execute(
      `SELECT address, user_agent FROM events WHERE actor_id IN ('${ids.join("','")}') AND address IS NOT NULL`,
    )
    expect(rows).toEqual([])
  })

  test('takes any number of them in bounded batches, also twice at once', async () => {
    await Promise.all(Array.from({ length: 130 }, anonymous))
    t.clock.advance(31 * DAY_MS)
    await Promise.all([sweep(), sweep()])
    expect(await events('user.deleted')).toHaveLength(130)
    expect((await execute('SELECT count(*) AS n FROM users')).rows[0]?.n).toBe(0)
    expect((await execute("SELECT count(*) AS n FROM jobs WHERE kind = 'erasure'")).rows[0]?.n).toBe(130)
  }, 300_000)

  test('reads the index of addresses, not every account', async () => {
    const { sql, params } = unusedAnonymous(t.deps.db, t.clock.now(), 50).toSQL()
    const { rows } = await execute(`EXPLAIN QUERY PLAN ${sql}`, ...(params as (string | number)[])) // of this statement
    expect(String(rows[0]?.detail)).toContain('SEARCH users USING INDEX users_email_key (email_key>? AND email_key<?)')
  })
})

test.each([
  [{ ANONYMOUS_USERS: 'refuse' }, 403],
  [{ NODE_ENV: 'production', MAIL_URL: 'https://:key@mail.test/emails' }, 403],
  [{ NODE_ENV: 'production', MAIL_URL: 'https://:key@mail.test/emails', ANONYMOUS_USERS: 'allow' }, 201],
])('with %p an anonymous sign-up is answered %d', async (env, status) => {
  const app = await createTestApp({ env })
  try {
    const answer = await call(app, 'POST /v1/auth/anonymous', { body: {} })
    expect(answer.status).toBe(status)
    if (status === 403) expect(answer.body.code).toBe('auth.anonymous_refused')
    const { rows } = await app.deps.db.$client.execute('SELECT count(*) AS n FROM users')
    expect(Number(rows[0]?.n)).toBe(status === 201 ? 1 : 0)
  } finally {
    await app.close()
  }
})
