import { expect } from 'bun:test'
import { guarantee } from '../../runtime/case.ts'
import { byAdmin, type Operation } from '../../runtime/round-trips/operation.ts'
import { defineContract } from '../../support/contract.ts'

let names = 0
const newName = () => `thing-${++names}`

/** Asked by an administrator about a new type. */
const aboutNew = (route: string, status: number, asked: { body?: unknown } = {}): Operation => ({
  route,
  status,
  async prepare({ ask, admin }) {
    const name = newName()
    const body = { name, attributes: { amount: 'int' } }
    await ask({ methodAndPath: 'POST /v1/resource-types', token: await admin(), body }, 201)
    return { methodAndPath: route.replace(':name', name), token: await admin(), ...asked }
  },
})

export const contract = defineContract({
  access: {
    'GET /v1/resource-types': 'principal',
    'POST /v1/resource-types': 'resource-types:write',
    'PATCH /v1/resource-types/:name': 'resource-types:write',
    'DELETE /v1/resource-types/:name': 'resource-types:write',
  },
  writes: {
    budget: {
      // The caller, the scope in which the permission is asked for, and the list.
      'GET /v1/resource-types': 2,
      'POST /v1/resource-types': 2,
      // The rules of the type are checked before the change.
      'PATCH /v1/resource-types/:name': 3,
      'DELETE /v1/resource-types/:name': 2,
    },
    ask: async ({ pay, admin }) => {
      const by = { token: await admin() }
      const path = '/v1/resource-types'
      await pay('POST /v1/resource-types', path, { ...by, body: { name: 'paid', attributes: { a: 'int' } } }, 201)
      await pay('GET /v1/resource-types', path, by)
      await pay('PATCH /v1/resource-types/:name', `${path}/paid`, { ...by, body: { attributes: {} } })
      await pay('DELETE /v1/resource-types/:name', `${path}/paid`, by, 204)
      await pay('DELETE /v1/resource-types/:name', `${path}/paid`, by, 404)
    },
  },
  roundTrips: [
    byAdmin('GET /v1/resource-types', 200),
    {
      route: 'POST /v1/resource-types',
      status: 201,
      prepare: async ({ admin }) => ({
        methodAndPath: 'POST /v1/resource-types',
        token: await admin(),
        body: { name: newName(), attributes: { amount: 'int' } },
      }),
    },
    aboutNew('PATCH /v1/resource-types/:name', 200, { body: { attributes: { amount: 'int', owner: 'string' } } }),
    aboutNew('DELETE /v1/resource-types/:name', 204),
  ],
  runtime: [
    guarantee(
      'a resource type is declared, listed, changed and deleted',
      [
        'GET /v1/resource-types',
        'POST /v1/resource-types',
        'PATCH /v1/resource-types/:name',
        'DELETE /v1/resource-types/:name',
      ],
      async ({ call, refused, admin }) => {
        const by = { token: (await admin()).accessToken }
        const name = newName()
        const made = await call('POST /v1/resource-types', { ...by, body: { name, attributes: { amount: 'int' } } })
        expect(made.status).toBe(201)
        const path = `/v1/resource-types/${name}`
        const attributes = { amount: 'int', owner: 'string' }
        expect((await call(`PATCH ${path}`, { ...by, body: { attributes } })).body).toMatchObject({ attributes })
        const listed = await call<{ items: { name: string }[] }>('GET /v1/resource-types', by)
        expect(listed.body.items.map((item) => item.name)).toContain(name)
        expect((await call(`DELETE ${path}`, by)).status).toBe(204)
        await refused(`DELETE ${path}`, 'resource.type_not_found', by)
      },
    ),
  ],
})
