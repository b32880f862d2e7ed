import { expect } from 'bun:test'
import { guarantee } from '../../runtime/case.ts'
import { byAdmin } from '../../runtime/round-trips/operation.ts'
import { defineContract } from '../../support/contract.ts'
import { enrolled } from '../mfa/runtime-cases.ts'

export const contract = defineContract({
  access: { 'GET /v1/roles': 'roles:read', 'PATCH /v1/roles/:role': 'roles:write' },
  writes: {
    budget: { 'GET /v1/roles': 2, 'PATCH /v1/roles/:role': 2 },
    ask: async ({ pay, admin }) => {
      const token = await admin()
      await pay('GET /v1/roles', '/v1/roles', { token })
      await pay('PATCH /v1/roles/:role', '/v1/roles/user', { token, body: { mfaRequired: false } })
    },
  },
  roundTrips: [
    byAdmin('GET /v1/roles', 200),
    byAdmin('PATCH /v1/roles/:role', 200, {
      methodAndPath: 'PATCH /v1/roles/user',
      body: { mfaRequired: false },
    }),
  ],
  nothingToTrust: { user_roles: 'what an account may do after a sign-in' },
  runtime: [
    guarantee(
      'a role requires a second factor of its holders, who can add one and do nothing else before',
      ['GET /v1/roles', 'PATCH /v1/roles/:role'],
      async (tools) => {
        const admin = (await tools.admin()).accessToken
        const { accessToken: token } = await tools.signUp()
        const listed = await tools.call<{ items: { name: string }[] }>('GET /v1/roles', { token: admin })
        expect(listed.body.items.map(({ name }) => name)).toEqual(['admin', 'user'])
        const body = { mfaRequired: true }
        // The administrator holds the role too, and has no factor.
        await tools.refused('PATCH /v1/roles/user', 'role.factor_missing', { token: admin, body })
        const { session, token: boss } = await enrolled(tools)
        const roles = { token: admin, body: { roles: ['admin', 'user'] } }
        expect((await tools.call(`PATCH /v1/users/${session.user.id}`, roles)).status).toBe(200)
        const asked = await tools.call('PATCH /v1/roles/user', { token: boss, body })
        expect(asked.body).toMatchObject({ name: 'user', mfaRequired: true })
        try {
          await tools.refused('PATCH /v1/me', 'mfa.enrolment_required', { token, body: { name: 'x' } })
          expect((await tools.call('GET /v1/me', { token })).status).toBe(200)
          expect((await tools.call('POST /v1/me/mfa/totp', { token })).status).toBe(201)
        } finally {
          const restored = await tools.call('PATCH /v1/roles/user', { token: boss, body: { mfaRequired: false } })
          expect(restored.body).toMatchObject({ mfaRequired: false })
          // The case removes its administrator: a second one would change the result of the cases about the last one.
          expect((await tools.call(`DELETE /v1/users/${session.user.id}`, { token: admin })).status).toBe(204)
        }
      },
    ),
  ],
})
