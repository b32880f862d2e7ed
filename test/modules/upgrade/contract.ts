import { expect } from 'bun:test'
import { guarantee } from '../../runtime/case.ts'
import { call, PASSWORD, type Session, signUp } from '../../support/client.ts'
import { defineContract } from '../../support/contract.ts'

export const contract = defineContract({
  access: { 'POST /v1/me/upgrade': 'fresh-session' }, // of an anonymous account, or it is 409
  writes: {
    budget: { 'POST /v1/me/upgrade': 2 },
    ask: async ({ t, pay }) => {
      const { accessToken: token } = (await call<Session>(t, 'POST /v1/auth/anonymous', { body: {} })).body
      const upgrade = { token, body: { email: 'upgraded@example.com', password: PASSWORD } }
      await pay('POST /v1/me/upgrade', '/v1/me/upgrade', upgrade)
      const { accessToken } = await signUp(t, 'not-anonymous@example.com')
      await pay('POST /v1/me/upgrade', '/v1/me/upgrade', { ...upgrade, token: accessToken }, 409)
    },
  },
  roundTrips: [
    {
      route: 'POST /v1/me/upgrade',
      status: 200,
      async prepare({ ask, newEmail }) {
        const signUp = { methodAndPath: 'POST /v1/auth/anonymous', body: {} }
        const { accessToken: token } = await ask<{ accessToken: string }>(signUp, 201)
        return { methodAndPath: 'POST /v1/me/upgrade', token, body: { email: newEmail(), password: PASSWORD } }
      },
    },
  ],
  runtime: [
    guarantee(
      'an anonymous account gets credentials and keeps its id',
      ['POST /v1/auth/anonymous', 'POST /v1/me/upgrade'],
      async (tools) => {
        const { accessToken: token, user } = (await tools.call<Session>('POST /v1/auth/anonymous', { body: {} })).body
        expect([user.roles, user.email]).toEqual([[], `${user.id}@anonymous.invalid`])
        const body = { email: `${user.id}@example.com`, password: PASSWORD }
        const weak = { token, body: { ...body, password: 'password1234' } }
        await tools.refused('POST /v1/me/upgrade', 'user.password_refused', weak)
        const upgraded = await tools.call<Session>('POST /v1/me/upgrade', { token, body })
        expect(upgraded.status).toBe(200)
        expect(upgraded.body.user).toMatchObject({ id: user.id, roles: ['user'], email: body.email })
        await tools.refused('GET /v1/me', 'session.expired', { token })
        const { accessToken } = upgraded.body
        await tools.refused('POST /v1/me/upgrade', 'user.not_anonymous', { token: accessToken, body })
        expect((await tools.call('POST /v1/auth/sign-in', { body })).status).toBe(200)
      },
    ),
  ],
})
