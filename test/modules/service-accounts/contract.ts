import { serviceAccountCases } from '../api-keys/runtime-cases.ts'
import type { Accounts } from '../../runtime/round-trips/account.ts'
import type { Operation } from '../../runtime/round-trips/operation.ts'
import { type Asked, defineContract } from '../../support/contract.ts'
import { signUp } from '../../support/client.ts'
import { makeAccount, makeOrg } from '../api-keys/support/keys.ts'

/** Asked by a person with an organisation; `:id` is a service account of it. */
const byOwner = (route: string, status: number, ask: { body?: object } = {}): Operation => ({
  route,
  status,
  async prepare({ ask: send, signUp }: Accounts) {
    const { accessToken: token } = await signUp()
    const { id: orgId } = await send<{ id: string }>(
      { methodAndPath: 'POST /v1/orgs', token, body: { name: 'Acme' } },
      201,
    )
    const body = { name: 'Robot', roles: ['member'], orgId }
    if (route.startsWith('POST')) return { methodAndPath: route, token, body }
    const { id } = await send<{ id: string }>({ methodAndPath: 'POST /v1/service-accounts', token, body }, 201)
    const methodAndPath = route.includes(':id') ? route.replace(':id', id) : `${route}?orgId=${orgId}`
    return { methodAndPath, token, ...ask }
  },
})

export const contract = defineContract({
  access: {
    'GET /v1/service-accounts': 'principal',
    'POST /v1/service-accounts': 'principal',
    'GET /v1/service-accounts/:id': 'principal',
    'PATCH /v1/service-accounts/:id': 'principal',
    'DELETE /v1/service-accounts/:id': 'principal',
  },
  swappedIds: async (t) => {
    // Another person: this one may have got a second factor, which a fresh session must show.
    const { accessToken } = await signUp(t, 'swapped-accounts@example.com')
    const { id } = await makeAccount(t, accessToken, {
      roles: ['member'],
      orgId: await makeOrg(t, accessToken, 'Swapped accounts'),
    })
    return {
      'GET /v1/service-accounts/:id': id,
      'PATCH /v1/service-accounts/:id': id,
      'DELETE /v1/service-accounts/:id': id,
    }
  },
  writes: {
    budget: {
      'GET /v1/service-accounts': 2,
      'POST /v1/service-accounts': 2,
      'GET /v1/service-accounts/:id': 2,
      'PATCH /v1/service-accounts/:id': 3, // whose organisation decides which roles it may get
      'DELETE /v1/service-accounts/:id': 3, // its event names the organisation
    },
    ask: askAccounts,
  },
  roundTrips: [
    byOwner('GET /v1/service-accounts', 200),
    byOwner('POST /v1/service-accounts', 201),
    byOwner('GET /v1/service-accounts/:id', 200),
    byOwner('PATCH /v1/service-accounts/:id', 200, { body: { name: 'Other' } }),
    byOwner('DELETE /v1/service-accounts/:id', 204),
  ],
  runtime: serviceAccountCases,
})

async function askAccounts({ t, pay, admin }: Asked): Promise<void> {
  const token = await admin()
  const body = { name: 'Robot', roles: ['user'] }
  await pay('POST /v1/service-accounts', '/v1/service-accounts', { token, body }, 201)
  const { id } = await makeAccount(t, token, { roles: [] })
  await pay('GET /v1/service-accounts', '/v1/service-accounts', { token })
  const path = `/v1/service-accounts/${id}`
  await pay('GET /v1/service-accounts/:id', path, { token })
  const changes = { token, body: { roles: ['user'], status: 'disabled' } }
  await pay('PATCH /v1/service-accounts/:id', path, changes)
  await pay('DELETE /v1/service-accounts/:id', path, { token }, 204)
  await pay('DELETE /v1/service-accounts/:id', path, { token }, 404)
}
