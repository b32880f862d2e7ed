import { expect } from 'bun:test'
import { guarantee } from '../../runtime/case.ts'
import { byUser, mailed, NEW_PASSWORD, redeemed } from '../../runtime/round-trips/operation.ts'
import { PASSWORD, type Session, signUp } from '../../support/client.ts'
import { AT, defineContract, PROOF } from '../../support/contract.ts'
import { payForMails } from '../proofs/support/pay-for-mails.ts'
import { requestProof } from '../proofs/support/runtime-proof.ts'

export const contract = defineContract({
  access: {
    'POST /v1/auth/forgot-password': 'public',
    'POST /v1/auth/reset-password': 'public', // its credential is what a mail carried
    'POST /v1/me/password': 'session', // the current password is the proof
  },
  writes: {
    budget: {
      'POST /v1/auth/forgot-password': 1,
      'POST /v1/auth/reset-password': 2,
      // Who asks, the hash their password is compared with, and the batch: no cache ever holds a hash.
      'POST /v1/me/password': 3,
    },
    ask: async (asked) => {
      const { t, pay } = asked
      const { accessToken: token, user } = await signUp(t, 'changing@example.com')
      const wrong = { currentPassword: 'wrong', newPassword: 'an entirely different phrase' }
      await pay('POST /v1/me/password', '/v1/me/password', { token, body: wrong }, 401)
      const right = { ...wrong, currentPassword: PASSWORD }
      await pay('POST /v1/me/password', '/v1/me/password', { token, body: right }, 204)
      await payForMails(asked, user, 'forgot-password', 'reset-password', { password: PASSWORD })
    },
  },
  roundTrips: [
    mailed('POST /v1/auth/forgot-password'),
    redeemed('POST /v1/auth/reset-password', 'POST /v1/auth/forgot-password', { by: 'link', password: NEW_PASSWORD }),
    redeemed('POST /v1/auth/reset-password', 'POST /v1/auth/forgot-password', { by: 'code', password: NEW_PASSWORD }),
    byUser('POST /v1/me/password', 204, {
      body: { currentPassword: PASSWORD, newPassword: 'an entirely different phrase' },
    }),
  ],
  runtime: [
    guarantee(
      'a forgotten password is replaced by the code of a mail, and every session ends',
      ['POST /v1/auth/forgot-password', 'POST /v1/auth/reset-password'],
      async (tools) => {
        const { user, accessToken: token } = await tools.signUp()
        await tools.proofFor(user.email)
        const { code } = await requestProof(tools, 'forgot-password', user.email)
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

    guarantee('people change their password, and every other session ends', ['POST /v1/me/password'], async (tools) => {
      const { accessToken: token, user } = await tools.signUp()
      const signedIn = (password: string) =>
        tools.call<Session>('POST /v1/auth/sign-in', { body: { email: user.email, password } })
      const other = (await signedIn(PASSWORD)).body
      const newPassword = 'an entirely different 密码 🔑'
      const wrong = { token, body: { currentPassword: `${PASSWORD}!`, newPassword } }
      await tools.refused('POST /v1/me/password', 'auth.invalid_credentials', wrong)
      const weak = { token, body: { currentPassword: PASSWORD, newPassword: 'password1234' } }
      await tools.refused('POST /v1/me/password', 'user.password_refused', weak)
      const body = { currentPassword: PASSWORD, newPassword }
      expect((await tools.call('POST /v1/me/password', { token, body })).status).toBe(204)
      await tools.refused('GET /v1/me', 'session.expired', { token: other.accessToken })
      expect((await tools.call('GET /v1/me', { token })).status).toBe(200)
      expect([(await signedIn(PASSWORD)).status, (await signedIn(newPassword)).status]).toEqual([401, 200])
    }),
  ],
  mails: { 'reset-password': PROOF, 'password-changed': { at: AT } },
})
