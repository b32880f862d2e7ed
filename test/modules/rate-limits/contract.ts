import { expect } from 'bun:test'
import { guarantee } from '../../runtime/case.ts'
import { byAdmin } from '../../runtime/round-trips/operation.ts'
import { defineContract } from '../../support/contract.ts'

export const contract = defineContract({
  access: { 'GET /v1/rate-limits': 'settings:read' },
  writes: {
    budget: { 'GET /v1/rate-limits': 1 },
    ask: async ({ pay, admin }) => {
      await pay('GET /v1/rate-limits', '/v1/rate-limits', { token: await admin() })
    },
  },
  roundTrips: [byAdmin('GET /v1/rate-limits', 200)],
  runtime: [
    guarantee(
      'an administrator reads the limits that are in force',
      ['GET /v1/rate-limits'],
      async ({ admin, signUp, call, refused }) => {
        const { accessToken: token } = await admin()
        const { accessToken: theirs } = await signUp()
        await refused('GET /v1/rate-limits', 'auth.forbidden', { token: theirs })
        const { body } = await call<{ enabled: boolean; budgets: { name: string; points: number; site: number }[] }>(
          'GET /v1/rate-limits',
          { token },
        )
        expect(body.enabled).toBeBoolean()
        expect(body.budgets.find(({ name }) => name === 'sign-up:address')).toMatchObject({ points: 100, site: 300 })
      },
    ),
  ],
})
