import { expect } from 'bun:test'
import { guarantee } from '../../runtime/case.ts'
import { APP_URL } from '../../runtime/round-trips/operation.ts'
import { APP_URL as RUNTIME_URL } from '../../runtime/tools.ts'
import { defineContract } from '../../support/contract.ts'
import { connect, makeClient } from '../token/support/oauth.ts'
import { measured, onRuntime, sendOver } from '../token/support/over-http.ts'

const ROUTES = ['GET /oauth/userinfo', 'POST /oauth/userinfo'] as const

export const contract = defineContract({
  access: { 'GET /oauth/userinfo': 'public', 'POST /oauth/userinfo': 'public' }, // the token may be in a form
  writes: {
    budget: { 'GET /oauth/userinfo': 2, 'POST /oauth/userinfo': 2 },
    async ask({ t, pay }) {
      const { tokens } = await connect(t, await makeClient(t))
      for (const route of ROUTES) await pay(route, '/oauth/userinfo', { token: tokens.access_token })
      const body = new URLSearchParams({ access_token: tokens.access_token })
      await pay('POST /oauth/userinfo', '/oauth/userinfo', { body })
    },
  },
  roundTrips: ROUTES.map((route) => ({
    route,
    status: 200,
    async prepare(accounts) {
      const made = await measured(accounts, APP_URL)
      return { methodAndPath: route, token: (await made.tokens()).access_token }
    },
  })),
  runtime: [
    guarantee('a token of a client shows who its person is, and no other token does', [...ROUTES], async (tools) => {
      const made = await onRuntime(tools, RUNTIME_URL)
      const send = sendOver(tools)
      const { access_token: token } = await made.tokens()
      const byHeader = await send('GET /oauth/userinfo', { token })
      expect(byHeader.body).toMatchObject({ name: 'Ada', email_verified: false })
      const byForm = await send('POST /oauth/userinfo', { body: new URLSearchParams({ access_token: token }) })
      expect(byForm.body).toEqual(byHeader.body)
      const refused = await send('GET /oauth/userinfo', { token: made.session })
      expect(refused.status).toBe(401)
      expect(refused.headers.get('www-authenticate')).toContain('error="invalid_token"')
    }),
  ],
})
