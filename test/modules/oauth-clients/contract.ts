import { expect } from 'bun:test'
import type { CreatedClientSecret, CreatedOAuthClient } from '../../../src/modules/oauth-clients/schema.ts'
import { guarantee } from '../../runtime/case.ts'
import { byAdmin, type Operation } from '../../runtime/round-trips/operation.ts'
import { signUp } from '../../support/client.ts'
import { type Asked, defineContract } from '../../support/contract.ts'
import { makeAccount, makeOrg } from '../api-keys/support/keys.ts'
import { BODY, makeClient } from './support/clients.ts'

let people = 0

/** Asked by an administrator about a new client. */
const aboutNew = (route: string, status: number, asked: { body?: unknown } = {}): Operation => ({
  route,
  status,
  async prepare({ ask, admin }) {
    const made = { methodAndPath: 'POST /v1/oauth-clients', token: await admin(), body: BODY }
    const { clientId, secrets } = await ask<CreatedOAuthClient>(made, 201)
    const methodAndPath = route.replace(':id', clientId).replace(':secretId', secrets[0]?.id ?? '')
    return { methodAndPath, token: await admin(), ...asked }
  },
})

export const contract = defineContract({
  access: {
    'GET /v1/oauth-clients': 'principal',
    'POST /v1/oauth-clients': 'principal',
    'GET /v1/oauth-clients/:id': 'principal',
    'PATCH /v1/oauth-clients/:id': 'principal',
    'DELETE /v1/oauth-clients/:id': 'principal',
    'POST /v1/oauth-clients/:id/secrets': 'principal',
    'DELETE /v1/oauth-clients/:id/secrets/:secretId': 'principal',
  },
  // Of another person: the one given may have a factor by now, so the session is not fresh.
  swappedIds: async (t) => {
    const { accessToken: token } = await signUp(t, `swapped-clients${++people}@example.com`)
    const orgId = await makeOrg(t, token, 'Swapped clients')
    const { clientId: id } = await makeClient(t, token, { orgId })
    return {
      'GET /v1/oauth-clients/:id': id,
      'PATCH /v1/oauth-clients/:id': id,
      'DELETE /v1/oauth-clients/:id': id,
      'POST /v1/oauth-clients/:id/secrets': id,
      'DELETE /v1/oauth-clients/:id/secrets/:secretId': id,
    }
  },
  writes: {
    budget: {
      'GET /v1/oauth-clients': 2,
      // One more with a service account, in which the client may act.
      'POST /v1/oauth-clients': 3,
      'GET /v1/oauth-clients/:id': 2,
      // Whose organisation decides who may change it; one more with a service account.
      'PATCH /v1/oauth-clients/:id': 4,
      'DELETE /v1/oauth-clients/:id': 3,
      'POST /v1/oauth-clients/:id/secrets': 4,
      'DELETE /v1/oauth-clients/:id/secrets/:secretId': 3,
    },
    ask: askClients,
  },
  roundTrips: [
    byAdmin('GET /v1/oauth-clients', 200),
    {
      route: 'POST /v1/oauth-clients',
      status: 201,
      prepare: async ({ admin }) => ({
        methodAndPath: 'POST /v1/oauth-clients',
        token: await admin(),
        body: BODY,
      }),
    },
    aboutNew('GET /v1/oauth-clients/:id', 200),
    aboutNew('PATCH /v1/oauth-clients/:id', 200, { body: { name: 'Other' } }),
    aboutNew('DELETE /v1/oauth-clients/:id', 204),
    aboutNew('POST /v1/oauth-clients/:id/secrets', 201, { body: {} }),
    aboutNew('DELETE /v1/oauth-clients/:id/secrets/:secretId', 204),
  ],
  runtime: [
    guarantee(
      'an OAuth client is made, changed, gets a second secret, loses its first one, and is deleted',
      [
        'GET /v1/oauth-clients',
        'POST /v1/oauth-clients',
        'GET /v1/oauth-clients/:id',
        'PATCH /v1/oauth-clients/:id',
        'DELETE /v1/oauth-clients/:id',
        'POST /v1/oauth-clients/:id/secrets',
        'DELETE /v1/oauth-clients/:id/secrets/:secretId',
      ],
      async ({ call: ask, refused, admin }) => {
        const by = { token: (await admin()).accessToken }
        const made = await ask<CreatedOAuthClient>('POST /v1/oauth-clients', { ...by, body: BODY })
        expect(made.status, made.text).toBe(201)
        const { clientId, clientSecret = '', secrets } = made.body
        const path = `/v1/oauth-clients/${clientId}`
        const added = await ask<CreatedClientSecret>(`POST ${path}/secrets`, { ...by, body: {} })
        expect(added.status, added.text).toBe(201)
        await refused(`POST ${path}/secrets`, 'oauthclient.too_many_secrets', { ...by, body: {} })
        expect((await ask(`DELETE ${path}/secrets/${secrets[0]?.id}`, by)).status).toBe(204)
        const hostile = { redirectUris: ['javascript:alert(1)'] }
        await refused(`PATCH ${path}`, 'request.invalid', { ...by, body: hostile })
        const changed = await ask(`PATCH ${path}`, { ...by, body: { status: 'disabled' } })
        expect(changed.body).toMatchObject({ status: 'disabled', redirectUris: BODY.redirectUris })
        const read = await ask(`GET ${path}`, by)
        expect(read.body).toMatchObject({ clientId, secrets: [{ id: added.body.id }] })
        for (const secret of [clientSecret, added.body.clientSecret]) expect(read.text).not.toContain(secret)
        const listed = await ask<{ items: { clientId: string }[] }>('GET /v1/oauth-clients', by)
        expect(listed.body.items.map((item) => item.clientId)).toContain(clientId)
        expect((await ask(`DELETE ${path}`, by)).status).toBe(204)
        await refused(`GET ${path}`, 'oauthclient.not_found', by)
      },
    ),
    guarantee(
      'the keys of a client are asked for at a public https host alone',
      ['POST /v1/oauth-clients'],
      async ({ refused, admin }) => {
        const by = { token: (await admin()).accessToken }
        for (const jwksUri of [
          'http://app.example/jwks',
          'https://127.0.0.1/',
          'https://[::1]/',
          'https://localhost/',
        ]) {
          const body = { ...BODY, tokenEndpointAuthMethod: 'private_key_jwt', jwksUri }
          await refused('POST /v1/oauth-clients', 'request.invalid', { ...by, body })
        }
      },
    ),
  ],
})

async function askClients({ t, pay, admin }: Asked): Promise<void> {
  const token = await admin()
  await pay('POST /v1/oauth-clients', '/v1/oauth-clients', { token, body: BODY }, 201)
  const account = await makeAccount(t, token, { roles: [] })
  const robot = {
    ...BODY,
    grantTypes: ['client_credentials'],
    serviceAccountId: account.id,
    scopes: ['users:read'],
  }
  await pay('POST /v1/oauth-clients', '/v1/oauth-clients', { token, body: robot }, 201)
  await pay('GET /v1/oauth-clients', '/v1/oauth-clients', { token })
  for (const body of [BODY, robot]) {
    const { clientId, secrets } = await makeClient(t, token, body)
    const path = `/v1/oauth-clients/${clientId}`
    await pay('GET /v1/oauth-clients/:id', path, { token })
    await pay('PATCH /v1/oauth-clients/:id', path, { token, body: { name: 'Other' } })
    await pay('POST /v1/oauth-clients/:id/secrets', `${path}/secrets`, { token, body: {} }, 201)
    const secret = `${path}/secrets/${secrets[0]?.id}`
    await pay('DELETE /v1/oauth-clients/:id/secrets/:secretId', secret, { token }, 204)
    await pay('DELETE /v1/oauth-clients/:id/secrets/:secretId', secret, { token }, 404)
    await pay('DELETE /v1/oauth-clients/:id', path, { token }, 204)
    await pay('DELETE /v1/oauth-clients/:id', path, { token }, 404)
  }
}
