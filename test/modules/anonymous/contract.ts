import { expect } from 'bun:test'
import { guarantee } from '../../runtime/case.ts'
import type { Session } from '../../support/client.ts'
import { defineContract } from '../../support/contract.ts'

export const contract = defineContract({
  access: { 'POST /v1/auth/anonymous': 'public' },
  writes: {
    budget: { 'POST /v1/auth/anonymous': 1 },
    ask: async ({ pay }) => {
      await pay('POST /v1/auth/anonymous', '/v1/auth/anonymous', { body: {} }, 201)
    },
  },
  roundTrips: [
    {
      route: 'POST /v1/auth/anonymous',
      status: 201,
      prepare: () => ({ methodAndPath: 'POST /v1/auth/anonymous', body: {} }),
    },
  ],
  runtime: [
    guarantee('an account begins with nothing', ['POST /v1/auth/anonymous'], async ({ call }) => {
      const { accessToken: token, user } = (await call<Session>('POST /v1/auth/anonymous', { body: {} })).body
      expect([user.roles, user.email]).toEqual([[], `${user.id}@anonymous.invalid`])
      expect((await call('GET /v1/me', { token })).body).toEqual({ ...user })
    }),
  ],
})
