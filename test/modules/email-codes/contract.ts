import { expect } from 'bun:test'
import { guarantee } from '../../runtime/case.ts'
import { mailed, redeemed } from '../../runtime/round-trips/operation.ts'
import { type Session, signUp } from '../../support/client.ts'
import { defineContract, PROOF } from '../../support/contract.ts'
import { payForMails } from '../proofs/support/pay-for-mails.ts'
import { requestProof } from '../proofs/support/runtime-proof.ts'

export const contract = defineContract({
  access: {
    'POST /v1/auth/email-code': 'public',
    'POST /v1/auth/email-code/verify': 'public', // its credential is what a mail carried
  },
  writes: {
    budget: {
      'POST /v1/auth/email-code': 1,
      'POST /v1/auth/email-code/verify': 2, // a link is looked up before anything is written
    },
    ask: async (asked) => {
      const { user } = await signUp(asked.t, 'signs-in-by-mail@example.com')
      await payForMails(asked, user, 'email-code', 'email-code/verify')
    },
  },
  roundTrips: [
    mailed('POST /v1/auth/email-code'),
    redeemed('POST /v1/auth/email-code/verify', 'POST /v1/auth/email-code', { by: 'link' }),
    redeemed('POST /v1/auth/email-code/verify', 'POST /v1/auth/email-code', { by: 'code' }),
  ],
  runtime: [
    guarantee(
      'a code of a mail signs in once, however many use it at once',
      ['POST /v1/auth/email-code', 'POST /v1/auth/email-code/verify'],
      async (tools) => {
        const { user } = await tools.signUp()
        await tools.proofFor(user.email)
        const { code } = await requestProof(tools, 'email-code', user.email)
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
  ],
  mails: { 'sign-in': PROOF },
})
