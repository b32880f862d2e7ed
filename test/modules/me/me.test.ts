import { afterAll, beforeAll, expect, test } from 'bun:test'
import { call, signIn, signUp, type User } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'

let t: TestApp
let n = 0
beforeAll(async () => {
  t = await createTestApp()
})
afterAll(() => t.close())

const newcomer = () => signUp(t, `me${n++}@example.com`)

test('a change of name shows in every session at once', async () => {
  const first = await newcomer()
  const second = await signIn(t, first.user.email)
  expect((await call<User>(t, 'GET /v1/me', { token: second.accessToken })).body.name).toBe('')
  const answer = await call<User>(t, 'PATCH /v1/me', { token: first.accessToken, body: { name: 'Ada' } })
  expect([answer.status, answer.body.name, answer.headers.get('etag')]).toEqual([200, 'Ada', '"2"'])
  expect((await call<User>(t, 'GET /v1/me', { token: second.accessToken })).body).toEqual(answer.body)
})

test('If-Match guards the change', async () => {
  const { accessToken: token } = await newcomer()
  const change = (name: string, tag: string) =>
    call(t, 'PATCH /v1/me', { token, body: { name }, headers: { 'if-match': tag } })
  expect((await change('A', '"1"')).status).toBe(200)
  expect((await change('B', '"1"')).status).toBe(412)
  expect((await call<User>(t, 'GET /v1/me', { token })).body.name).toBe('A')
})

test('the language of mails is chosen, and given up', async () => {
  const { accessToken: token, user } = await newcomer()
  const change = (locale: unknown) => call<User>(t, 'PATCH /v1/me', { token, body: { locale } })
  const languageOfNextMail = async () => {
    await call(t, 'POST /v1/auth/forgot-password', {
      body: { email: user.email },
      headers: { 'accept-language': 'es' },
    })
    await t.work()
    return t.mails.findLast(({ to }) => to === user.email)?.html?.match(/<html lang="(..)"/)?.[1]
  }
  expect((await change('ja')).body).toMatchObject({ locale: 'ja' })
  expect((await call<User>(t, 'GET /v1/me', { token })).body).toMatchObject({ locale: 'ja' })
  expect(await languageOfNextMail()).toBe('ja')
  expect((await change(null)).body).toMatchObject({ locale: null })
  expect(await languageOfNextMail()).toBe('es')
})

test.each([[''], ['EN'], ['pt-BR'], ['xx'], ['en\u0000'], [['en']], [1], ['constructor']])(
  'the language %p, which this server does not have, is refused',
  async (locale) => {
    const { accessToken: token, user } = await newcomer()
    const refused = await call(t, 'PATCH /v1/me', { token, body: { locale } })
    expect([refused.status, refused.body.errors]).toEqual([422, [expect.objectContaining({ path: '/locale' })]])
    expect((await call<User>(t, 'GET /v1/me', { token })).body).toEqual(user)
  },
)

test.each([
  { roles: ['admin'] },
  { emailVerified: true },
  { status: 'disabled' },
  { email: 'x@example.com' },
  { name: 'x', orgId: 'org_1' },
  { name: 'x'.repeat(201) },
  {},
])('users cannot change %p of their own account', async (body) => {
  const session = await newcomer()
  expect((await call(t, 'PATCH /v1/me', { token: session.accessToken, body })).status).toBe(422)
  expect((await call<User>(t, 'GET /v1/me', { token: session.accessToken })).body).toEqual(session.user)
})

test('the deletion of an account requires a sign-in of the last ten minutes, also after refreshes', async () => {
  const session = await newcomer()
  t.clock.advance(10 * 60_000 + 1)
  const refreshed = await call<{ accessToken: string }>(t, 'POST /v1/auth/refresh', {
    body: { refreshToken: session.refreshToken },
  })
  const refused = await call(t, 'DELETE /v1/me', { token: refreshed.body.accessToken })
  expect([refused.status, refused.body.code]).toEqual([403, 'auth.fresh_session_required'])
  const fresh = await signIn(t, session.user.email)
  t.clock.advance(4 * 60_000)
  expect((await call(t, 'DELETE /v1/me', { token: fresh.accessToken })).status).toBe(204)
  for (const { accessToken } of [refreshed.body, fresh])
    expect((await call(t, 'GET /v1/me', { token: accessToken })).status).toBe(401)
  await signUp(t, session.user.email)
})
