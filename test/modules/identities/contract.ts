import { expect } from 'bun:test'
import { identities } from '../../../db/tables/index.ts'
import { guarantee } from '../../runtime/case.ts'
import { PASSWORD } from '../../runtime/round-trips/account.ts'
import { byAdmin, byUser, newSubject, verified } from '../../runtime/round-trips/operation.ts'
import { SIGNED_IN } from '../../runtime/tools.ts'
import { call, signUp } from '../../support/client.ts'
import { AT, defineContract } from '../../support/contract.ts'
import { comeBack, cookiesOf } from '../providers/runtime-cases.ts'
import { comeBack as payForCallback, flowOf } from '../providers/support/pay-for-flows.ts'

export const contract = defineContract({
  access: {
    'GET /v1/me/identities': 'session',
    'POST /v1/me/identities/:provider/start': 'fresh-session',
    'DELETE /v1/me/identities/:id': 'fresh-session', // of the own account, otherwise 404
    'GET /v1/users/:id/identities': 'users:read',
  },
  swappedIds: async (t, { user }) => {
    const id = t.deps.random.id('idn')
    await t.deps.db.insert(identities).values({
      id,
      userId: user.id,
      provider: 'acme',
      issuer: 'https://acme.example',
      subject: 'swapped',
      createdAt: t.clock.now(),
      lastUsedAt: t.clock.now(),
    })
    return {
      'DELETE /v1/me/identities/:id': id,
      'POST /v1/me/identities/:provider/start': 'acme', // which this app does not know
    }
  },
  writes: {
    budget: {
      'GET /v1/me/identities': 2,
      'POST /v1/me/identities/:provider/start': 1,
      'DELETE /v1/me/identities/:id': 2,
      'GET /v1/users/:id/identities': 2,
    },
    ask: async (asked) => {
      const { t, pay, github, admin } = asked
      github.user.id += 1000
      const { accessToken: token, user } = await signUp(t, 'linker@example.com')
      await t.deps.db.$client.execute({ sql: 'UPDATE users SET email_verified = 1 WHERE id = ?', args: [user.id] })
      const link = '/v1/me/identities/github/start'
      await pay('POST /v1/me/identities/:provider/start', link, { token })
      await payForCallback(asked, flowOf(await call(t, `POST ${link}`, { token })))
      await pay('GET /v1/me/identities', '/v1/me/identities', { token })
      await pay('GET /v1/users/:id/identities', `/v1/users/${user.id}/identities`, { token: await admin() })
      const { items } = (await call<{ items: { id: string }[] }>(t, 'GET /v1/me/identities', { token })).body
      await pay('DELETE /v1/me/identities/:id', `/v1/me/identities/${items[0]?.id}`, { token }, 204)
      await pay('DELETE /v1/me/identities/:id', `/v1/me/identities/${items[0]?.id}`, { token }, 404)
    },
  },
  roundTrips: [
    byUser('GET /v1/me/identities', 200),
    byAdmin('GET /v1/users/:id/identities', 200),
    byUser('POST /v1/me/identities/:provider/start', 200, { methodAndPath: 'POST /v1/me/identities/acme/start' }),
    {
      route: 'DELETE /v1/me/identities/:id',
      status: 204,
      async prepare(accounts) {
        const { email, token } = await verified(accounts)
        await accounts.ask(await accounts.comeBack(newSubject(), token), 302)
        const list = { methodAndPath: 'GET /v1/me/identities', token }
        const { items } = await accounts.ask<{ items: { id: string }[] }>(list, 200)
        // In a session that no cache knows.
        const signIn = { methodAndPath: 'POST /v1/auth/sign-in', body: { email, password: PASSWORD } }
        const { accessToken } = await accounts.ask<{ accessToken: string }>(signIn, 200)
        return { methodAndPath: `DELETE /v1/me/identities/${items[0]?.id}`, token: accessToken }
      },
    },
  ],
  runtime: [
    guarantee(
      'people link an identity to their account and unlink it, and an administrator sees it',
      [
        'GET /v1/me/identities',
        'POST /v1/me/identities/:provider/start',
        'DELETE /v1/me/identities/:id',
        'GET /v1/users/:id/identities',
      ],
      async (tools) => {
        const { call, client, elsewhere, newEmail, refused } = tools
        const { accessToken: token, user } = await tools.signUp()
        await client.execute({ sql: 'UPDATE users SET email_verified = 1 WHERE id = ?', args: [user.id] })
        elsewhere.lies = {}
        elsewhere.person = { sub: `link-${user.id}`, email: newEmail(), email_verified: true }
        const begun = await call<{ url: string }>('POST /v1/me/identities/acme/start', { token, body: {} })
        const { headers } = await comeBack(tools, { url: begun.body.url, cookie: cookiesOf(begun.headers)[0] ?? '' })
        expect(headers.get('location')).toBe(`${SIGNED_IN}?linked=true`)
        const list = async () =>
          (await call<{ items: { id: string; email: string }[] }>('GET /v1/me/identities', { token })).body.items
        const [identity] = await list()
        expect(identity?.email).toBe(elsewhere.person.email ?? '')
        const { accessToken: byAdmin } = await tools.admin()
        const seen = await call<{ items: unknown[] }>(`GET /v1/users/${user.id}/identities`, { token: byAdmin })
        expect(seen.body.items).toEqual([identity])
        const nobody = `GET /v1/users/usr_${'0'.repeat(32)}/identities`
        await refused(nobody, 'user.not_found', { token: byAdmin })
        const stranger = await tools.signUp()
        await refused(`GET /v1/users/${user.id}/identities`, 'auth.forbidden', { token: stranger.accessToken })
        const path = `DELETE /v1/me/identities/${identity?.id}`
        await refused(path, 'identity.not_found', { token: stranger.accessToken })
        expect((await call(path, { token })).status).toBe(204)
        expect(await list()).toEqual([])
      },
    ),
  ],
  mails: { 'identity-linked': { provider: 'Google', at: AT }, 'identity-unlinked': { at: AT } },
})
