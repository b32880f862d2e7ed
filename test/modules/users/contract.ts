import { byAdmin } from '../../runtime/round-trips/operation.ts'
import type { Operation } from '../../runtime/round-trips/operation.ts'
import { PASSWORD, signUp } from '../../support/client.ts'
import { AT, defineContract } from '../../support/contract.ts'
import { importCases } from './import-runtime-cases.ts'
import { userCases } from './runtime-cases.ts'

/** Sent once already, under its key. */
const replayed: Operation = {
  route: 'POST /v1/users',
  how: 'sent again under its `Idempotency-Key`',
  status: 201,
  async prepare({ ask, admin, newEmail }) {
    const email = newEmail()
    const body = { email }
    const sent = { methodAndPath: 'POST /v1/users', headers: { 'idempotency-key': `key-${email}` }, body }
    await ask({ ...sent, token: await admin() }, 201)
    return { ...sent, token: await admin() }
  },
}

export const contract = defineContract({
  access: {
    'GET /v1/users': 'users:read',
    'POST /v1/users': 'users:write',
    'POST /v1/users/import': 'users:write',
    'GET /v1/users/export': 'users:read',
    'GET /v1/users/:id': 'users:read',
    'PATCH /v1/users/:id': 'users:write',
    'DELETE /v1/users/:id': 'users:write',
    'POST /v1/users/:id/disable': 'users:write',
    'POST /v1/users/:id/enable': 'users:write',
  },
  writes: {
    budget: {
      'GET /v1/users': 2,
      'POST /v1/users': 2,
      'POST /v1/users/import': 2,
      // And one for each further 500 users while the answer is being sent.
      'GET /v1/users/export': 2,
      'GET /v1/users/:id': 2,
      'PATCH /v1/users/:id': 2,
      // Its owner gets a mail: the address is read before the row is deleted. A change of the address costs the same.
      'DELETE /v1/users/:id': 3,
      'POST /v1/users/:id/disable': 2,
      'POST /v1/users/:id/enable': 2,
    },
    ask: async ({ t, pay, admin }) => {
      const by = { token: await admin() }
      const user = `/v1/users/${(await signUp(t, 'eve@example.com')).user.id}`
      await pay('POST /v1/users', '/v1/users', { ...by, body: { email: 'new@example.com', password: PASSWORD } }, 201)
      // Before there are more users than one page has.
      await pay('GET /v1/users/export', '/v1/users/export?format=csv', by)
      const users = Array.from({ length: 1000 }, (_, index) => ({ email: `imported${index}@example.com` }))
      await pay('POST /v1/users/import', '/v1/users/import', { ...by, body: { users } })
      await pay('GET /v1/users', '/v1/users?q=ad&sort=email', by)
      await pay('GET /v1/users/:id', user, by)
      await pay('PATCH /v1/users/:id', user, { ...by, body: { name: 'E', roles: ['admin', 'user'] } })
      const profile = { username: 'eve_adams', publicMetadata: { plan: 'pro' }, privateMetadata: { crm: 1 } }
      await pay('PATCH /v1/users/:id', user, { ...by, body: profile })
      await pay('GET /v1/users', '/v1/users?username=eve_adams', by)
      await pay(
        'POST /v1/users',
        '/v1/users',
        { ...by, body: { ...profile, email: 'full@example.com', username: 'full.profile' } },
        201,
      )
      await pay('POST /v1/users/:id/disable', `${user}/disable`, by)
      await pay('POST /v1/users/:id/enable', `${user}/enable`, by)
      await pay('DELETE /v1/users/:id', user, by, 204)
      await pay('DELETE /v1/users/:id', user, by, 404)
    },
  },
  roundTrips: [
    byAdmin('GET /v1/users', 200, { methodAndPath: 'GET /v1/users?q=person&sort=email' }),
    {
      route: 'POST /v1/users',
      status: 201,
      prepare: async ({ admin, newEmail }) => ({
        methodAndPath: 'POST /v1/users',
        token: await admin(),
        body: { email: newEmail() },
      }),
    },
    replayed,
    // Before there are more.
    byAdmin('GET /v1/users/export', 200, { how: 'of fewer than 500 users' }),
    {
      route: 'POST /v1/users/import',
      how: 'of 1000 users',
      status: 200,
      async prepare({ admin, newEmail }) {
        const users = Array.from({ length: 1000 }, () => ({ email: newEmail() }))
        return { methodAndPath: 'POST /v1/users/import', token: await admin(), body: { users } }
      },
    },
    byAdmin('GET /v1/users/:id', 200),
    byAdmin('PATCH /v1/users/:id', 200, { body: { name: 'Ada', roles: ['admin', 'user'] } }),
    byAdmin('PATCH /v1/users/:id', 200, { how: 'with a new address', body: { email: 'moved@example.com' } }),
    byAdmin('DELETE /v1/users/:id', 204),
    byAdmin('POST /v1/users/:id/disable', 200),
    byAdmin('POST /v1/users/:id/enable', 200),
  ],
  runtime: [...userCases, ...importCases],
  mails: { 'account-deleted': { at: AT }, 'username-changed': { at: AT } },
})
