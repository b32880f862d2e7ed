import { expect } from 'bun:test'
import { guarantee } from '../../runtime/case.ts'
import { APP_URL } from '../../runtime/round-trips/operation.ts'
import { APP_URL as RUNTIME_URL } from '../../runtime/tools.ts'
import { defineContract } from '../../support/contract.ts'
import { connect, makeClient } from '../token/support/oauth.ts'
import { measured, onRuntime, sendOver } from '../token/support/over-http.ts'
import { forged } from '../../support/forged.ts'

const INTROSPECT = 'POST /oauth/introspect'

export const contract = defineContract({
  access: { [INTROSPECT]: 'public' }, // the client authenticates
  writes: {
    budget: { [INTROSPECT]: 2 },
    async ask({ t, pay }) {
      const client = await makeClient(t, { auth_method: 'client_secret_basic' })
      const { tokens } = await connect(t, client)
      const headers = { authorization: `Basic ${btoa(`${client.id}:${client.secret}`)}` }
      for (const token of [tokens.access_token, tokens.refresh_token, 'nonsense'])
        await pay(INTROSPECT, '/oauth/introspect', { headers, body: new URLSearchParams({ token }) })
    },
  },
  roundTrips: [
    {
      route: INTROSPECT,
      status: 200,
      async prepare(accounts) {
        const made = await measured(accounts, APP_URL)
        return { methodAndPath: INTROSPECT, ...made.form({ token: (await made.tokens()).access_token }) }
      },
    },
  ],
  runtime: [
    guarantee('a token is active until its sign-in ends', [INTROSPECT], async (tools) => {
      const made = await onRuntime(tools, RUNTIME_URL)
      const send = sendOver(tools)
      const tokens = await made.tokens()
      for (const token of [tokens.access_token, tokens.refresh_token])
        expect((await send(INTROSPECT, made.form({ token }))).body).toMatchObject({ active: true })
      expect((await send(INTROSPECT, made.form({ token: forged(tokens.access_token) }))).body).toEqual({
        active: false,
      })
      await send('POST /oauth/revoke', made.form({ token: tokens.refresh_token }))
      for (const token of [tokens.access_token, tokens.refresh_token])
        expect((await send(INTROSPECT, made.form({ token }))).body).toEqual({ active: false })
    }),
  ],
})
