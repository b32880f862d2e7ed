import type { Accounts } from '../../runtime/round-trips/account.ts'
import type { Operation } from '../../runtime/round-trips/operation.ts'
import { AT, type Asked, defineContract, PLACE } from '../../support/contract.ts'
import { apiKeyCases } from './runtime-cases.ts'
import { makeAccount, makeKey, makeOrg, type Made } from './support/keys.ts'

const scopes = ['orgs:read']
const body = { name: 'Key', scopes }

/** Asked by a person with an organisation; `:id` is a key of theirs. */
const byOwner = (route: string, status: number, ask: { body?: unknown } = {}): Operation => ({
  route,
  status,
  async prepare({ ask: send, signUp }: Accounts) {
    const { accessToken: token } = await signUp()
    await send({ methodAndPath: 'POST /v1/orgs', token, body: { name: 'Acme' } }, 201)
    if (!route.includes(':id')) return { methodAndPath: route, token, ...ask }
    const { id } = await send<Made>({ methodAndPath: 'POST /v1/api-keys', token, body }, 201)
    return { methodAndPath: route.replace(':id', id), token, ...ask }
  },
})

export const contract = defineContract({
  access: {
    // The handler decides by the owner of the keys; see the tests of this folder.
    'GET /v1/api-keys': 'principal',
    'POST /v1/api-keys': 'principal',
    'POST /v1/api-keys/revoke': 'public', // who has a key may end it
    'GET /v1/api-keys/:id': 'principal',
    'DELETE /v1/api-keys/:id': 'principal',
    'POST /v1/api-keys/:id/rotate': 'principal',
  },
  swappedIds: async (t, { accessToken }) => {
    const orgId = await makeOrg(t, accessToken, 'Swapped keys')
    const { id } = await makeKey(t, accessToken, { scopes, orgId })
    return {
      'GET /v1/api-keys/:id': id,
      'DELETE /v1/api-keys/:id': id,
      'POST /v1/api-keys/:id/rotate': id,
    }
  },
  writes: {
    budget: {
      'GET /v1/api-keys': 2,
      'POST /v1/api-keys': 3, // of a service account, whose organisation is read first; otherwise 2
      'POST /v1/api-keys/revoke': 2,
      'GET /v1/api-keys/:id': 2,
      'DELETE /v1/api-keys/:id': 2,
      'POST /v1/api-keys/:id/rotate': 3, // the old key is read, because a signed one repeats its content
    },
    ask: askKeys,
  },
  roundTrips: [
    byOwner('GET /v1/api-keys', 200),
    byOwner('POST /v1/api-keys', 201, { body }),
    { route: 'POST /v1/api-keys/revoke', status: 204, prepare: found },
    byOwner('GET /v1/api-keys/:id', 200),
    byOwner('DELETE /v1/api-keys/:id', 204),
    byOwner('POST /v1/api-keys/:id/rotate', 201, { body: {} }),
  ],
  runtime: apiKeyCases,
  mails: {
    'api-key-created': { key: 'Backup', ...PLACE },
    'api-key-revoked': { key: 'Backup', at: AT },
  },
})

async function found({ ask, signUp }: Accounts) {
  const { accessToken: token } = await signUp()
  await ask({ methodAndPath: 'POST /v1/orgs', token, body: { name: 'Acme' } }, 201)
  const { key } = await ask<Made>({ methodAndPath: 'POST /v1/api-keys', token, body }, 201)
  return { methodAndPath: 'POST /v1/api-keys/revoke', body: { key } }
}

async function askKeys({ t, pay, admin }: Asked): Promise<void> {
  const token = await admin()
  const orgId = await makeOrg(t, token, 'Keys')
  const { id: serviceAccountId } = await makeAccount(t, token, { orgId, roles: ['member'] })
  const expiresAt = new Date(t.clock.now() + 86_400_000).toISOString()
  for (const owner of [{}, { orgId }, { serviceAccountId }])
    for (const form of [{}, { form: 'signed', expiresAt }]) {
      const asked = { token, body: { ...body, ...owner, ...form } }
      const trips = await pay('POST /v1/api-keys', '/v1/api-keys', asked, 201)
      if (!('serviceAccountId' in owner) && trips > 2) throw new Error('two round trips are enough')
      const { key, id } = await makeKey(t, token, { scopes, ...owner, ...form })
      await pay('GET /v1/api-keys', '/v1/api-keys', { token })
      await pay('GET /v1/api-keys/:id', `/v1/api-keys/${id}`, { token })
      await pay('POST /v1/api-keys/:id/rotate', `/v1/api-keys/${id}/rotate`, { token, body: {} }, 201)
      await pay('DELETE /v1/api-keys/:id', `/v1/api-keys/${id}`, { token }, 204)
      await pay('DELETE /v1/api-keys/:id', `/v1/api-keys/${id}`, { token }, 404)
      await pay('POST /v1/api-keys/revoke', '/v1/api-keys/revoke', { body: { key } }, 204)
      const other = await makeKey(t, token, { scopes, ...owner, ...form })
      await pay('POST /v1/api-keys/revoke', '/v1/api-keys/revoke', { body: { key: other.key } }, 204)
    }
}
