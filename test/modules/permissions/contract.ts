import { expect } from 'bun:test'
import { guarantee } from '../../runtime/case.ts'
import { byAdmin } from '../../runtime/round-trips/operation.ts'
import { defineContract } from '../../support/contract.ts'

let names = 0
const newName = () => `invoices:approve${++names}`

export const contract = defineContract({
  access: {
    'GET /v1/permissions': 'principal',
    'GET /v1/me/permissions': 'principal',
    'POST /v1/permissions': 'permissions:write',
    'DELETE /v1/permissions/:name': 'permissions:write',
  },
  writes: {
    budget: {
      'GET /v1/permissions': 2,
      'GET /v1/me/permissions': 1,
      'POST /v1/permissions': 2,
      'DELETE /v1/permissions/:name': 2,
    },
    ask: async ({ pay, admin }) => {
      const by = { token: await admin() }
      await pay('GET /v1/permissions', '/v1/permissions', by)
      await pay('GET /v1/me/permissions', '/v1/me/permissions', by)
      await pay('POST /v1/permissions', '/v1/permissions', { ...by, body: { name: 'paid:for' } }, 201)
      await pay('DELETE /v1/permissions/:name', '/v1/permissions/paid:for', by, 204)
      await pay('DELETE /v1/permissions/:name', '/v1/permissions/paid:for', by, 404)
    },
  },
  roundTrips: [
    byAdmin('GET /v1/permissions', 200),
    byAdmin('GET /v1/me/permissions', 200),
    {
      route: 'POST /v1/permissions',
      status: 201,
      prepare: async ({ admin }) => ({
        methodAndPath: 'POST /v1/permissions',
        token: await admin(),
        body: { name: newName() },
      }),
    },
    {
      route: 'DELETE /v1/permissions/:name',
      status: 204,
      async prepare({ ask, admin }) {
        const name = newName()
        await ask({ methodAndPath: 'POST /v1/permissions', token: await admin(), body: { name } }, 201)
        return { methodAndPath: `DELETE /v1/permissions/${name}`, token: await admin() }
      },
    },
  ],
  runtime: [
    guarantee(
      'the own permissions are listed with a hash, in the instance and in an organisation of the caller alone',
      ['GET /v1/me/permissions'],
      async ({ call, refused, signUp }) => {
        const own = async (token: string, query = '') =>
          (await call<{ permissions: string[]; hash: string }>(`GET /v1/me/permissions${query}`, { token })).body
        const [{ accessToken: owner }, { accessToken: stranger }] = [await signUp(), await signUp()]
        const nothing = await own(owner)
        expect(nothing.permissions).toEqual([])
        expect(await own(stranger)).toEqual(nothing)
        const body = { name: 'Own permissions' }
        const { id } = (await call<{ id: string }>('POST /v1/orgs', { token: owner, body })).body
        const inOrg = await own(owner, `?orgId=${id}`)
        expect(inOrg.permissions).toContain('members:read')
        expect(inOrg.hash).not.toBe(nothing.hash)
        await refused(`GET /v1/me/permissions?orgId=${id}`, 'org.not_found', { token: stranger })
      },
    ),
    guarantee(
      'a permission of an application is registered, listed and deleted',
      ['GET /v1/permissions', 'POST /v1/permissions', 'DELETE /v1/permissions/:name', 'GET /v1/me/permissions'],
      async ({ call, refused, admin }) => {
        const by = { token: (await admin()).accessToken }
        const name = newName()
        expect((await call('POST /v1/permissions', { ...by, body: { name } })).status).toBe(201)
        await refused('POST /v1/permissions', 'permission.name_taken', { ...by, body: { name } })
        const listed = await call<{ items: { name: string; builtIn: boolean }[] }>('GET /v1/permissions', by)
        expect(listed.body.items.find((item) => item.name === name)).toMatchObject({ builtIn: false })
        expect((await call(`DELETE /v1/permissions/${name}`, by)).status).toBe(204)
        await refused(`DELETE /v1/permissions/${name}`, 'permission.not_found', by)
        const own = await call<{ permissions: string[] }>('GET /v1/me/permissions', by)
        expect(own.body.permissions).toContain('permissions:write')
      },
    ),
  ],
})
