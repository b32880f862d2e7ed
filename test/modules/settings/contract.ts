import { expect } from 'bun:test'
import { guarantee } from '../../runtime/case.ts'
import { byAdmin } from '../../runtime/round-trips/operation.ts'
import { defineContract } from '../../support/contract.ts'

export const contract = defineContract({
  access: { 'GET /v1/settings': 'settings:read' },
  writes: {
    budget: { 'GET /v1/settings': 1 },
    ask: async ({ pay, admin }) => {
      await pay('GET /v1/settings', '/v1/settings', { token: await admin() })
    },
  },
  roundTrips: [byAdmin('GET /v1/settings', 200)],
  runtime: [
    guarantee(
      'an administrator reads how the server is set up, without its secrets',
      ['GET /v1/settings'],
      async ({ admin, signUp, call, refused }) => {
        const { accessToken: token } = await admin()
        const { accessToken: theirs } = await signUp()
        await refused('GET /v1/settings', 'auth.forbidden', { token: theirs })
        const { body } = await call<{
          items: { name: string; value: string | null; hidden: boolean; source: string }[]
        }>('GET /v1/settings', { token })
        expect(body.items.find(({ name }) => name === 'APP_SECRET')).toMatchObject({
          source: 'set',
          value: null,
          hidden: true,
        })
        expect(body.items.find(({ name }) => name === 'APP_URL')?.value).toMatch(/^https?:\/\//)
      },
    ),
  ],
})
