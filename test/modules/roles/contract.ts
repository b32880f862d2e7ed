import { expect } from 'bun:test'
import { guarantee } from '../../runtime/case.ts'
import { byAdmin, inOwnOrg, type Operation } from '../../runtime/round-trips/operation.ts'
import { call, signUp } from '../../support/client.ts'
import { defineContract } from '../../support/contract.ts'
import { enrolled } from '../mfa/runtime-cases.ts'
import { organisation } from './support/people.ts'

let roles = 0
const newRole = () => `role-${++roles}`

/** Asked by the owner of a new organisation about a role of it. */
const ofOwnOrg = (route: string, status: number, asked: { body?: unknown } = {}): Operation => ({
  route,
  status,
  async prepare({ signUp, ask }) {
    const { accessToken: token } = await signUp()
    const { id } = await ask<{ id: string }>({ methodAndPath: 'POST /v1/orgs', token, body: { name: 'Acme' } }, 201)
    await ask({ methodAndPath: `POST /v1/orgs/${id}/roles`, token, body: { name: 'clerk' } }, 201)
    return { methodAndPath: route.replace(':id', id).replace(':role', 'clerk'), token, ...asked }
  },
})

export const contract = defineContract({
  access: {
    'GET /v1/roles': 'roles:read',
    'POST /v1/roles': 'roles:write',
    'PATCH /v1/roles/:role': 'roles:write',
    'DELETE /v1/roles/:role': 'roles:write',
    'GET /v1/orgs/:id/roles': 'roles:read in org',
    'POST /v1/orgs/:id/roles': 'roles:write in org',
    'PATCH /v1/orgs/:id/roles/:role': 'roles:write in org',
    'DELETE /v1/orgs/:id/roles/:role': 'roles:write in org',
  },
  orgIds: async (t, owner, orgId) => {
    const { accessToken: token } = owner
    for (const name of ['swapped-one', 'swapped-two'])
      await call(t, `POST /v1/orgs/${orgId}/roles`, { token, body: { name } })
    return {
      'PATCH /v1/orgs/:id/roles/:role': { role: 'swapped-one' },
      'DELETE /v1/orgs/:id/roles/:role': { role: 'swapped-two' },
    }
  },
  writes: {
    budget: {
      'GET /v1/roles': 2,
      'POST /v1/roles': 2,
      'PATCH /v1/roles/:role': 2,
      'DELETE /v1/roles/:role': 2,
      'GET /v1/orgs/:id/roles': 2,
      'POST /v1/orgs/:id/roles': 2,
      'PATCH /v1/orgs/:id/roles/:role': 2,
      'DELETE /v1/orgs/:id/roles/:role': 2,
    },
    ask: async ({ t, pay, admin }) => {
      const token = await admin()
      await pay('GET /v1/roles', '/v1/roles', { token })
      await pay('PATCH /v1/roles/:role', '/v1/roles/user', { token, body: { mfaRequired: false } })
      const owner = await signUp(t, 'owner-of-roles@example.com')
      const org = await organisation(t, [[owner, 'owner']])
      const ofOrg = { token: owner.accessToken }
      for (const [route, path, by] of [
        ['/v1/roles', '/v1/roles', { token }],
        ['/v1/orgs/:id/roles', `/v1/orgs/${org}/roles`, ofOrg],
      ] as const) {
        await pay(`GET ${route}`, path, by)
        const body = { name: 'paid', permissions: ['roles:read'], mfaRequired: true }
        await pay(`POST ${route}`, path, { ...by, body }, 201)
        await pay(`POST ${route}`, path, { ...by, body }, 409)
        await pay(`PATCH ${route}/:role`, `${path}/paid`, { ...by, body: { permissions: [], inherits: null } })
        await pay(`DELETE ${route}/:role`, `${path}/paid`, by, 204)
        await pay(`DELETE ${route}/:role`, `${path}/paid`, by, 404)
      }
    },
  },
  roundTrips: [
    byAdmin('GET /v1/roles', 200),
    byAdmin('PATCH /v1/roles/:role', 200, {
      methodAndPath: 'PATCH /v1/roles/user',
      body: { mfaRequired: false },
    }),
    {
      route: 'POST /v1/roles',
      status: 201,
      prepare: async ({ admin }) => ({
        methodAndPath: 'POST /v1/roles',
        token: await admin(),
        body: { name: newRole(), permissions: ['roles:read'] },
      }),
    },
    {
      route: 'DELETE /v1/roles/:role',
      status: 204,
      async prepare({ ask, admin }) {
        const name = newRole()
        await ask({ methodAndPath: 'POST /v1/roles', token: await admin(), body: { name } }, 201)
        return { methodAndPath: `DELETE /v1/roles/${name}`, token: await admin() }
      },
    },
    inOwnOrg('GET /v1/orgs/:id/roles', 200),
    inOwnOrg('POST /v1/orgs/:id/roles', 201, { body: { name: 'clerk', permissions: ['roles:read'] } }),
    ofOwnOrg('PATCH /v1/orgs/:id/roles/:role', 200, { body: { permissions: [] } }),
    ofOwnOrg('DELETE /v1/orgs/:id/roles/:role', 204),
  ],
  nothingToTrust: { user_roles: 'what an account may do after a sign-in' },
  runtime: [
    guarantee(
      'a role requires a second factor of its holders, who can add one and do nothing else before',
      ['GET /v1/roles', 'PATCH /v1/roles/:role'],
      async (tools) => {
        const admin = (await tools.admin()).accessToken
        const { accessToken: token } = await tools.signUp()
        const listed = await tools.call<{ items: { name: string }[] }>('GET /v1/roles', { token: admin })
        expect(listed.body.items.map(({ name }) => name)).toEqual(['admin', 'user'])
        const body = { mfaRequired: true }
        // The administrator holds the role too, and has no factor.
        await tools.refused('PATCH /v1/roles/user', 'role.factor_missing', { token: admin, body })
        const { session, token: boss } = await enrolled(tools)
        const roles = { token: admin, body: { roles: ['admin', 'user'] } }
        expect((await tools.call(`PATCH /v1/users/${session.user.id}`, roles)).status).toBe(200)
        const asked = await tools.call('PATCH /v1/roles/user', { token: boss, body })
        expect(asked.body).toMatchObject({ name: 'user', mfaRequired: true })
        try {
          await tools.refused('PATCH /v1/me', 'mfa.enrolment_required', { token, body: { name: 'x' } })
          expect((await tools.call('GET /v1/me', { token })).status).toBe(200)
          expect((await tools.call('POST /v1/me/mfa/totp', { token })).status).toBe(201)
        } finally {
          const restored = await tools.call('PATCH /v1/roles/user', { token: boss, body: { mfaRequired: false } })
          expect(restored.body).toMatchObject({ mfaRequired: false })
          // The case removes its administrator: a second one would change the result of the cases about the last one.
          expect((await tools.call(`DELETE /v1/users/${session.user.id}`, { token: admin })).status).toBe(204)
        }
      },
    ),
    guarantee(
      'a role that an administrator made is given, changed and deleted, with effect on the next request',
      ['POST /v1/roles', 'PATCH /v1/roles/:role', 'DELETE /v1/roles/:role'],
      async ({ call: ask, refused, admin, signUp: person }) => {
        const token = (await admin()).accessToken
        const holder = await person()
        const by = { token: holder.accessToken }
        const name = newRole()
        const made = await ask('POST /v1/roles', { token, body: { name, permissions: ['users:read'] } })
        expect(made.body).toEqual({ name, permissions: ['users:read'], mfaRequired: false, builtIn: false })
        expect((await ask(`PATCH /v1/users/${holder.user.id}`, { token, body: { roles: [name] } })).status).toBe(200)
        expect((await ask('GET /v1/users?limit=1', by)).status).toBe(200)
        expect((await ask(`PATCH /v1/roles/${name}`, { token, body: { permissions: [] } })).status).toBe(200)
        expect((await ask(`DELETE /v1/roles/${name}`, { token })).status).toBe(204)
        await refused(`DELETE /v1/roles/${name}`, 'role.not_found', { token })
        const left = await ask<{ roles: string[] }>(`GET /v1/users/${holder.user.id}`, { token })
        expect(left.body.roles).toEqual(['user'])
      },
    ),
    guarantee(
      'a role of an organisation is made, listed, changed and deleted there, and a circle is refused',
      [
        'GET /v1/orgs/:id/roles',
        'POST /v1/orgs/:id/roles',
        'PATCH /v1/orgs/:id/roles/:role',
        'DELETE /v1/orgs/:id/roles/:role',
      ],
      async ({ call: ask, refused, signUp: person }) => {
        const { accessToken: token } = await person()
        const { id } = (await ask<{ id: string }>('POST /v1/orgs', { token, body: { name: 'Roles' } })).body
        const path = `/v1/orgs/${id}/roles`
        for (const name of ['clerk', 'chief'])
          expect((await ask(`POST ${path}`, { token, body: { name, permissions: ['roles:read'] } })).status).toBe(201)
        expect((await ask(`PATCH ${path}/chief`, { token, body: { inherits: 'clerk' } })).status).toBe(200)
        await refused(`PATCH ${path}/clerk`, 'role.inheritance_refused', { token, body: { inherits: 'chief' } })
        await refused(`DELETE ${path}/clerk`, 'role.inherited', { token })
        const listed = await ask<{ items: { name: string }[] }>(`GET ${path}`, { token })
        expect(listed.body.items.map(({ name }) => name)).toEqual(['owner', 'admin', 'member', 'chief', 'clerk'])
        expect((await ask(`DELETE ${path}/chief`, { token })).status).toBe(204)
      },
    ),
  ],
})
