/** Credentials from before the owner proved the address are removed when the owner proves it (security.md 45). */
import { afterEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { call, cookieOf, PASSWORD, type Session, setUpAdmin, signIn } from '../../support/client.ts'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'
import { openBrowser } from '../providers/support/browser.ts'
import { startFakeProvider } from '../providers/support/fake-provider.ts'
import { createWorld, outcomeOf, START, whoIs } from '../providers/support/world.ts'
import { codeOf, type Enrolled, enrol, firstFactor, verify } from '../mfa/support/factors.ts'
import { addPasskey, signInWithPasskey } from '../passkeys/support/people.ts'
import { createPlanter, newestLink, ownerComesByMail, ownerResets, PLANTED_PASSWORD, post } from './support/planter.ts'

setDefaultTimeout(300_000)

const VICTIM = 'victim@example.com'
type Mode = 'required' | 'optional'
const MODES: Mode[] = ['required', 'optional']

let t: TestApp
afterEach(() => t.close())
const open = async (mode: Mode) => {
  t = await createTestApp({ env: { EMAIL_VERIFICATION: mode } })
}

const click = async (email = VICTIM) => {
  const token = await newestLink(t, email)
  return post(t, '/v1/auth/verify-email', { token })
}
const owners = { 'a new password': ownerResets, 'a sign-in by mail': ownerComesByMail }
const comes = (by: string) => owners[by as keyof typeof owners](t, VICTIM)
/** How many mails told the owner that a credential was removed. */
const notices = async () => {
  await t.work()
  return t.mails.filter(({ to, subject }) => to === VICTIM && /^Sign-in methods from before/.test(subject)).length
}
const factors = async (token: string) => (await call<Record<string, unknown>>(t, 'GET /v1/me/mfa', { token })).body

describe.each(MODES)('with verification %s, an account that an attacker made with the owner’s address', (mode) => {
  const cases = ['a password', 'a passkey'].flatMap((way) =>
    [true, false].flatMap((clicked) => Object.keys(owners).map((by) => [way, clicked, by] as const)),
  )
  test.each(cases)(
    'by %s (link of the mail clicked first: %p) belongs only to the owner after %s',
    async (way, clicked, by) => {
      await open(mode)
      const planter = createPlanter(t)
      await (way === 'a password' ? planter.signUp(VICTIM) : planter.signUpWithPasskey(VICTIM))
      if (clicked) {
        expect((await click()).status).toBe(200)
        await planter.signInAgain(VICTIM)
      }
      const owner = await comes(by)
      expect([owner.status, owner.body.status, typeof owner.body.accessToken]).toEqual([200, undefined, 'string'])
      expect(await planter.left()).toEqual([])
      expect(await factors(owner.body.accessToken)).toMatchObject({ totp: null, passkeys: 0 })
      // The replacement of a password has its own mail.
      expect(await notices()).toBe(way === 'a password' && by === 'a new password' ? 0 : 1)
      expect((await call(t, 'GET /v1/me', { token: owner.body.accessToken })).status).toBe(200)
    },
  )
})

describe('with verification optional, a credential added before the address is proved', () => {
  const plants = ['addApp', 'addPasskey', 'askToMove', 'signInAgain'] as const
  const cases = plants.flatMap((plant) => Object.keys(owners).map((by) => [plant, by] as const))
  test.each(cases)('%s is removed after %s', async (plant, by) => {
    await open('optional')
    const planter = createPlanter(t)
    await planter.signUp(VICTIM)
    await planter[plant](VICTIM)
    await planter.beginSignIn(VICTIM)
    const owner = await comes(by)
    expect([owner.status, owner.body.status]).toEqual([200, undefined])
    expect(await planter.left()).toEqual([])
    expect(await factors(owner.body.accessToken)).toMatchObject({ totp: null, passkeys: 0, recoveryCodes: 0 })
    // Nothing of it is in the way of the owner's own.
    const own = await enrol(t, owner.body)
    expect(own.recoveryCodes).toHaveLength(10)
    expect((await addPasskey(t, own.session.accessToken)).answer.status).toBe(201)
  })

  test('is removed by the click too: app, codes, device, passkey, waiting sign-in and move', async () => {
    await open('optional')
    const { body: planter } = await post<Session>(t, '/v1/auth/sign-up', { email: VICTIM, password: PASSWORD })
    const ada = await enrol(t, planter)
    const { challenge } = await firstFactor(t, VICTIM)
    const shown = { challenge, factor: 'totp', code: codeOf(t, ada.secret), rememberDevice: true }
    const session = (await verify(t, shown)).body
    const { key } = await addPasskey(t, session.accessToken)
    const waiting = await firstFactor(t, VICTIM)
    await post(t, '/v1/me/email', { email: 'planter@example.org' }, session.accessToken)
    const move = await newestLink(t, 'planter@example.org')
    const { rows } = await t.deps.db.$client.execute(
      "SELECT count(*) AS n FROM one_time_tokens WHERE purpose = 'change-email'",
    )
    expect(Number(rows[0]?.n)).toBe(1)

    expect((await click()).status).toBe(200)
    expect(await notices()).toBe(1)
    for (const table of ['totp_secrets', 'recovery_codes', 'remembered_devices', 'passkeys'])
      expect((await t.deps.db.$client.execute(`SELECT 1 FROM ${table}`)).rows, table).toEqual([])
    expect((await signInWithPasskey(t, key)).status).toBe(401)
    t.clock.advance(30_000)
    const late = { challenge: waiting.challenge, factor: 'totp', code: codeOf(t, ada.secret) }
    expect((await verify(t, late)).body.code).toBe('mfa.challenge_invalid')
    expect((await post(t, '/v1/auth/verify-email', { token: move })).body.code).toBe('token.invalid')
  })

  const cookieOfOwner = async ({ secret }: Enrolled) => {
    const headers = { origin: ORIGIN }
    const { challenge } = await firstFactor(t, VICTIM, { headers, body: { useCookie: true } })
    return cookieOf(await verify(t, { challenge, factor: 'totp', code: codeOf(t, secret) }, { headers }))
  }

  test.each(['token', 'cookie'])(
    'stays when the click comes with a session of the account (%s), also after a new password',
    async (by) => {
      await open('optional')
      const { body: session } = await post<Session>(t, '/v1/auth/sign-up', { email: VICTIM, password: PASSWORD })
      const ada = await enrol(t, session)
      const token = await newestLink(t, VICTIM)
      const shown = by === 'token' ? { token: session.accessToken } : { cookie: await cookieOfOwner(ada) }
      expect((await call(t, 'POST /v1/auth/verify-email', { ...shown, body: { token } })).status).toBe(200)
      t.clock.advance(30_000)
      expect((await firstFactor(t, VICTIM)).factors).toEqual(['totp', 'recovery_code'])
      const owner = await ownerResets(t, VICTIM)
      expect(owner.body.status).toBe('mfa_required')
      expect(ada.recoveryCodes).toHaveLength(10)
    },
  )

  test.each(['of another user', 'that has ended', 'that is malformed'])(
    'goes when that session is one %s',
    async (which) => {
      await open('optional')
      const { body: session } = await post<Session>(t, '/v1/auth/sign-up', { email: VICTIM, password: PASSWORD })
      const token = await newestLink(t, VICTIM)
      await enrol(t, session)
      const { body: other } = await post<Session>(t, '/v1/auth/sign-up', {
        email: 'eve@example.com',
        password: PASSWORD,
      })
      const shown = {
        'of another user': other.accessToken,
        'that has ended': session.accessToken,
        'that is malformed': 'x',
      }
      if (which === 'that has ended') await post(t, '/v1/auth/sign-out', undefined, session.accessToken)
      const bearer = shown[which as keyof typeof shown]
      expect((await post(t, '/v1/auth/verify-email', { token }, bearer)).status).toBe(200)
      expect((await signIn(t, VICTIM)).accessToken).toBeString()
      expect((await t.deps.db.$client.execute('SELECT 1 FROM totp_secrets')).rows).toEqual([])
    },
  )
})

describe('an account that an attacker moved to the address of another person, who clicked the link,', () => {
  const cases = [true, false].flatMap((proved) => Object.keys(owners).map((by) => [proved, by] as const))
  test.each(cases)('(its own address proved: %p) belongs only to the new owner after %s', async (proved, by) => {
    await open('optional')
    const planter = createPlanter(t)
    await planter.signUp('planter@example.com')
    if (proved) await click('planter@example.com')
    await planter.addApp()
    await planter.addPasskey()
    const token = planter.sessions()[0]?.accessToken
    expect((await post(t, '/v1/me/email', { email: VICTIM }, token)).status).toBe(202)
    expect((await click()).status).toBe(200)
    await planter.signInAgain(VICTIM)
    await planter.beginSignIn(VICTIM)
    const owner = await comes(by)
    expect([owner.status, owner.body.status]).toEqual([200, undefined])
    expect(await planter.left()).toEqual([])
    expect((await post(t, '/v1/auth/sign-in', { email: VICTIM, password: PLANTED_PASSWORD })).status).toBe(401)
  })

  test.each(Object.keys(owners))(
    'or upgraded from anonymous with a password, belongs only to the new owner after %s',
    async (by) => {
      await open('required')
      const { body: session } = await post<Session>(t, '/v1/auth/anonymous')
      const asked = { email: VICTIM, password: PLANTED_PASSWORD }
      expect((await post(t, '/v1/me/upgrade', asked, session.accessToken)).status).toBe(202)
      expect((await click()).status).toBe(200)
      const planted = await signIn(t, VICTIM, PLANTED_PASSWORD)
      expect((await comes(by)).status).toBe(200)
      expect((await post(t, '/v1/auth/sign-in', asked)).status).toBe(401)
      expect((await call(t, 'GET /v1/me', { token: planted.accessToken })).status).toBe(401)
    },
  )
})

test.each(Object.keys(owners))(
  'a credential added at the same moment as the proof of the owner (%s) is removed or not added',
  async (by) => {
    await open('optional')
    const planter = createPlanter(t)
    await planter.signUp(VICTIM)
    const [owner] = await Promise.all([
      comes(by),
      ...Array.from({ length: 4 }, () => planter.addPasskey()),
      planter.addApp(),
      planter.askToMove(),
      planter.signInAgain(VICTIM),
    ])
    expect([owner.status, owner.body.status]).toEqual([200, undefined])
    expect(planter.planted.length).toBeGreaterThan(2)
    expect(await planter.left()).toEqual([])
    expect(await factors(owner.body.accessToken)).toMatchObject({ totp: null, passkeys: 0, recoveryCodes: 0 })
  },
)

test.each(MODES)(
  'with verification %s, a credential that a planted passkey added after the click, to an account without a password, is removed with it',
  async (mode) => {
    for (const by of Object.keys(owners)) {
      await open(mode)
      const planter = createPlanter(t)
      await planter.signUpWithPasskey(VICTIM)
      expect((await click()).status).toBe(200)
      await planter.signInAgain(VICTIM)
      await planter.addPasskey()
      await planter.addApp()
      expect((await planter.left()).length).toBeGreaterThan(2) // the checks below need some credentials
      const owner = await comes(by)
      expect([owner.status, owner.body.status]).toEqual([200, undefined])
      expect(await planter.left()).toEqual([])
      expect(await factors(owner.body.accessToken)).toMatchObject({ totp: null, passkeys: 0, recoveryCodes: 0 })
      await t.close()
    }
    await open(mode)
  },
)

test('credentials from before an administrator verified the address are removed when its owner comes', async () => {
  await open('optional')
  const planter = createPlanter(t)
  await planter.signUp(VICTIM)
  await planter.addPasskey()
  await planter.addApp()
  const { accessToken: token } = await setUpAdmin(t)
  const id = planter.sessions()[0]?.user.id
  expect((await call(t, `PATCH /v1/users/${id}`, { token, body: { emailVerified: true } })).status).toBe(200)
  const owner = await ownerResets(t, VICTIM)
  expect([owner.status, owner.body.status]).toEqual([200, undefined])
  expect(await planter.left()).toEqual([])
})

test('a verified address that an administrator gives to an account with a proved address does not keep earlier credentials', async () => {
  await open('optional')
  const planter = createPlanter(t)
  const before = 'planter@example.org'
  await planter.signUp(before)
  const token = await newestLink(t, before)
  await post(t, '/v1/auth/verify-email', { token }, planter.sessions()[0]?.accessToken) // the same hand: not marked
  await planter.addPasskey()
  const { accessToken: admin } = await setUpAdmin(t)
  const id = planter.sessions()[0]?.user.id
  const body = { email: VICTIM, emailVerified: true }
  expect((await call(t, `PATCH /v1/users/${id}`, { token: admin, body })).status).toBe(200)
  const owner = await ownerResets(t, VICTIM)
  expect([owner.status, owner.body.status]).toEqual([200, undefined])
  expect(await planter.left()).toEqual([])
})

test('a move asked for in one session and confirmed in a browser with another session keeps no credentials', async () => {
  await open('optional')
  const planter = createPlanter(t)
  const own = 'planter@example.org'
  await planter.signUp(own)
  const proof = await newestLink(t, own)
  const asking = planter.sessions()[0]?.accessToken
  await post(t, '/v1/auth/verify-email', { token: proof }, asking)
  // The planter gives the link of a mail of their own away: its reader is signed in to the planter's account.
  await post(t, '/v1/auth/email-code', { email: own })
  const given = { token: await newestLink(t, own), useCookie: true }
  const victims = cookieOf(
    await call(t, 'POST /v1/auth/email-code/verify', { body: given, headers: { origin: ORIGIN } }),
  )
  await planter.addPasskey()
  await post(t, '/v1/me/email', { email: VICTIM }, asking)
  const link = { token: await newestLink(t, VICTIM) }
  const moved = await call(t, 'POST /v1/auth/verify-email', { body: link, cookie: victims })
  expect(moved.status).toBe(200)
  const owner = await ownerResets(t, VICTIM)
  expect([owner.status, owner.body.status]).toEqual([200, undefined])
  expect(await planter.left()).toEqual([])
})

describe('the usual sequence works', () => {
  test('sign-up, the link of its mail, sign-in with the password, an app: a new password leaves the app', async () => {
    await open('required')
    await post(t, '/v1/auth/sign-up', { email: VICTIM, password: PASSWORD })
    expect((await click()).status).toBe(200)
    await enrol(t, await signIn(t, VICTIM))
    expect((await ownerResets(t, VICTIM)).body.status).toBe('mfa_required')
    expect((await ownerComesByMail(t, VICTIM)).body.status).toBe('mfa_required')
    expect(await notices()).toBe(0)
  })

  test('an account moves in its own session, and keeps its app after a new password', async () => {
    await open('optional')
    const old = 'old@example.com'
    const { body: session } = await post<Session>(t, '/v1/auth/sign-up', { email: old, password: PASSWORD })
    await click(old)
    const { accessToken } = (await enrol(t, session)).session
    await post(t, '/v1/me/email', { email: VICTIM }, accessToken)
    const token = await newestLink(t, VICTIM)
    expect((await post(t, '/v1/auth/verify-email', { token }, accessToken)).status).toBe(200)
    expect((await ownerResets(t, VICTIM)).body.status).toBe('mfa_required')
  })

  test('a password that was set after the first proof survives every sign-in by mail', async () => {
    await open('required')
    await post(t, '/v1/auth/sign-up', { email: VICTIM, password: PLANTED_PASSWORD })
    await click()
    await ownerResets(t, VICTIM)
    for (let time = 0; time < 2; time++) {
      t.clock.advance(3_600_000)
      expect((await ownerComesByMail(t, VICTIM)).status).toBe(200)
      expect((await signIn(t, VICTIM)).accessToken).toBeString()
    }
    expect(await notices()).toBe(0)
  })
})

describe.each(MODES)('with verification %s, an anonymous account that was handed over', (mode) => {
  const anonymous = async () => {
    const planter = createPlanter(t)
    await planter.beginAnonymously()
    await planter.addPasskey()
    // Elsewhere it is no preparation: the account has the address at once.
    if (mode === 'required') await planter.prepareUpgrade()
    await planter.askToMove()
    const session = planter.sessions()[0] as Session
    return { planter, session }
  }
  /** Who signs in afterwards, as the owner. */
  const ends: Record<string, (session: Session) => Promise<Session>> = {
    'an upgrade with a password': async ({ accessToken }) => {
      const answer = await post<Session>(t, '/v1/me/upgrade', { email: VICTIM, password: PASSWORD }, accessToken)
      expect(answer.status).toBe(mode === 'optional' ? 200 : 202)
      if (mode === 'required') expect((await click()).status).toBe(200)
      return signIn(t, VICTIM)
    },
    'an address that was proved': async ({ accessToken }) => {
      expect((await post(t, '/v1/me/email', { email: VICTIM }, accessToken)).status).toBe(202)
      expect((await click()).status).toBe(200)
      return (await ownerComesByMail(t, VICTIM)).body
    },
    'an address an administrator gives': async ({ user }) => {
      const { accessToken: token } = await setUpAdmin(t)
      const changed = await call(t, `PATCH /v1/users/${user.id}`, { token, body: { email: VICTIM } })
      expect(changed.status).toBe(200)
      return (await ownerComesByMail(t, VICTIM)).body
    },
  }
  test.each(Object.keys(ends))('belongs only to its owner after %s', async (name) => {
    await open(mode)
    const { planter, session } = await anonymous()
    expect((await planter.left()).length).toBeGreaterThan(1) // the checks below need some credentials
    const again = await anonymous()
    // The attempts above may have moved the first one. This one is unchanged.
    expect(again.planter.planted.length).toBeGreaterThan(2)
    const owner = await (ends[name] as (typeof ends)[string])(again.session)
    expect([owner.user.id, owner.user.email]).toEqual([again.session.user.id, VICTIM])
    expect(await again.planter.left()).toEqual([])
    expect((await call(t, 'GET /v1/me', { token: owner.accessToken })).status).toBe(200)
    expect(await factors(owner.accessToken)).toMatchObject({ totp: null, passkeys: 0 })
    expect(session.user.id).not.toBe(again.session.user.id)
  })

  test.each(Object.keys(ends))('has no password after %s that an earlier release wrote down for it', async (name) => {
    await open(mode)
    const { body: session } = await post<Session>(t, '/v1/auth/anonymous')
    await post(t, '/v1/auth/sign-up', { email: 'planter@example.com', password: PLANTED_PASSWORD })
    await t.deps.db.$client.execute({
      sql: "UPDATE users SET password_hash = (SELECT password_hash FROM users WHERE email = 'planter@example.com') WHERE id = ?",
      args: [session.user.id],
    })
    expect((await (ends[name] as (typeof ends)[string])(session)).user.id).toBe(session.user.id)
    expect((await post(t, '/v1/auth/sign-in', { email: VICTIM, password: PLANTED_PASSWORD })).status).toBe(401)
  })

  test('belongs only to its owner after a provider was linked', async () => {
    const fake = await startFakeProvider()
    try {
      fake.person = { sub: 'victim-1', email: VICTIM, email_verified: true }
      t = await createWorld(fake.issuer, { env: { EMAIL_VERIFICATION: mode } })
      const { planter, session } = await anonymous()
      const token = session.accessToken
      const begun = await call<{ url: string }>(t, 'POST /v1/me/identities/acme/start', { token })
      const browser = openBrowser(t)
      browser.setCookie('__Host-flow', /__Host-flow=([^;]*)/.exec(begun.headers.get('set-cookie') ?? '')?.[1] ?? '')
      expect(outcomeOf(await browser.go(begun.body.url))).toBe('linked')
      expect(await planter.left()).toEqual([])
      expect(outcomeOf(await browser.go(START))).toBe('signed in')
      expect((await whoIs(t, browser)).body).toMatchObject({ id: session.user.id, email: VICTIM })
      expect(await planter.left()).toEqual([])
    } finally {
      fake.stop()
    }
  })
})

test('an upgrade that waits for its mail gets the password of the request whose mail proved the address, and no other', async () => {
  await open('required')
  const { body: session } = await post<Session>(t, '/v1/auth/anonymous')
  const asked = (email: string, password: string) => post(t, '/v1/me/upgrade', { email, password }, session.accessToken)
  await asked('mistyped@example.com', PLANTED_PASSWORD)
  await asked(VICTIM, PASSWORD)
  expect((await click()).status).toBe(200)
  expect((await post(t, '/v1/auth/sign-in', { email: VICTIM, password: PLANTED_PASSWORD })).status).toBe(401)
  expect((await signIn(t, VICTIM)).user.id).toBe(session.user.id)
  const { rows } = await t.deps.db.$client.execute('SELECT 1 FROM one_time_tokens WHERE password_hash IS NOT NULL')
  expect(rows).toEqual([])
})

test('a request of a session that ended in the meantime adds no passkey, app, codes or move', async () => {
  await open('optional')
  const { body: session } = await post<Session>(t, '/v1/auth/sign-up', { email: VICTIM, password: PASSWORD })
  const token = session.accessToken
  expect((await call(t, 'GET /v1/me', { token })).status).toBe(200) // and is remembered by the process
  const begun = await post<{ secret: string }>(t, '/v1/me/mfa/totp', {}, token)
  await t.deps.db.$client.execute('UPDATE sessions SET ended_at = 1 WHERE ended_at IS NULL')
  const answers = [
    await post(t, '/v1/me/mfa/totp', {}, token),
    await post(t, '/v1/me/mfa/totp/confirm', { code: codeOf(t, begun.body.secret) }, token),
    (await addPasskey(t, token)).answer,
  ]
  expect(answers.map(({ status, text }) => [status, (JSON.parse(text) as { code: string }).code])).toEqual(
    Array(3).fill([401, 'session.expired']),
  )
  expect((await post(t, '/v1/me/email', { email: 'moved@example.com' }, token)).status).toBe(202)
  expect(await newestLink(t, 'moved@example.com')).toBeUndefined()
})
