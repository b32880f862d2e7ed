import { expect } from 'bun:test'
import { guarantee } from '../../runtime/case.ts'
import { APP_URL } from '../../runtime/round-trips/operation.ts'
import { APP_URL as RUNTIME_URL } from '../../runtime/tools.ts'
import { defineContract } from '../../support/contract.ts'
import { connect, makeClient } from '../token/support/oauth.ts'
import { measured, onRuntime, sendOver } from '../token/support/over-http.ts'

const REVOKE = 'POST /oauth/revoke'

export const contract = defineContract({
  access: { [REVOKE]: 'public' }, // the client authenticates
  writes: {
    budget: { [REVOKE]: 2 },
    async ask({ t, pay }) {
      const client = await makeClient(t, { auth_method: 'client_secret_basic' })
      const { tokens } = await connect(t, client)
      const headers = { authorization: `Basic ${btoa(`${client.id}:${client.secret}`)}` }
      for (const token of [tokens.access_token, tokens.refresh_token, 'nonsense'])
        await pay(REVOKE, '/oauth/revoke', { headers, body: new URLSearchParams({ token }) })
    },
  },
  roundTrips: [
    {
      route: REVOKE,
      status: 200,
      async prepare(accounts) {
        const made = await measured(accounts, APP_URL)
        return { methodAndPath: REVOKE, ...made.form({ token: (await made.tokens()).refresh_token }) }
      },
    },
  ],
  runtime: [
    guarantee('a revoked refresh token ends with its access tokens', [REVOKE], async (tools) => {
      const made = await onRuntime(tools, RUNTIME_URL)
      const send = sendOver(tools)
      const tokens = await made.tokens()
      const userinfo = () => send('GET /oauth/userinfo', { token: tokens.access_token })
      expect((await userinfo()).status).toBe(200)
      expect((await send(REVOKE, made.form({ token: tokens.refresh_token }))).status).toBe(200)
      expect((await userinfo()).status).toBe(401)
      const refresh = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token }
      expect((await send('POST /oauth/token', made.form(refresh))).body).toMatchObject({ error: 'invalid_grant' })
    }),
  ],
})
