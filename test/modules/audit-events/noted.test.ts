/** What the audit log says of a sign-in, a factor that is being added, a device and an export (security.md 40). */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { call, type Session, signIn, signUp } from '../../support/client.ts'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'
import { requestProof } from '../proofs/support/mail.ts'
import { newestLink } from '../users/support/planter.ts'
import { startFakeProvider } from '../providers/support/fake-provider.ts'
import { createWorld, START } from '../providers/support/world.ts'
import { openBrowser } from '../providers/support/browser.ts'
import { codeOf, enrol, person, signInFully } from '../mfa/support/factors.ts'

let t: TestApp
beforeAll(async () => {
  t = await createTestApp()
})
afterAll(() => t.close())

interface Noted {
  type: string
  actor: string | null
  session: string | null
  data: Record<string, unknown>
}

async function notedOf(userId: string, type: string): Promise<Noted[]> {
  const { rows } = await t.deps.db.$client.execute({
    sql: 'SELECT type, actor_id AS actor, session_id AS session, data FROM events WHERE user_id = ? AND type = ? ORDER BY id',
    args: [userId, type],
  })
  return rows.map(({ data, ...row }) => ({ ...row, data: JSON.parse(String(data)) })) as unknown as Noted[]
}
const openedBy = async (userId: string) => (await notedOf(userId, 'session.created')).map(({ data }) => data)

test('a session says which factors opened it: password, mail, app, and a remembered device', async () => {
  const ada = await signUp(t, 'ada@example.com')
  // By the same hand, or the sign-in by mail below would end the password.
  const link = await newestLink(t, 'ada@example.com')
  await call(t, 'POST /v1/auth/verify-email', { body: { token: link }, token: ada.accessToken })
  const { token } = await requestProof(t, 'email-code', 'ada@example.com')
  await call(t, 'POST /v1/auth/email-code/verify', { body: { token } })
  const enrolled = await enrol(t, await signIn(t, 'ada@example.com'))
  const { deviceToken } = await signInFully(t, enrolled, { rememberDevice: true })
  const body = { email: 'ada@example.com', password: 'correct horse battery staple', deviceToken }
  expect((await call(t, 'POST /v1/auth/sign-in', { body })).body.accessToken).toBeString()
  const [, second, , app, device, ...rest] = await openedBy(ada.user.id)
  expect(rest).toEqual([])
  expect(second).toEqual({ kind: 'token', amr: ['otp'] })
  expect([app?.kind, [...((app?.amr ?? []) as string[])].sort()]).toEqual(['token', ['mfa', 'otp', 'pwd']])
  expect(device).toEqual({ kind: 'token', amr: ['pwd', 'mfa'] })
  expect((await notedOf(ada.user.id, 'auth.mfa_required')).map(({ data }) => data)).toEqual([
    { kind: 'token', amr: ['pwd'] },
  ])
})

test('a session says which provider opened it, the first time and from then on', async () => {
  const provider = await startFakeProvider()
  const world = await createWorld(provider.issuer)
  try {
    for (const _ of ['first', 'again']) await openBrowser(world).go(START)
    const { rows } = await world.deps.db.$client.execute(
      "SELECT data FROM events WHERE type = 'session.created' ORDER BY id",
    )
    expect(rows.map(({ data }) => JSON.parse(String(data)))).toEqual([
      { kind: 'cookie', provider: 'acme', amr: ['fed'] },
      { kind: 'cookie', provider: 'acme', amr: ['fed'] },
    ])
  } finally {
    await world.close()
    provider.stop()
  }
})

test('a session says which provider opened it when a second factor was shown as well', async () => {
  const provider = await startFakeProvider()
  const world = await createWorld(provider.issuer)
  try {
    const browser = openBrowser(world)
    await browser.go(START)
    const { body } = await call<Session['user']>(world, 'GET /v1/me', {
      cookie: browser.cookie('__Host-session') ?? '',
    })
    const { token } = await requestProof(world, 'email-code', body.email)
    const session = await call<Session>(world, 'POST /v1/auth/email-code/verify', { body: { token } })
    const enrolled = await enrol(world, session.body)
    world.clock.advance(30_000)
    const { hash } = new URL((await openBrowser(world).go(START)).url)
    const challenge = new URLSearchParams(hash.slice(1)).get('mfa_challenge') ?? ''
    const shown = { challenge, factor: 'totp', code: codeOf(world, enrolled.secret) }
    const headers = { origin: ORIGIN }
    expect((await call(world, 'POST /v1/auth/mfa/verify', { body: shown, headers })).status).toBe(200)
    const { rows } = await world.deps.db.$client.execute(
      "SELECT data FROM events WHERE type = 'session.created' ORDER BY id DESC LIMIT 1",
    )
    const data = JSON.parse(String(rows[0]?.data))
    expect({ ...data, amr: data.amr.sort() }).toEqual({ kind: 'cookie', provider: 'acme', amr: ['fed', 'mfa', 'otp'] })
  } finally {
    await world.close()
    provider.stop()
  }
})

test('each start to add an app is recorded, and a refused one is not', async () => {
  const { accessToken: token, user } = await signUp(t, 'begins@example.com')
  for (const _ of [1, 2]) expect((await call(t, 'POST /v1/me/mfa/totp', { token })).status).toBe(201)
  const begun = await notedOf(user.id, 'mfa.totp_begun')
  expect(begun).toMatchObject([
    { actor: user.id, data: {} },
    { actor: user.id, data: {} },
  ])
  expect(begun[0]?.session).toStartWith('ses_')
  await enrol(t, { accessToken: token, user } as Parameters<typeof enrol>[1])
  expect((await call(t, 'POST /v1/me/mfa/totp', { token })).status).toBe(409)
  expect(await notedOf(user.id, 'mfa.totp_begun')).toHaveLength(3)
})

test('a remembered device is recorded with its id, and no id is recorded without one', async () => {
  const bea = await person(t)
  const { id } = bea.session.user
  await signInFully(t, bea)
  expect(await notedOf(id, 'mfa.device_remembered')).toEqual([])
  t.clock.advance(30_000)
  await signInFully(t, bea, { rememberDevice: true })
  const { rows } = await t.deps.db.$client.execute({
    sql: 'SELECT id FROM remembered_devices WHERE user_id = ?',
    args: [id],
  })
  const [created] = (await notedOf(id, 'session.created')).slice(-1)
  expect(await notedOf(id, 'mfa.device_remembered')).toMatchObject([
    { actor: id, session: created?.session ?? '', data: { deviceId: rows[0]?.id as string } },
  ])
})
