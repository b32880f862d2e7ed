import { createTickets } from '../../../src/platform/tickets.ts'
import { setupToken } from '../../../src/modules/setup/setup-token.ts'
import { ADMIN_EMAIL } from '../../runtime/round-trips/account.ts'
import { APP_URL, plain } from '../../runtime/round-trips/operation.ts'
import { APP_SECRET } from '../../runtime/servers/runtime-server.ts'
import { PASSWORD } from '../../support/client.ts'
import { defineContract } from '../../support/contract.ts'
import { setupCases } from './runtime-cases.ts'

const account = { email: ADMIN_EMAIL, password: PASSWORD, name: 'Admin' }

export const contract = defineContract({
  access: { 'POST /v1/setup': 'public', 'GET /setup': 'public', 'GET /setup/assets/:name': 'public' },
  writes: {
    budget: { 'POST /v1/setup': 2, 'GET /setup': 1, 'GET /setup/assets/:name': 0 },
    ask: async ({ t, pay }) => {
      await pay('GET /setup', '/setup')
      await pay('GET /setup/assets/:name', '/setup/assets/main.js')
      const token = await setupToken(t.deps)
      await pay('POST /v1/setup', '/v1/setup', { body: { token, ...account } }, 201)
    },
  },
  roundTrips: [
    {
      route: 'POST /v1/setup',
      status: 201,
      async prepare() {
        const tickets = createTickets(APP_SECRET, APP_URL, { now: () => Date.now() })
        const token = await tickets.sign('setup', {}, 3600)
        return { methodAndPath: 'POST /v1/setup', body: { token, ...account } }
      },
    },
    plain('GET /setup', 'GET /setup', 200),
    plain('GET /setup/assets/:name', 'GET /setup/assets/main.js'),
  ],
  runtime: setupCases,
})
