import { expect } from 'bun:test'
import { guarantee } from '../../runtime/case.ts'
import { type Operation, plain } from '../../runtime/round-trips/operation.ts'
import { APP_URL } from '../../runtime/tools.ts'
import { encoded } from '../../support/client.ts'
import { defineContract } from '../../support/contract.ts'
import { makeClient, makeGrant, makePerson } from '../token/support/oauth.ts'
import { authorize, fieldsOf, request, returnPath, visit } from './support/browser.ts'
import { appOf, browserOf, CLIENT, parametersFor } from './support/measured.ts'

const AUTHORIZE = 'GET /oauth/authorize'
const FORM = 'POST /oauth/authorize'
const PAGE = 'GET /oauth/consent'
const ANSWER = 'POST /oauth/consent'

/** What a person who is signed in asks, with the consent of before or without. */
const asked = (how: string, more: { firstParty?: boolean; prompt?: string }, status: number): Operation => ({
  route: AUTHORIZE,
  how,
  status,
  async prepare(accounts) {
    const { clientId } = await appOf(accounts, { firstParty: true })
    const { cookie } = await browserOf(accounts)
    const query = parametersFor(clientId, more.prompt === undefined ? {} : { prompt: more.prompt })
    // The first time, what is allowed is remembered.
    if (more.prompt === undefined)
      await accounts.send({ methodAndPath: `GET /oauth/authorize?${query}`, headers: { cookie } })
    return { methodAndPath: `GET /oauth/authorize?${query}`, headers: { cookie } }
  },
})

export const contract = defineContract({
  access: {
    // Who may call is decided by the client and the session of the browser.
    [AUTHORIZE]: 'public',
    [FORM]: 'public',
    [PAGE]: 'public',
    [ANSWER]: 'public',
  },
  writes: {
    budget: {
      [AUTHORIZE]: 3, // the first time at a first-party client, whose grant is stored; otherwise 2
      [FORM]: 1,
      [PAGE]: 2,
      [ANSWER]: 3,
    },
    ask: async ({ t, pay }) => {
      const client = await makeClient(t)
      const own = await makeClient(t, { first_party: 1 })
      const { cookie, ...person } = await makePerson(t)
      const path = (of: { id: string }, more = {}) => `/oauth/authorize?${request(of, more)}`
      await pay(AUTHORIZE, path(client), {}, 302)
      await pay(AUTHORIZE, path(own), { cookie }, 302)
      await pay(FORM, '/oauth/authorize', { body: request(client) }, 303)
      const consent = await authorize(t, client, {}, cookie)
      const page = `/oauth/consent${consent.to?.search}`
      await pay(PAGE, page, { cookie })
      const fields = fieldsOf(await visit(t, page, { cookie }))
      const decide = (decision: string) => ({ cookie, body: new URLSearchParams({ ...fields, decision }) })
      await pay(ANSWER, '/oauth/consent', decide('deny'), 303)
      await pay(ANSWER, '/oauth/consent', decide('allow'), 303)
      if ((await pay(AUTHORIZE, path(client), { cookie }, 302)) > 2) throw new Error('two round trips are enough')
      const other = await makeClient(t)
      await makeGrant(t, person, other)
      const again = returnPath(await authorize(t, other, { prompt: 'login' }, cookie))
      if ((await pay(AUTHORIZE, again, { cookie }, 302)) > 2) throw new Error('two round trips are enough')
    },
  },
  roundTrips: [
    asked('with the consent of before', {}, 302),
    plain(AUTHORIZE, 'GET /oauth/authorize?client_id=cli_0', 400),
    {
      route: FORM,
      status: 303,
      prepare: async (accounts) => {
        const { clientId } = await appOf(accounts)
        return { methodAndPath: FORM, body: parametersFor(clientId) }
      },
    },
    {
      route: PAGE,
      status: 200,
      async prepare(accounts) {
        const { clientId } = await appOf(accounts)
        const { cookie } = await browserOf(accounts)
        const methodAndPath = `GET /oauth/authorize?${parametersFor(clientId)}`
        const to = (await accounts.send({ methodAndPath, headers: { cookie } })).headers.get('location') ?? ''
        return { methodAndPath: `GET /oauth/consent${new URL(to).search}`, headers: { cookie } }
      },
    },
    {
      route: ANSWER,
      status: 303,
      async prepare(accounts) {
        const { clientId } = await appOf(accounts)
        const { cookie } = await browserOf(accounts)
        const methodAndPath = `GET /oauth/authorize?${parametersFor(clientId)}`
        const to = (await accounts.send({ methodAndPath, headers: { cookie } })).headers.get('location') ?? ''
        const interaction = new URL(to).searchParams.get('interaction') ?? ''
        return {
          methodAndPath: ANSWER,
          headers: { cookie, origin: APP_URL },
          body: new URLSearchParams({ interaction, decision: 'allow' }),
        }
      },
    },
  ],
  runtime: [
    guarantee(
      'a request by a form goes on with the session of the browser, and a wrong redirect URI goes nowhere',
      [FORM, AUTHORIZE, PAGE, ANSWER],
      async (tools) => {
        const { accessToken: token } = await tools.admin()
        const made = await tools.call<{ clientId: string }>('POST /v1/oauth-clients', { token, body: CLIENT })
        expect(made.status, made.text).toBe(201)
        const { user } = await tools.signUp()
        const signedIn = await tools.call('POST /v1/auth/sign-in', {
          headers: { origin: APP_URL },
          body: { email: user.email, password: 'correct horse battery staple', useCookie: true },
        })
        const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? ''
        const sent = (fields: URLSearchParams) => {
          const { type, text } = encoded(fields)
          return { raw: text, headers: { 'content-type': type, origin: APP_URL } }
        }
        const target = ({ headers }: { headers: Headers }) => new URL(headers.get('location') ?? '', APP_URL)

        const posted = await tools.call(FORM, sent(parametersFor(made.body.clientId)))
        expect(posted.status, posted.text).toBe(303)
        const asked = await tools.call(`GET ${target(posted).pathname}${target(posted).search}`, { cookie })
        expect(target(asked).pathname).toBe('/oauth/consent')
        const shown = await tools.call(`GET /oauth/consent${target(asked).search}`, { cookie })
        expect(shown.text).toContain('>Allow</button>')
        const interaction = target(asked).searchParams.get('interaction') ?? ''
        const denied = await tools.call(ANSWER, {
          ...sent(new URLSearchParams({ interaction, decision: 'deny' })),
          cookie,
        })
        expect(Object.fromEntries(target(denied).searchParams)).toMatchObject({ error: 'access_denied', iss: APP_URL })

        const wrong = await tools.call(
          `GET /oauth/authorize?${parametersFor(made.body.clientId, { redirect_uri: 'https://evil.example/' })}`,
        )
        expect([wrong.status, wrong.headers.get('location')]).toEqual([400, null])
      },
    ),
  ],
})
