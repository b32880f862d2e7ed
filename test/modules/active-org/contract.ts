import { expect } from 'bun:test'
import { decodeJwt } from 'jose'
import { guarantee } from '../../runtime/case.ts'
import { byUser } from '../../runtime/round-trips/operation.ts'
import { signUp } from '../../support/client.ts'
import { defineContract } from '../../support/contract.ts'

export const contract = defineContract({
  access: { 'POST /v1/me/active-org': 'session' },
  writes: {
    budget: { 'POST /v1/me/active-org': 2 },
    ask: async ({ t, pay }) => {
      const { accessToken: token } = await signUp(t, 'switching@example.com')
      await pay('POST /v1/me/active-org', '/v1/me/active-org', { token, body: { orgId: null } })
    },
  },
  roundTrips: [byUser('POST /v1/me/active-org', 200, { body: { orgId: null } })],
  runtime: [
    guarantee(
      'the active organisation is in the access token, after a refresh too',
      ['POST /v1/me/active-org', 'POST /v1/orgs'],
      async ({ call, signUp: newUser }) => {
        const { accessToken: token, refreshToken } = await newUser()
        const made = await call<{ id: string }>('POST /v1/orgs', { token, body: { name: 'Acme' } })
        expect(made.status).toBe(201)
        const body = { orgId: made.body.id }
        const switched = await call<{ accessToken: string }>('POST /v1/me/active-org', { token, body })
        const claims = { org_id: made.body.id, org_role: 'owner' }
        expect(decodeJwt(switched.body.accessToken)).toMatchObject(claims)
        const refreshed = await call<{ accessToken: string }>('POST /v1/auth/refresh', { body: { refreshToken } })
        expect(decodeJwt(refreshed.body.accessToken)).toMatchObject(claims)
      },
    ),
  ],
})
