import { call, cookieOf, PASSWORD, type Session, signIn, signInWithCookie, signUp } from '../../../support/client.ts'
import { ORIGIN, type TestApp } from '../../../support/test-app.ts'

/** One of every request, each with its ways to go, so that every statement of the app is sent once. */
export async function walk(t: TestApp): Promise<void> {
  for (const path of ['/livez', '/readyz', '/.well-known/jwks.json', '/openapi.json', '/docs'])
    await call(t, `GET ${path}`)
  await call(t, 'POST /v1/setup', { body: { token: 'none', email: 'x@example.com', password: PASSWORD, name: 'X' } })
  const email = 'walker@example.com'
  const { refreshToken, accessToken } = await signUp(t, email)
  await call(t, 'POST /v1/auth/sign-up', { body: { email, password: PASSWORD } })
  for (const body of [
    { email, password: 'wrong' },
    { email: 'nobody@example.com', password: 'wrong' },
  ])
    await call(t, 'POST /v1/auth/sign-in', { body })
  for (const wait of [0, 0, 11_000]) {
    t.clock.advance(wait)
    await call<Session>(t, 'POST /v1/auth/refresh', { body: { refreshToken } })
  }
  await call(t, 'GET /v1/me', { token: accessToken })

  const cookie = await signInWithCookie(t, email)
  await call(t, 'GET /v1/me', { cookie })
  const renewed = await call(t, 'POST /v1/auth/refresh', { cookie, headers: { origin: ORIGIN } })
  await call(t, 'POST /v1/auth/sign-out', { cookie: cookieOf(renewed) })
  const again = await signIn(t, email)
  t.clock.advance(61_000) // long enough for the heartbeat of a session
  await call(t, 'PATCH /v1/me', { token: again.accessToken, body: { name: 'Walker' } })
  await call(t, 'POST /v1/auth/sign-out', { token: again.accessToken })

  const { accessToken: token } = await signIn(t, 'admin@example.com')
  const created = await call<{ id: string }>(t, 'POST /v1/users', {
    token,
    headers: { 'idempotency-key': 'the key of this walk' },
    body: { email: 'new@example.com', name: 'New' },
  })
  await call(t, 'POST /v1/users', {
    token,
    headers: { 'idempotency-key': 'the key of this walk' },
    body: { email: 'new@example.com', name: 'New' },
  })
  const user = `/v1/users/${created.body.id}`
  await lists(t, token)
  await call(t, `GET ${user}`, { token })
  await call(t, `PATCH ${user}`, {
    token,
    headers: { 'if-match': '"1"' },
    body: { name: 'N', roles: ['admin', 'user'] },
  })
  await call(t, `PATCH ${user}`, { token, body: { email: 'newer@example.com', emailVerified: true, roles: ['user'] } })
  for (const act of ['disable', 'enable']) await call(t, `POST ${user}/${act}`, { token })
  await call(t, `DELETE ${user}/sessions`, { token })
  await call(t, `DELETE ${user}`, { token })
  await call(t, 'DELETE /v1/me', { token: (await signIn(t, email)).accessToken })
  await t.deps.keys.rotate()
  await t.settle()
}

/** Every sort with every kind of search, and the page after the first. */
async function lists(t: TestApp, token: string): Promise<void> {
  for (const sort of ['createdAt', '-createdAt', 'email', '-email', 'name', '-name'])
    for (const filter of ['', '&q=a', '&q=ada', '&status=active', '&role=admin', '&q=exa&status=active&role=user']) {
      const path = `/v1/users?limit=1&sort=${sort}${filter}`
      const page = await call<{ nextCursor: string | null }>(t, `GET ${path}`, { token })
      if (page.body.nextCursor) await call(t, `GET ${path}&cursor=${page.body.nextCursor}`, { token })
    }
  const one = 'usr_0190a5e0c5f87d3cb3a4c1f2e5d60718'
  for (const filter of ['', '&type=user.created', `&userId=${one}`, `&actorId=${one}`]) {
    const path = `/v1/audit-events?limit=1${filter}`
    const page = await call<{ nextCursor: string | null }>(t, `GET ${path}`, { token })
    if (page.body.nextCursor) await call(t, `GET ${path}&cursor=${page.body.nextCursor}`, { token })
  }
}
