import { byAdmin, type Operation } from '../../runtime/round-trips/operation.ts'
import { call } from '../../support/client.ts'
import { defineContract } from '../../support/contract.ts'
import { keyCases } from './runtime-cases.ts'

/** Revokes a key of an algorithm that no session depends on. */
const revoke: Operation = {
  route: 'POST /v1/signing-keys/:id/revoke',
  status: 200,
  async prepare({ ask, admin }) {
    const token = await admin()
    const rotate = { methodAndPath: 'POST /v1/signing-keys/rotate', token, body: { alg: 'ES256' } }
    const { id } = await ask<{ id: string }>(rotate, 200)
    return { methodAndPath: `POST /v1/signing-keys/${id}/revoke`, token }
  },
}

/** Of a server that has a key of each algorithm. Until then each reader asks the database for new ones. */
const published: Operation = {
  route: 'GET /.well-known/jwks.json',
  status: 200,
  async prepare({ ask }) {
    await ask({ methodAndPath: 'GET /.well-known/openid-configuration' }, 200)
    return { methodAndPath: 'GET /.well-known/jwks.json' }
  },
}

export const contract = defineContract({
  access: {
    'GET /.well-known/jwks.json': 'public',
    'GET /v1/signing-keys': 'signing-keys:read',
    'POST /v1/signing-keys/rotate': 'signing-keys:write',
    'POST /v1/signing-keys/:id/revoke': 'signing-keys:write',
  },
  writes: {
    budget: {
      'GET /.well-known/jwks.json': 0,
      'GET /v1/signing-keys': 2,
      'POST /v1/signing-keys/rotate': 2,
      'POST /v1/signing-keys/:id/revoke': 2,
    },
    ask: async ({ t, pay, admin }) => {
      await pay('GET /.well-known/jwks.json', '/.well-known/jwks.json')
      const token = await admin()
      await pay('GET /v1/signing-keys', '/v1/signing-keys', { token })
      await pay('POST /v1/signing-keys/rotate', '/v1/signing-keys/rotate', { token, body: { alg: 'EdDSA' } })
      const { body } = await call<{ id: string }>(t, 'POST /v1/signing-keys/rotate', { token, body: { alg: 'ES256' } })
      await pay('POST /v1/signing-keys/:id/revoke', `/v1/signing-keys/${body.id}/revoke`, { token })
    },
  },
  roundTrips: [
    published,
    byAdmin('GET /v1/signing-keys', 200),
    byAdmin('POST /v1/signing-keys/rotate', 200, { body: { alg: 'EdDSA' } }),
    revoke,
  ],
  runtime: keyCases,
})
