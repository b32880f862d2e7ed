import { expect } from 'bun:test'
import { APP_URL, type Operation } from '../../runtime/round-trips/operation.ts'
import { guarantee } from '../../runtime/case.ts'
import { APP_URL as RUNTIME_URL } from '../../runtime/tools.ts'
import { type Asked, defineContract } from '../../support/contract.ts'
import { connect, makeClient, makeCode, REDIRECT, VERIFIER } from './support/oauth.ts'
import { ACCESS_TOKEN, type Connection, EXCHANGE, measured, onRuntime, sendOver } from './support/over-http.ts'

const TOKEN = 'POST /oauth/token'

const byClient = (how: string, fields: (made: Connection) => Promise<Record<string, string>>): Operation => ({
  route: TOKEN,
  how,
  status: 200,
  async prepare(accounts) {
    const made = await measured(accounts, APP_URL)
    return { methodAndPath: TOKEN, ...made.form(await fields(made)) }
  },
})

export const contract = defineContract({
  access: { [TOKEN]: 'public' }, // the client authenticates
  writes: {
    // 1 for a client that is in memory: test/modules/token/round-trips.test.ts. An exchange reads what it decides by.
    budget: { [TOKEN]: 3 },
    ask: askForTokens,
  },
  roundTrips: [
    {
      route: TOKEN,
      how: 'with a code',
      status: 200,
      async prepare(accounts) {
        const made = await measured(accounts, APP_URL)
        await made.tokens() // the first ID token of a server makes the key that signs it
        return { methodAndPath: TOKEN, ...(await made.redemption()) }
      },
    },
    byClient('with a refresh token', async ({ tokens }) => ({
      grant_type: 'refresh_token',
      refresh_token: (await tokens()).refresh_token,
    })),
    byClient('with the token of a session', async ({ session }) => ({
      grant_type: EXCHANGE,
      subject_token: session,
      subject_token_type: ACCESS_TOKEN,
      scope: 'openid',
    })),
  ],
  runtime: [
    guarantee('a code and a refresh token give tokens once', [TOKEN], async (tools) => {
      const made = await onRuntime(tools, RUNTIME_URL)
      const send = sendOver(tools)
      const redemption = await made.redemption()
      const [first, second] = [await send(TOKEN, redemption), await send(TOKEN, redemption)]
      expect([first.status, second.status]).toEqual([200, 400])
      expect(second.body).toMatchObject({ error: 'invalid_grant' })
      const { refresh_token } = await made.tokens()
      const refresh = () => send(TOKEN, made.form({ grant_type: 'refresh_token', refresh_token }))
      const [one, other] = [await refresh(), await refresh()]
      expect([one.status, other.status]).toEqual([200, 200])
      // Within the grace of two tabs.
      const next = one.body as { refresh_token: string }
      expect(other.body).toMatchObject({ refresh_token: next.refresh_token })
      expect(next.refresh_token).not.toBe(refresh_token)
    }),
  ],
})

async function askForTokens({ t, pay }: Asked): Promise<void> {
  const authorizationOf = ({ id, secret }: { id: string; secret: string | undefined }) => ({
    headers: { authorization: `Basic ${btoa(`${id}:${secret}`)}` },
  })
  const grantTypes = JSON.stringify(['authorization_code', 'refresh_token', EXCHANGE])
  const client = await makeClient(t, {
    auth_method: 'client_secret_basic',
    grant_types: grantTypes,
    first_party: 1,
  })
  const { person, grantId, tokens } = await connect(t, client)
  const ask = (fields: Record<string, string>, status = 200) =>
    pay(TOKEN, '/oauth/token', { ...authorizationOf(client), body: new URLSearchParams(fields) }, status)
  const redemption = {
    grant_type: 'authorization_code',
    code: await makeCode(t, person, client, grantId),
    redirect_uri: REDIRECT,
    code_verifier: VERIFIER,
  }
  if ((await ask(redemption)) > 2) throw new Error('two round trips are enough')
  await ask(redemption, 400)
  const refresh = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token }
  if ((await ask(refresh)) > 2) throw new Error('two round trips are enough')
  await ask(refresh)
  const exchange = { grant_type: EXCHANGE, subject_token_type: ACCESS_TOKEN }
  await ask({ ...exchange, subject_token: tokens.access_token })
  await ask({ ...exchange, subject_token: person.accessToken, scope: 'openid' })
}
