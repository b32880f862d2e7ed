import { expect } from 'bun:test'
import { guarantee } from '../../runtime/case.ts'
import { byAdmin, type Operation } from '../../runtime/round-trips/operation.ts'
import { call, signUp } from '../../support/client.ts'
import { defineContract } from '../../support/contract.ts'
import { proveDomain } from '../domains/support/prove-domain.ts'
import { makeOrg } from '../api-keys/support/keys.ts'

let audiences = 0
const newResource = () => ({
  audience: `https://api${++audiences}.example/`,
  name: 'API',
  scopes: [{ name: 'notes:read', description: 'Read your notes' }],
})

/** Asked by an administrator about a new resource. */
const aboutNew = (route: string, status: number, asked: { body?: unknown } = {}): Operation => ({
  route,
  status,
  async prepare({ ask, admin }) {
    const made = { methodAndPath: 'POST /v1/resources', token: await admin(), body: newResource() }
    const { id } = await ask<{ id: string }>(made, 201)
    return { methodAndPath: route.replace(':id', id), token: await admin(), ...asked }
  },
})

export const contract = defineContract({
  access: {
    'GET /v1/resources': 'principal',
    'POST /v1/resources': 'principal',
    'GET /v1/resources/:id': 'principal',
    'PATCH /v1/resources/:id': 'principal',
    'DELETE /v1/resources/:id': 'principal',
  },
  // Of another person: the one given may have a factor by now, so the session is not fresh.
  swappedIds: async (t) => {
    const { accessToken: token } = await signUp(t, `swapped-resources${++audiences}@example.com`)
    const orgId = await makeOrg(t, token, 'Swapped resources')
    const resource = newResource()
    await proveDomain(t, orgId, new URL(resource.audience).hostname)
    const { body } = await call<{ id: string }>(t, 'POST /v1/resources', { token, body: { ...resource, orgId } })
    const { id } = body
    return { 'GET /v1/resources/:id': id, 'PATCH /v1/resources/:id': id, 'DELETE /v1/resources/:id': id }
  },
  writes: {
    budget: {
      'GET /v1/resources': 2,
      'POST /v1/resources': 2,
      'GET /v1/resources/:id': 2,
      'PATCH /v1/resources/:id': 3, // whose organisation decides who may change it
      'DELETE /v1/resources/:id': 3,
    },
    ask: async ({ t, pay, admin }) => {
      const by = { token: await admin() }
      const body = newResource()
      await pay('POST /v1/resources', '/v1/resources', { ...by, body }, 201)
      await pay('POST /v1/resources', '/v1/resources', { ...by, body }, 409)
      await pay('GET /v1/resources', '/v1/resources', by)
      const listed = await call<{ items: { id: string }[] }>(t, 'GET /v1/resources', by)
      const path = `/v1/resources/${listed.body.items[0]?.id}`
      await pay('GET /v1/resources/:id', path, by)
      await pay('PATCH /v1/resources/:id', path, { ...by, body: { name: 'Other' } })
      await pay('DELETE /v1/resources/:id', path, by, 204)
      await pay('DELETE /v1/resources/:id', path, by, 404)
    },
  },
  roundTrips: [
    byAdmin('GET /v1/resources', 200),
    {
      route: 'POST /v1/resources',
      status: 201,
      prepare: async ({ admin }) => ({
        methodAndPath: 'POST /v1/resources',
        token: await admin(),
        body: newResource(),
      }),
    },
    aboutNew('GET /v1/resources/:id', 200),
    aboutNew('PATCH /v1/resources/:id', 200, { body: { name: 'Other' } }),
    aboutNew('DELETE /v1/resources/:id', 204),
  ],
  runtime: [
    guarantee(
      'a resource is made once for its audience, read, changed and deleted',
      [
        'GET /v1/resources',
        'POST /v1/resources',
        'GET /v1/resources/:id',
        'PATCH /v1/resources/:id',
        'DELETE /v1/resources/:id',
      ],
      async ({ call: ask, refused, admin }) => {
        const by = { token: (await admin()).accessToken }
        const body = newResource()
        const made = await ask<{ id: string }>('POST /v1/resources', { ...by, body })
        expect(made.status, made.text).toBe(201)
        await refused('POST /v1/resources', 'resource.audience_taken', { ...by, body })
        const path = `/v1/resources/${made.body.id}`
        expect((await ask(`GET ${path}`, by)).body).toMatchObject(body)
        expect((await ask(`PATCH ${path}`, { ...by, body: { scopes: [] } })).body).toMatchObject({ scopes: [] })
        const listed = await ask<{ items: { id: string }[] }>('GET /v1/resources', by)
        expect(listed.body.items.map(({ id }) => id)).toContain(made.body.id)
        expect((await ask(`DELETE ${path}`, by)).status).toBe(204)
        await refused(`GET ${path}`, 'resource.not_found', by)
      },
    ),
  ],
})
