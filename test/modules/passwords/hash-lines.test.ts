/** A network that requests many password hashes waits in its own queue (`Deps.passwords`), on every route. */
import { expect, test } from 'bun:test'
import type { Session } from '../../../src/modules/sessions/session-schema.ts'
import { call, PASSWORD, setUpAdmin, signUp } from '../../support/client.ts'
import { createTestApp } from '../../support/test-app.ts'
import { proofFor, requestProof } from '../proofs/support/mail.ts'

test.each([
  ['198.51.100.20', '198.51.100.0/24'],
  ['2001:db8:1:7::5', '2001:db8:1::/48'],
])('%s waits in the line of %s', async (address, network) => {
  const asked: (string | undefined)[] = []
  const t = await createTestApp({
    deps: {
      peerAddress: () => address,
      passwords: {
        async hash(password, line) {
          asked.push(line)
          return `plain ${password}`
        },
        async verify(password, stored, line) {
          asked.push(line)
          return stored === `plain ${password}`
        },
      },
    },
  })
  const email = 'ada@example.com'
  const password = 'another battery staple'
  try {
    const { accessToken: admin } = await setUpAdmin(t)
    const { accessToken: token } = await signUp(t, email)
    await proofFor(t, email) // the mail of the sign-up
    const steps: [string, number, { token?: string | undefined; body?: unknown }][] = [
      ['POST /v1/auth/sign-in', 200, { body: { email, password: PASSWORD } }],
      ['POST /v1/auth/step-up', 200, { token, body: { password: PASSWORD } }],
      ['POST /v1/users', 201, { token: admin, body: { email: 'bob@example.com', password } }],
    ]
    for (const [route, status, given] of steps) expect((await call(t, route, given)).status, route).toBe(status)
    const { token: link } = await requestProof(t, 'forgot-password', email)
    expect((await call(t, 'POST /v1/auth/reset-password', { body: { token: link, password } })).status).toBe(200)
    const anonymous = await call<Session>(t, 'POST /v1/auth/anonymous')
    const upgrade = { token: anonymous.body.accessToken, body: { email: 'eve@example.com', password } }
    expect((await call(t, 'POST /v1/me/upgrade', upgrade)).status).toBe(200)
    expect(asked.length).toBeGreaterThanOrEqual(7) // one or more each
    expect([...new Set(asked)]).toEqual([network])
  } finally {
    await t.close()
  }
})
