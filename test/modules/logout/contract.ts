import { expect } from 'bun:test'
import { APP_URL } from '../../runtime/tools.ts'
import { guarantee } from '../../runtime/case.ts'
import { plain } from '../../runtime/round-trips/operation.ts'
import { defineContract } from '../../support/contract.ts'
import { connect, makeClient, makePerson } from '../token/support/oauth.ts'

const AFTER = 'https://app.example/signed-out'

export const contract = defineContract({
  access: { 'GET /oauth/logout': 'public', 'POST /oauth/logout': 'public' },
  writes: {
    // With an ID token: the session, the client, whether it knows the session, and the end. Without one a page asks: 1.
    budget: { 'GET /oauth/logout': 4, 'POST /oauth/logout': 3 },
    ask: async ({ t, pay }) => {
      const client = await makeClient(t, { post_logout_redirect_uris: JSON.stringify([AFTER]) })
      const { person, tokens } = await connect(t, client)
      const fields = { id_token_hint: tokens.id_token, post_logout_redirect_uri: AFTER }
      await pay('GET /oauth/logout', '/oauth/logout')
      await pay('GET /oauth/logout', '/oauth/logout', { cookie: person.cookie })
      await pay('GET /oauth/logout', `/oauth/logout?${new URLSearchParams(fields)}`, { cookie: person.cookie }, 302)
      const { cookie } = await makePerson(t)
      const body = new URLSearchParams({ client_id: client.id, decision: 'sign-out' })
      await pay('POST /oauth/logout', '/oauth/logout', { cookie, body })
    },
  },
  roundTrips: [
    plain('GET /oauth/logout'),
    {
      route: 'POST /oauth/logout',
      status: 303,
      prepare: () => ({ methodAndPath: 'POST /oauth/logout', body: new URLSearchParams({ state: 'a' }) }),
    },
  ],
  nothingToTrust: { logout_notices: 'it says to clients that a session has ended, and gives access to nothing' },
  runtime: [
    guarantee(
      'a person is asked before a sign-out that nobody proved to want, and is signed out after a click',
      ['GET /oauth/logout', 'POST /oauth/logout'],
      async (tools) => {
        const { user } = await tools.signUp()
        const signedIn = await tools.call('POST /v1/auth/sign-in', {
          headers: { origin: APP_URL },
          body: { email: user.email, password: 'correct horse battery staple', useCookie: true },
        })
        const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? ''
        const page = await tools.call('GET /oauth/logout?post_logout_redirect_uri=https://evil.example', {
          cookie,
          baseUrl: tools.server.baseUrl,
        })
        expect([page.status, page.text.includes('>Sign out<')]).toEqual([400, true])
        expect((await tools.call('GET /v1/me', { cookie })).status).toBe(200)
        const done = await tools.call('POST /oauth/logout', {
          cookie,
          raw: 'decision=sign-out',
          headers: { 'content-type': 'application/x-www-form-urlencoded', origin: APP_URL },
        })
        expect([done.status, done.headers.get('location')]).toEqual([303, `${APP_URL}/sign-in?from=signed-out`])
        expect(done.headers.get('set-cookie')).toContain('Max-Age=0')
        expect((await tools.call('GET /v1/me', { cookie })).status).toBe(401)
      },
    ),
  ],
})
