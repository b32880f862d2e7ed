import { expect } from 'bun:test'
import type { Session, User } from '../../support/client.ts'
import { guarantee } from '../../runtime/case.ts'
import type { Tools } from '../../runtime/tools.ts'

const request = async ({ call, proofFor }: Tools, path: string, email: string) => {
  expect((await call(`POST /v1/auth/${path}`, { body: { email } })).status).toBe(202)
  return proofFor(email)
}

/** What goes by mail, with the mail rendered and sent by the runtime itself. */
export const mailCases = [
  guarantee(
    'an address is verified by the link of its mail, once',
    ['POST /v1/auth/verify-email', 'POST /v1/auth/verify-email/resend'],
    async (tools) => {
      const { user, accessToken: token } = await tools.signUp()
      const first = await tools.proofFor(user.email)
      const second = await request(tools, 'verify-email/resend', user.email)
      await tools.refused('POST /v1/auth/verify-email', 'token.invalid', { body: { token: `${first.token}x` } })
      const verified = await tools.call('POST /v1/auth/verify-email', { body: { token: first.token } })
      expect([verified.status, verified.body]).toEqual([200, { status: 'verified' }])
      for (const body of [{ token: first.token }, { token: second.token }, { email: user.email, code: second.code }])
        await tools.refused('POST /v1/auth/verify-email', 'token.invalid', { body })
      expect((await tools.call<User>('GET /v1/me', { token })).body.emailVerified).toBe(true)
    },
  ),

  guarantee(
    'a forgotten password is replaced by the code of a mail, and every session ends',
    ['POST /v1/auth/forgot-password', 'POST /v1/auth/reset-password'],
    async (tools) => {
      const { user, accessToken: token } = await tools.signUp()
      await tools.proofFor(user.email)
      const { code } = await request(tools, 'forgot-password', user.email)
      const body = { email: user.email, code, password: 'another horse battery staple' }
      expect((await tools.call('POST /v1/auth/reset-password', { body })).body).toEqual({ status: 'password_reset' })
      await tools.refused('POST /v1/auth/reset-password', 'token.invalid', { body })
      await tools.refused('GET /v1/me', 'session.expired', { token })
      const { email, password } = body
      expect((await tools.call('POST /v1/auth/sign-in', { body: { email, password } })).status).toBe(200)
      expect(
        (await tools.call('POST /v1/auth/forgot-password', { body: { email: 'nobody@example.com' } })).body,
      ).toEqual({
        status: 'mail_requested',
      })
    },
  ),

  guarantee(
    'a code of a mail signs in once, however many use it at once',
    ['POST /v1/auth/email-code', 'POST /v1/auth/email-code/verify'],
    async (tools) => {
      const { user } = await tools.signUp()
      await tools.proofFor(user.email)
      const { code } = await request(tools, 'email-code', user.email)
      const body = { email: user.email, code }
      const answers = await Promise.all(
        Array.from({ length: 5 }, () => tools.call<Session>('POST /v1/auth/email-code/verify', { body })),
      )
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400, 400, 400])
      const session = answers.find(({ status }) => status === 200)?.body
      expect(session?.user).toMatchObject({ id: user.id, emailVerified: true })
      expect((await tools.call('GET /v1/me', { token: session?.accessToken })).status).toBe(200)
    },
  ),

  guarantee('an account moves to an address that was proved', ['POST /v1/me/email'], async (tools) => {
    const { user, accessToken: token } = await tools.signUp()
    const email = tools.newEmail()
    expect((await tools.call('POST /v1/me/email', { token, body: { email } })).status).toBe(202)
    const proof = await tools.proofFor(email)
    expect((await tools.call<User>('GET /v1/me', { token })).body.email).toBe(user.email)
    await tools.call('POST /v1/auth/verify-email', { body: { token: proof.token } })
    expect((await tools.call<User>('GET /v1/me', { token })).body).toMatchObject({ email, emailVerified: true })
  }),
]
