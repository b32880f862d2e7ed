/** Roles that ask their holders for a second factor. */
import { afterEach, beforeEach, expect, test } from 'bun:test'
import { enrolmentMarks } from '../../../src/http/access.ts'
import { pathFor, routesOf, validBody } from '../../http/support/routes.ts'
import { call, PASSWORD, type Session, setUpAdmin, signIn, signUp } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import { proveOwnAddress, requestProof } from '../proofs/support/mail.ts'
import { enrol, signInFully } from '../mfa/support/factors.ts'

let t: TestApp
let admin: Session
beforeEach(async () => {
  t = await createTestApp()
  admin = await setUpAdmin(t)
})
afterEach(() => t.close())

const require = (role: string, mfaRequired: boolean, token = admin.accessToken) =>
  call(t, `PATCH /v1/roles/${role}`, { token, body: { mfaRequired } })

async function newAdmin(email: string): Promise<Session> {
  const session = await signUp(t, email)
  await proveOwnAddress(t, session)
  const body = { roles: ['admin', 'user'] }
  expect((await call(t, `PATCH /v1/users/${session.user.id}`, { token: admin.accessToken, body })).status).toBe(200)
  return session
}

test('are listed with what they allow and ask, to administrators alone', async () => {
  const answer = await call<{ items: object[] }>(t, 'GET /v1/roles', { token: admin.accessToken })
  expect(answer.body.items).toMatchObject([
    { name: 'admin', mfaRequired: false },
    { name: 'user', mfaRequired: false, permissions: [] },
  ])
  const { accessToken } = await signUp(t, 'nobody-special@example.com')
  expect((await call(t, 'GET /v1/roles', { token: accessToken })).status).toBe(403)
  expect((await require('user', true, accessToken)).status).toBe(403)
  const unknown = await require('__proto__', true)
  expect([unknown.status, unknown.body.code]).toEqual([404, 'role.not_found'])
})

test('cannot require a factor by the request of a holder without one, also twenty times at once', async () => {
  const refused = await require('admin', true)
  expect([refused.status, refused.body.code]).toEqual([409, 'role.factor_missing'])
  const answers = await Promise.all(Array.from({ length: 20 }, () => require('user', true)))
  for (const answer of answers) expect(answer.body.code).toBe('role.factor_missing')
  expect((await t.deps.db.$client.execute('SELECT * FROM role_requirements')).rows).toEqual([])
  expect((await call(t, 'GET /v1/users', { token: admin.accessToken })).status).toBe(200)
})

test('require a second factor from the next request: the holder can add one and do nothing else', async () => {
  const second = await newAdmin('second@example.com')
  const user = await signUp(t, 'only-user@example.com')
  const cached = { token: second.accessToken }
  expect((await call(t, 'GET /v1/users', cached)).status).toBe(200) // and is in the cache now
  await enrol(t, admin)
  expect((await require('admin', true)).body).toMatchObject({ name: 'admin', mfaRequired: true })

  const guarded = (await routesOf(t.app)).filter(({ mark }) => mark !== 'public')
  const open = guarded.filter(({ mark }) => enrolmentMarks.includes(mark)).map(({ name }) => name)
  // The routes that add or show a factor, and the route of the own account.
  expect(
    open.every((name) => /\/(?:mfa|passkeys|step-up)\b|^GET \/v1\/me$/.test(name)),
    open.join(),
  ).toBeTrue()
  for (const route of guarded) {
    if (open.includes(route.name)) continue
    const answer = await call(t, `${route.method} ${pathFor(route)}`, {
      ...cached,
      ...(route.body ? { body: validBody(route.body) } : {}),
    })
    expect([answer.status, answer.body.code], route.name).toEqual([403, 'mfa.enrolment_required'])
  }
  expect((await call(t, 'GET /v1/me', cached)).status).toBe(200)
  expect((await call(t, 'GET /v1/me/mfa', cached)).body.required).toBeTrue()
  // A holder of another role needs no factor.
  expect((await call(t, 'GET /v1/me/sessions', { token: user.accessToken })).status).toBe(200)

  // No other first factor, and no renewal, gets around it.
  await t.work()
  const proof = await requestProof(t, 'email-code', 'second@example.com')
  const byMail = await call<Session>(t, 'POST /v1/auth/email-code/verify', { body: { token: proof.token } })
  const { body: refreshed } = await call<Session>(t, 'POST /v1/auth/refresh', {
    body: { refreshToken: second.refreshToken },
  })
  const stepped = await call<Session>(t, 'POST /v1/auth/step-up', {
    token: refreshed.accessToken,
    body: { password: PASSWORD },
  })
  const byPassword = await signIn(t, 'second@example.com')
  for (const { accessToken } of [byMail.body, stepped.body, byPassword])
    expect((await call(t, 'GET /v1/users', { token: accessToken })).body.code).toBe('mfa.enrolment_required')

  // The factor does, at once and in the session that added it; others begin again.
  const enrolled = await enrol(t, byPassword)
  expect((await call(t, 'GET /v1/users', { token: byPassword.accessToken })).status).toBe(200)
  expect((await call(t, 'GET /v1/me', { token: byMail.body.accessToken })).status).toBe(401)
  const full = await signInFully(t, enrolled)
  expect((await call(t, 'GET /v1/users', { token: full.accessToken })).status).toBe(200)

  // Removed, it is asked for again.
  expect((await call(t, 'DELETE /v1/me/mfa/totp', { token: full.accessToken })).status).toBe(204)
  expect((await call(t, 'GET /v1/users', { token: full.accessToken })).body.code).toBe('mfa.enrolment_required')
  expect((await call(t, 'POST /v1/auth/sign-out', { token: full.accessToken })).status).toBe(204)

  // The administrator who required it has shown a factor, and removes the requirement.
  expect((await require('admin', false)).body).toMatchObject({ mfaRequired: false })
  expect((await require('admin', false)).status).toBe(200) // changes nothing
  const told = await t.deps.db.$client.execute("SELECT data FROM events WHERE type = 'role.updated' ORDER BY id")
  expect(told.rows.map(({ data }) => JSON.parse(String(data)))).toEqual([
    { role: 'admin', mfaRequired: true },
    { role: 'admin', mfaRequired: false },
  ])
})

test('that is given asks at once', async () => {
  const session = await signUp(t, 'promoted@example.com')
  await enrol(t, admin)
  await require('admin', true)
  try {
    const body = { roles: ['admin', 'user'] }
    await call(t, `PATCH /v1/users/${session.user.id}`, { token: admin.accessToken, body })
    const answer = await call(t, 'GET /v1/users', { token: session.accessToken })
    expect(answer.body.code).toBe('mfa.enrolment_required')
  } finally {
    await require('admin', false)
  }
})
