/** An administrator who acts as a person asks for no mail to them. */
import { expect, test } from 'bun:test'
import { call, cookieOf, setUpAdmin, signInWithCookie, signUp } from '../../support/client.ts'
import { createTestApp, ORIGIN } from '../../support/test-app.ts'

test('the code that makes a session fresh is mailed to its person alone', async () => {
  const t = await createTestApp()
  const admin = await setUpAdmin(t)
  const { user } = await signUp(t, 'ada@example.com')
  const acting = cookieOf(
    await call(t, `POST /v1/users/${user.id}/impersonate`, {
      token: admin.accessToken,
      headers: { origin: ORIGIN },
      body: { reason: 'Ticket 42', useCookie: true },
    }),
  )
  await t.work()
  const before = t.mails.length
  const ask = (cookie: string) =>
    call(t, 'POST /sign-in', { cookie, body: new URLSearchParams({ act: 'fresh-mail', also: 'fresh-mail' }) })
  await ask(acting)
  await t.work()
  expect(t.mails.length).toBe(before)
  await ask(await signInWithCookie(t, user.email))
  await t.work()
  expect(t.mails.slice(before).map(({ to }) => to)).toContain(user.email)
  await t.close()
})
