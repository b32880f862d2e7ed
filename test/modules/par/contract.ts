import { expect } from 'bun:test'
import { guarantee } from '../../runtime/case.ts'
import { APP_URL } from '../../runtime/tools.ts'
import { encoded } from '../../support/client.ts'
import { defineContract } from '../../support/contract.ts'
import { request } from '../authorize/support/browser.ts'
import { appOf, CLIENT, parametersFor } from '../authorize/support/measured.ts'
import { makeClient } from '../token/support/oauth.ts'

const PUSH = 'POST /oauth/par'

export const contract = defineContract({
  access: { [PUSH]: 'public' }, // the client authenticates in the request
  writes: {
    budget: { [PUSH]: 2 },
    ask: async ({ t, pay }) => {
      await pay(PUSH, '/oauth/par', { body: request(await makeClient(t)) }, 201)
    },
  },
  roundTrips: [
    {
      route: PUSH,
      status: 201,
      async prepare(accounts) {
        const { clientId } = await appOf(accounts)
        return { methodAndPath: PUSH, body: parametersFor(clientId) }
      },
    },
  ],
  runtime: [
    guarantee('a pushed request is used once', [PUSH, 'GET /oauth/authorize'], async (tools) => {
      const { accessToken: token } = await tools.admin()
      const made = await tools.call<{ clientId: string }>('POST /v1/oauth-clients', { token, body: CLIENT })
      expect(made.status, made.text).toBe(201)
      const { type, text } = encoded(parametersFor(made.body.clientId))
      const pushed = await tools.call<{ request_uri: string; expires_in: number }>(PUSH, {
        raw: text,
        headers: { 'content-type': type },
      })
      expect([pushed.status, pushed.body.expires_in]).toEqual([201, 60])
      const query = new URLSearchParams({ client_id: made.body.clientId, request_uri: pushed.body.request_uri })
      const first = await tools.call(`GET /oauth/authorize?${query}`)
      expect([first.status, first.headers.get('location')]).toEqual([
        302,
        expect.stringContaining(`${APP_URL}/sign-in?`),
      ])
      expect((await tools.call(`GET /oauth/authorize?${query}`)).status).toBe(400)
    }),
  ],
})
