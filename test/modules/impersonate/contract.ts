import { expect } from 'bun:test'
import { decodeJwt } from 'jose'
import { guarantee } from '../../runtime/case.ts'
import { byAdmin } from '../../runtime/round-trips/operation.ts'
import { signUp } from '../../support/client.ts'
import { APP_URL } from '../../runtime/tools.ts'
import { AT, defineContract } from '../../support/contract.ts'

const body = { reason: 'Ticket 4711' }

export const contract = defineContract({
  access: { 'POST /v1/users/:id/impersonate': 'users:impersonate' },
  writes: {
    // The rights of both decide before anything is written.
    budget: { 'POST /v1/users/:id/impersonate': 3 },
    ask: async ({ t, pay, admin }) => {
      const { user } = await signUp(t, 'impersonated@example.com')
      const asked = { token: await admin(), body }
      await pay('POST /v1/users/:id/impersonate', `/v1/users/${user.id}/impersonate`, asked)
    },
  },
  roundTrips: [byAdmin('POST /v1/users/:id/impersonate', 200, { body })],
  runtime: [
    guarantee(
      'an administrator acts as a user, and is named in the token',
      ['POST /v1/users/:id/impersonate'],
      async ({ admin, call, signUp: newUser, refused }) => {
        const { accessToken: token, user: administrator } = await admin()
        const { user } = await newUser()
        const answer = await call<{ accessToken: string }>(`POST /v1/users/${user.id}/impersonate`, { token, body })
        expect(answer.status).toBe(200)
        const act = { sub: administrator.id }
        expect(decodeJwt(answer.body.accessToken)).toMatchObject({ sub: user.id, act })
        const acting = { token: answer.body.accessToken }
        expect((await call('GET /v1/me', acting)).body).toMatchObject({ id: user.id, act })
        await refused('DELETE /v1/me', 'auth.fresh_session_required', acting)

        // For a browser: a cookie, and no token in the body.
        const inBrowser = { token, headers: { origin: APP_URL }, body: { ...body, useCookie: true } }
        const page = await call<Record<string, unknown>>(`POST /v1/users/${user.id}/impersonate`, inBrowser)
        expect([page.status, 'accessToken' in page.body, 'refreshToken' in page.body]).toEqual([200, false, false])
        const cookie = page.headers.get('set-cookie')?.split(';')[0] ?? ''
        expect((await call('GET /v1/me', { cookie })).body).toMatchObject({ id: user.id, act })
      },
    ),
  ],
  mails: { impersonated: { at: AT } },
})
