import { expect } from 'bun:test'
import { guarantee } from '../../runtime/case.ts'
import { byUser } from '../../runtime/round-trips/operation.ts'
import { signUp } from '../../support/client.ts'
import { defineContract } from '../../support/contract.ts'

export const contract = defineContract({
  access: { 'POST /v1/authz/explain': 'principal' },
  writes: {
    budget: { 'POST /v1/authz/explain': 2 },
    ask: async ({ t, pay }) => {
      const { accessToken: token, user } = await signUp(t, 'explain@example.com')
      const question = {
        subject: { type: 'user', id: user.id },
        action: { name: 'users:read' },
        resource: { type: 'users', id: '1' },
      }
      await pay('POST /v1/authz/explain', '/v1/authz/explain', { token, body: question })
      await pay(
        'POST /v1/authz/explain',
        '/v1/authz/explain',
        { token, body: { decisionId: 'dec_00000000000000000000000000000000' } },
        404,
      )
    },
  },
  roundTrips: [
    byUser('POST /v1/authz/explain', 404, { body: { decisionId: 'dec_00000000000000000000000000000000' } }),
    {
      route: 'POST /v1/authz/explain',
      how: 'a decision of this process',
      status: 200,
      prepare: async ({ signUp: newUser, ask }) => {
        const { accessToken: token } = await newUser()
        const { decisionId } = await ask<{ decisionId: string }>({ methodAndPath: 'GET /v1/users', token }, 403)
        return { methodAndPath: 'POST /v1/authz/explain', token, body: { decisionId } }
      },
    },
  ],
  runtime: [
    guarantee(
      'a refusal has a decision, which is explained to who was refused',
      ['POST /v1/authz/explain'],
      async (tools) => {
        const { accessToken: token } = await tools.signUp()
        const refused = await tools.call<{ decisionId: string }>('GET /v1/users', { token })
        expect(refused.status).toBe(403)
        const { decisionId } = refused.body
        const answer = await tools.call('POST /v1/authz/explain', { token, body: { decisionId } })
        expect(answer.body).toEqual({
          decision: false,
          decidedBy: { kind: 'default' },
          facts: [],
          change: { kind: 'role', role: 'admin', orgId: null },
        })
        const { accessToken: stranger } = await tools.signUp()
        await tools.refused('POST /v1/authz/explain', 'decision.not_found', { token: stranger, body: { decisionId } })
      },
    ),
  ],
})
