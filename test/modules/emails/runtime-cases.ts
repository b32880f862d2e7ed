import { expect } from 'bun:test'
import type { User } from '../../support/client.ts'
import { guarantee } from '../../runtime/case.ts'
import { requestProof } from '../proofs/support/runtime-proof.ts'

/** With the mail rendered and sent by the runtime itself. */
export const emailCases = [
  guarantee(
    'an address is verified by the link of its mail, once',
    ['POST /v1/auth/verify-email', 'POST /v1/auth/verify-email/resend'],
    async (tools) => {
      const { user, accessToken: token } = await tools.signUp()
      const first = await tools.proofFor(user.email)
      const second = await requestProof(tools, 'verify-email/resend', user.email)
      await tools.refused('POST /v1/auth/verify-email', 'token.invalid', { body: { token: `${first.token}x` } })
      const verified = await tools.call('POST /v1/auth/verify-email', { body: { token: first.token } })
      expect([verified.status, verified.body]).toEqual([200, { status: 'verified' }])
      for (const body of [{ token: first.token }, { token: second.token }, { email: user.email, code: second.code }])
        await tools.refused('POST /v1/auth/verify-email', 'token.invalid', { body })
      expect((await tools.call<User>('GET /v1/me', { token })).body.emailVerified).toBe(true)
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
