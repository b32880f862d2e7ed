import { expect } from 'bun:test'
import { guarantee } from '../../runtime/case.ts'
import type { Operation } from '../../runtime/round-trips/operation.ts'
import { call } from '../../support/client.ts'
import { type Asked, defineContract } from '../../support/contract.ts'

interface Registered {
  client_id: string
  registration_access_token: string
}

const BODY = {
  client_name: 'App',
  redirect_uris: ['http://127.0.0.1/callback'],
  token_endpoint_auth_method: 'none',
}

/** Asked by a client about its own registration. */
const byClient = (route: string, status: number): Operation => ({
  route,
  status,
  async prepare({ ask }) {
    const made = await ask<Registered>({ methodAndPath: 'POST /oauth/register', body: BODY }, 201)
    return {
      methodAndPath: route.replace(':id', made.client_id),
      token: made.registration_access_token,
      ...(route.startsWith('PUT') ? { body: { ...BODY, client_id: made.client_id } } : {}),
    }
  },
})

export const contract = defineContract({
  access: {
    'POST /oauth/register': 'public',
    'GET /oauth/register/:id': 'public',
    'PUT /oauth/register/:id': 'public',
    'DELETE /oauth/register/:id': 'public',
  },
  writes: {
    budget: {
      'POST /oauth/register': 1,
      'GET /oauth/register/:id': 1,
      'PUT /oauth/register/:id': 3, // its token, its secrets, the change
      'DELETE /oauth/register/:id': 2,
    },
    ask: askRegistrations,
  },
  roundTrips: [
    {
      route: 'POST /oauth/register',
      status: 201,
      prepare: () => ({ methodAndPath: 'POST /oauth/register', body: BODY }),
    },
    byClient('GET /oauth/register/:id', 200),
    byClient('PUT /oauth/register/:id', 200),
    byClient('DELETE /oauth/register/:id', 204),
  ],
  runtime: [
    guarantee(
      'a client registers itself, and reads, replaces and deletes its registration with its token alone',
      ['POST /oauth/register', 'GET /oauth/register/:id', 'PUT /oauth/register/:id', 'DELETE /oauth/register/:id'],
      async ({ call: ask }) => {
        const made = await ask<Registered>('POST /oauth/register', { body: BODY })
        expect(made.status, made.text).toBe(201)
        const { client_id, registration_access_token: token } = made.body
        const path = `/oauth/register/${client_id}`
        expect((await ask(`GET ${path}`, { token })).body).toMatchObject({ client_id, client_name: 'App' })
        expect((await ask(`GET ${path}`, { token: `${token}x` })).body).toMatchObject({ error: 'invalid_token' })
        const body = { ...BODY, client_id, client_name: 'Other' }
        expect((await ask(`PUT ${path}`, { token, body })).body).toMatchObject({ client_name: 'Other' })
        expect((await ask(`DELETE ${path}`, { token })).status).toBe(204)
        expect((await ask(`GET ${path}`, { token })).status).toBe(401)
        const hostile = { ...BODY, redirect_uris: ['https://app.example/#'] }
        expect((await ask('POST /oauth/register', { body: hostile })).body).toMatchObject({
          error: 'invalid_redirect_uri',
        })
      },
    ),
  ],
})

async function askRegistrations({ t, pay }: Asked): Promise<void> {
  await pay('POST /oauth/register', '/oauth/register', { body: BODY }, 201)
  for (const body of [BODY, { ...BODY, token_endpoint_auth_method: 'client_secret_post' }]) {
    const made = (await call<Registered>(t, 'POST /oauth/register', { body })).body
    const path = `/oauth/register/${made.client_id}`
    const token = made.registration_access_token
    await pay('GET /oauth/register/:id', path, { token })
    await pay('PUT /oauth/register/:id', path, { token, body: { ...body, client_id: made.client_id } })
    await pay('DELETE /oauth/register/:id', path, { token }, 204)
    await pay('DELETE /oauth/register/:id', path, { token }, 401)
  }
}
