/** Two processes on one libSQL server: what one of them ends, the other refuses within a second (security.md 20). */
import { afterAll, beforeAll, expect, setDefaultTimeout } from 'bun:test'
import { decodeJwt } from 'jose'
import { call, PASSWORD, type Session, setUpAdmin, signIn, signUp } from '../../support/client.ts'
import { testWith } from '../../support/real-parts.ts'
import { hasSqld, type Sqld, startSqld } from '../../support/sqld.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'

setDefaultTimeout(300_000) // many password hashes, on a machine that runs other tests too

const present = await hasSqld()
const sqldTest = testWith(present, 'sqld (test/parts)')

let server: Sqld
let here: TestApp
let there: TestApp
let admin: Session
let n = 0
beforeAll(async () => {
  if (!present) return
  server = await startSqld()
  here = await createTestApp({ env: { DATABASE_URL: server.url } })
  there = await createTestApp({ env: { DATABASE_URL: server.url } })
  admin = await setUpAdmin(here)
}, 300_000)
afterAll(async () => {
  await here?.close()
  await there?.close()
  await server?.stop()
})

interface People {
  /** The session that is to end. */
  victim: Session
  /** Another one of the same user. */
  own: Session
}

const idOf = ({ accessToken }: Session): string => decodeJwt<{ sid: string }>(accessToken).sid

sqldTest.each<[string, (people: People) => Promise<{ status: number }>]>([
  [
    'one is ended',
    ({ victim, own }) => call(there, `DELETE /v1/me/sessions/${idOf(victim)}`, { token: own.accessToken }),
  ],
  ['all others are ended', ({ own }) => call(there, 'DELETE /v1/me/sessions', { token: own.accessToken })],
  [
    'it is stepped up',
    ({ victim }) => call(there, 'POST /v1/auth/step-up', { token: victim.accessToken, body: { password: PASSWORD } }),
  ],
  [
    'the password is changed',
    ({ own }) =>
      call(there, 'POST /v1/me/password', {
        token: own.accessToken,
        body: { currentPassword: PASSWORD, newPassword: 'an entirely different phrase' },
      }),
  ],
  [
    'an administrator ends all',
    ({ own }) => call(there, `DELETE /v1/users/${own.user.id}/sessions`, { token: admin.accessToken }),
  ],
])('an access token is refused by the other process within a second after %s', async (_, end) => {
  const victim = await signUp(here, `remote${n++}@example.com`)
  const own = await signIn(here, victim.user.email)
  const ask = () => call(here, 'GET /v1/me', { token: victim.accessToken })
  expect((await ask()).status).toBe(200) // and is cached here
  expect([200, 204]).toContain((await end({ victim, own })).status)
  here.clock.advance(1000)
  there.clock.advance(1000)
  expect((await ask()).status).toBe(401)
})

sqldTest('of ten step-ups at once, through both processes, one succeeds and one session lives', async () => {
  const session = await signUp(here, `remote${n++}@example.com`)
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, index) =>
      call<Session>(index % 2 === 0 ? here : there, 'POST /v1/auth/step-up', {
        token: session.accessToken,
        body: { password: PASSWORD },
      }),
    ),
  )
  const won = answers.filter(({ status }) => status === 200)
  expect(won).toHaveLength(1)
  for (const { status } of answers) expect([200, 401, 503]).toContain(status)
  const seen = await call<{ items: { id: string }[] }>(there, 'GET /v1/me/sessions', {
    token: won[0]?.body.accessToken,
  })
  expect(seen.body.items.map(({ id }) => id)).toEqual([idOf(won[0]?.body as Session)])
})
