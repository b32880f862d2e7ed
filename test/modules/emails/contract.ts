import { mailed, redeemed } from '../../runtime/round-trips/operation.ts'
import { signUp } from '../../support/client.ts'
import { AT, defineContract, PROOF } from '../../support/contract.ts'
import { payForMails } from '../proofs/support/pay-for-mails.ts'
import { emailCases } from './runtime-cases.ts'

export const contract = defineContract({
  access: {
    'POST /v1/auth/verify-email': 'public', // its credential is what a mail carried
    'POST /v1/auth/verify-email/resend': 'public',
    'POST /v1/me/email': 'fresh-session',
  },
  writes: {
    budget: {
      'POST /v1/auth/verify-email': 2,
      'POST /v1/auth/verify-email/resend': 1,
      'POST /v1/me/email': 2,
    },
    ask: async (asked) => {
      const { accessToken: token, user } = await signUp(asked.t, 'moving@example.com')
      await asked.pay('POST /v1/me/email', '/v1/me/email', { token, body: { email: 'moved@example.com' } }, 202)
      await payForMails(asked, user, 'verify-email/resend', 'verify-email')
    },
  },
  roundTrips: [
    mailed('POST /v1/auth/verify-email/resend'),
    redeemed('POST /v1/auth/verify-email', 'POST /v1/auth/verify-email/resend', { by: 'link' }),
    redeemed('POST /v1/auth/verify-email', 'POST /v1/auth/verify-email/resend', { by: 'code' }),
    {
      route: 'POST /v1/me/email',
      status: 202,
      prepare: async ({ signUp, newEmail }) => ({
        methodAndPath: 'POST /v1/me/email',
        token: (await signUp()).accessToken,
        body: { email: newEmail() },
      }),
    },
  ],
  runtime: emailCases,
  mails: {
    'verify-email': PROOF,
    'change-email': PROOF,
    'email-changed': { newEmail: 'ada@analytical.example', at: AT },
    'unproved-removed': { at: AT },
  },
})
