import { expect } from 'bun:test'
import { guarantee } from '../../runtime/case.ts'
import { byAdmin, byUser } from '../../runtime/round-trips/operation.ts'
import { APP_URL } from '../../runtime/tools.ts'
import { PASSWORD } from '../../support/client.ts'
import { defineContract } from '../../support/contract.ts'
import { allowedBy, CLIENT, parametersFor } from '../authorize/support/measured.ts'
import { makeClient, makeGrant, makePerson } from '../token/support/oauth.ts'

const LIST = 'GET /v1/me/grants'
const END = 'DELETE /v1/me/grants/:id'
const LIST_OF_USER = 'GET /v1/users/:id/grants'
const END_OF_USER = 'DELETE /v1/users/:id/grants/:grantId'

export const contract = defineContract({
  access: {
    [LIST]: 'session',
    [END]: 'session',
    [LIST_OF_USER]: 'users:read',
    [END_OF_USER]: 'users:write',
  },
  swappedIds: async (t, { user }) => ({ [END]: await makeGrant(t, { userId: user.id }, await makeClient(t)) }),
  writes: {
    budget: { [LIST]: 2, [END]: 2, [LIST_OF_USER]: 2, [END_OF_USER]: 2 },
    ask: async ({ t, pay, admin }) => {
      const person = await makePerson(t)
      const { accessToken: token, userId } = person
      const own = await makeGrant(t, person, await makeClient(t))
      const other = await makeGrant(t, person, await makeClient(t))
      await pay(LIST, '/v1/me/grants', { token })
      await pay(END, `/v1/me/grants/${own}`, { token }, 204)
      await pay(LIST_OF_USER, `/v1/users/${userId}/grants`, { token: await admin() })
      await pay(END_OF_USER, `/v1/users/${userId}/grants/${other}`, { token: await admin() }, 204)
    },
  },
  roundTrips: [
    byUser(LIST, 200),
    {
      route: END,
      status: 204,
      async prepare(accounts) {
        const { grantId, token } = await allowedBy(accounts)
        return { methodAndPath: `DELETE /v1/me/grants/${grantId}`, token }
      },
    },
    byAdmin(LIST_OF_USER, 200),
    {
      route: END_OF_USER,
      status: 204,
      async prepare(accounts) {
        const { grantId, userId } = await allowedBy(accounts)
        return { methodAndPath: `DELETE /v1/users/${userId}/grants/${grantId}`, token: await accounts.admin() }
      },
    },
  ],
  runtime: [
    guarantee(
      'what a person allowed is listed and ended, by them and by an administrator',
      [LIST, END, LIST_OF_USER, END_OF_USER],
      async (tools) => {
        const { accessToken: adminToken } = await tools.admin()
        const body = { ...CLIENT, firstParty: true }
        const made = await tools.call<{ clientId: string }>('POST /v1/oauth-clients', { token: adminToken, body })
        expect(made.status, made.text).toBe(201)
        const { user, accessToken: token } = await tools.signUp()
        const signedIn = await tools.call('POST /v1/auth/sign-in', {
          headers: { origin: APP_URL },
          body: { email: user.email, password: PASSWORD, useCookie: true },
        })
        const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? ''
        for (const admin of [false, true]) {
          const asked = await tools.call(`GET /oauth/authorize?${parametersFor(made.body.clientId)}`, { cookie })
          expect([asked.status, asked.headers.get('location')]).toEqual([302, expect.stringContaining('code=')])
          const path = admin ? `/v1/users/${user.id}/grants` : '/v1/me/grants'
          const by = { token: admin ? adminToken : token }
          const { items } = (await tools.call<{ items: { id: string; client: { name: string } }[] }>(`GET ${path}`, by))
            .body
          expect(items.map(({ client }) => client.name)).toEqual(['App'])
          const { status } = await tools.call(`DELETE ${path}/${items[0]?.id}`, by)
          expect(status).toBe(204)
          await tools.refused(`DELETE ${path}/${items[0]?.id}`, 'grant.not_found', by)
        }
      },
    ),
  ],
})
