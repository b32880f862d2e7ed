import { expect } from 'bun:test'
import { APP_URL } from '../../runtime/tools.ts'
import { guarantee } from '../../runtime/case.ts'
import { type Operation, plain } from '../../runtime/round-trips/operation.ts'
import { call } from '../../support/client.ts'
import { defineContract } from '../../support/contract.ts'

const OPENID = 'GET /.well-known/openid-configuration'
const OAUTH = 'GET /.well-known/oauth-authorization-server'
const RESOURCE = 'GET /.well-known/oauth-protected-resource'

/** The first one of an instance makes the keys, once. */
const asked = (route: string): Operation => ({
  route,
  status: 200,
  async prepare({ ask }) {
    await ask({ methodAndPath: route }, 200)
    return { methodAndPath: route }
  },
})

export const contract = defineContract({
  access: { [OPENID]: 'public', [OAUTH]: 'public', [RESOURCE]: 'public' },
  writes: {
    budget: { [OPENID]: 1, [OAUTH]: 1, [RESOURCE]: 0 },
    ask: async ({ t, pay }) => {
      await call(t, OPENID) // makes the keys, once
      for (const route of [OPENID, OAUTH, RESOURCE]) await pay(route, route.slice('GET '.length))
    },
  },
  roundTrips: [asked(OPENID), asked(OAUTH), plain(RESOURCE)],
  runtime: [
    guarantee(
      'the server describes itself alike in both places, and its JWKS has the key of each algorithm that it names',
      [OPENID, OAUTH, RESOURCE],
      async (tools) => {
        const openid = await tools.call<{ issuer: string; id_token_signing_alg_values_supported: string[] }>(OPENID)
        expect(openid.body).toEqual((await tools.call<typeof openid.body>(OAUTH)).body)
        expect(openid.body.issuer).toBe(APP_URL)
        expect(openid.headers.get('access-control-allow-origin')).toBe('*')
        const { keys } = (await tools.call<{ keys: { alg: string }[] }>('GET /.well-known/jwks.json')).body
        const algs = new Set(keys.map(({ alg }) => alg))
        expect([...algs].sort()).toEqual(openid.body.id_token_signing_alg_values_supported.toSorted())
        const resource = await tools.call<{ resource: string; authorization_servers: string[] }>(RESOURCE)
        expect([resource.body.resource, ...resource.body.authorization_servers]).toEqual([APP_URL, APP_URL])
      },
    ),
  ],
})
