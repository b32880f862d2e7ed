import { call, PASSWORD, type Session, setUpAdmin, signIn, signInWithCookie, signUp } from '../../../support/client.ts'
import type { TestApp } from '../../../support/test-app.ts'

/** What a client and an operator of that release still know. Fixed test values, which are no secrets. */
export interface Known {
  /** When it was recorded, ms UTC. */
  at: number
  appSecret: string
  email: string
  password: string
  refreshToken: string
  spentToken: string
  /** The newest token of the family that `spentToken` belongs to. */
  familyToken: string
  cookie: string
  users: number
  events: number
}

/** Fills an empty database with a bit of everything: people, roles, living and ended sessions, spent tokens, two keys. */
export async function makeHistory(t: TestApp): Promise<Known> {
  await setUpAdmin(t, 'admin@example.com')
  const email = 'ada@example.com'
  const first = await signUp(t, email)
  await t.deps.keys.rotate()
  t.clock.advance(11 * 60_000) // the second key signs from here on

  const rotated = await call<Session>(t, 'POST /v1/auth/refresh', { body: { refreshToken: first.refreshToken } })
  t.clock.advance(60_000) // and the grace of the spent token is over
  const { refreshToken = '' } = await signIn(t, email)
  const leaving = await signIn(t, email)
  await call(t, 'POST /v1/auth/sign-out', { token: leaving.accessToken })
  await call(t, 'POST /v1/auth/sign-in', { body: { email, password: 'not the password' } })
  const cookie = await signInWithCookie(t, email)

  const { accessToken: token } = await signIn(t, 'admin@example.com')
  const bob = await call<{ id: string }>(t, 'POST /v1/users', {
    token,
    body: { email: 'bob@example.com', name: 'Bob' },
  })
  await call(t, `POST /v1/users/${bob.body.id}/disable`, { token })
  await t.settle()
  const count = async (table: string) =>
    Number((await t.deps.db.$client.execute(`SELECT count(*) AS n FROM ${table}`)).rows[0]?.n)
  return {
    at: t.clock.now(),
    appSecret: t.deps.config.appSecret,
    email,
    password: PASSWORD,
    refreshToken,
    spentToken: first.refreshToken ?? '',
    familyToken: rotated.body.refreshToken ?? '',
    cookie,
    users: await count('users'),
    events: await count('events'),
  }
}
