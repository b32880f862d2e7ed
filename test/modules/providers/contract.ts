import { call } from '../../support/client.ts'
import { newSubject, plain, verified } from '../../runtime/round-trips/operation.ts'
import type { Accounts, Ask } from '../../runtime/round-trips/account.ts'
import type { Operation } from '../../runtime/round-trips/operation.ts'
import { defineContract } from '../../support/contract.ts'
import { providerCases } from './runtime-cases.ts'
import { CALLBACK, comeBack, flowOf, START } from './support/pay-for-flows.ts'

/** A sign-in with another provider, up to its callback. */
const fromElsewhere = (how: string, ask: (accounts: Accounts) => Promise<Ask>): Operation => ({
  route: 'GET /v1/auth/providers/:id/callback',
  how,
  status: 302,
  prepare: ask,
})

export const contract = defineContract({
  access: {
    'GET /v1/auth/providers': 'public',
    'GET /v1/auth/providers/:id/start': 'public',
    'GET /v1/auth/providers/:id/callback': 'public', // its credential is the encrypted cookie, and what the provider says
    'POST /v1/auth/providers/:id/callback': 'public', // sends on to the GET
  },
  writes: {
    budget: {
      'GET /v1/auth/providers': 0,
      'GET /v1/auth/providers/:id/start': 0,
      // One where the identity is known; a second one makes an account, or notes the failure.
      'GET /v1/auth/providers/:id/callback': 2,
      'POST /v1/auth/providers/:id/callback': 0,
    },
    // A sign-in with GitHub: the first one, the next, a refused one, and one whose e-mail is in use.
    ask: async (asked) => {
      const { t, pay, github } = asked
      await pay('GET /v1/auth/providers', '/v1/auth/providers')
      await pay('POST /v1/auth/providers/:id/callback', CALLBACK, {}, 404)
      await pay('GET /v1/auth/providers/:id/start', START, {}, 302)
      const start = async () => flowOf(await call(t, `GET ${START}`))
      await comeBack(asked, await start()) // makes the account
      await comeBack(asked, await start()) // knows it
      await comeBack(asked, await start(), 'bad')
      github.user.id++
      await comeBack(asked, await start()) // the e-mail is in use
      await pay('GET /v1/auth/providers/:id/callback', `${CALLBACK}?state=x`, {}, 302)
    },
  },
  roundTrips: [
    plain('GET /v1/auth/providers'),
    plain('GET /v1/auth/providers/:id/start', 'GET /v1/auth/providers/acme/start', 302),
    fromElsewhere('for the first time', ({ comeBack }) => comeBack(newSubject())),
    fromElsewhere('from then on', async ({ ask, comeBack }) => {
      const subject = newSubject()
      await ask(await comeBack(subject), 302)
      return comeBack(subject)
    }),
    fromElsewhere('to link', async (accounts) => accounts.comeBack(newSubject(), (await verified(accounts)).token)),
    {
      route: 'POST /v1/auth/providers/:id/callback',
      status: 404,
      prepare: () => ({ methodAndPath: 'POST /v1/auth/providers/acme/callback' }),
    },
  ],
  runtime: providerCases,
})
