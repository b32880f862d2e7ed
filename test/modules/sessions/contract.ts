import { expect } from 'bun:test'
import { decodeJwt } from 'jose'
import type { ActiveSessions } from '../../../src/modules/sessions/schema.ts'
import { guarantee } from '../../runtime/case.ts'
import { byAdmin, byUser } from '../../runtime/round-trips/operation.ts'
import { PASSWORD, type Session, signIn, signUp } from '../../support/client.ts'
import { defineContract, PLACE } from '../../support/contract.ts'

export const contract = defineContract({
  access: {
    'GET /v1/me/sessions': 'session',
    'DELETE /v1/me/sessions': 'session',
    'DELETE /v1/me/sessions/:id': 'session', // of the own account, otherwise 404
    'GET /v1/users/:id/sessions': 'users:read',
    'DELETE /v1/users/:id/sessions': 'users:write',
    'DELETE /v1/users/:id/sessions/:sessionId': 'users:write',
  },
  swappedIds: async (_, { accessToken }) => ({
    'DELETE /v1/me/sessions/:id': decodeJwt<{ sid: string }>(accessToken).sid,
  }),
  writes: {
    budget: {
      'GET /v1/me/sessions': 2,
      'DELETE /v1/me/sessions': 2,
      'DELETE /v1/me/sessions/:id': 2,
      'GET /v1/users/:id/sessions': 2,
      'DELETE /v1/users/:id/sessions': 2,
      'DELETE /v1/users/:id/sessions/:sessionId': 2,
    },
    ask: async ({ t, pay, admin }) => {
      const mine = '/v1/me/sessions'
      const { accessToken: token, user } = await signUp(t, 'sessions@example.com')
      await pay('GET /v1/me/sessions', mine, { token })
      const { sid } = decodeJwt<{ sid: string }>((await signIn(t, user.email)).accessToken)
      await pay('DELETE /v1/me/sessions/:id', `${mine}/${sid}`, { token }, 204)
      await pay('DELETE /v1/me/sessions/:id', `${mine}/${sid}`, { token }, 404)
      await pay('DELETE /v1/me/sessions', mine, { token }, 204)
      const by = { token: await admin() }
      await pay('GET /v1/users/:id/sessions', `/v1/users/${user.id}/sessions`, by)
      const other = decodeJwt<{ sid: string }>((await signIn(t, user.email)).accessToken).sid
      const one = `/v1/users/${user.id}/sessions/${other}`
      await pay('DELETE /v1/users/:id/sessions/:sessionId', one, by, 204)
      await pay('DELETE /v1/users/:id/sessions', `/v1/users/${user.id}/sessions`, by, 204)
    },
  },
  roundTrips: [
    byUser('GET /v1/me/sessions', 200),
    byUser('DELETE /v1/me/sessions', 204),
    {
      route: 'DELETE /v1/me/sessions/:id',
      status: 204,
      async prepare({ signUp }) {
        const { accessToken: token } = await signUp()
        return { methodAndPath: `DELETE /v1/me/sessions/${decodeJwt<{ sid: string }>(token).sid}`, token }
      },
    },
    byAdmin('GET /v1/users/:id/sessions', 200),
    byAdmin('DELETE /v1/users/:id/sessions', 204),
    {
      route: 'DELETE /v1/users/:id/sessions/:sessionId',
      status: 204,
      async prepare({ signUp, admin }) {
        const { accessToken, user } = await signUp()
        const { sid } = decodeJwt<{ sid: string }>(accessToken)
        return { methodAndPath: `DELETE /v1/users/${user.id}/sessions/${sid}`, token: await admin() }
      },
    },
  ],
  runtime: [
    guarantee('an expired session is refused', [], async (tools) => {
      const { accessToken: token, refreshToken, user } = await tools.signUp()
      await tools.client.execute({ sql: 'UPDATE sessions SET expires_at = 1 WHERE user_id = ?', args: [user.id] })
      await tools.refused('GET /v1/me', 'session.expired', { token })
      await tools.refused('POST /v1/auth/refresh', 'session.expired', { body: { refreshToken } })
    }),

    guarantee(
      'a user lists the own sessions, and ends one or all others',
      ['GET /v1/me/sessions', 'DELETE /v1/me/sessions', 'DELETE /v1/me/sessions/:id'],
      async (tools) => {
        const { accessToken: token, user } = await tools.signUp()
        const body = { email: user.email, password: PASSWORD }
        const headers = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0' }
        const opened = async () => (await tools.call<Session>('POST /v1/auth/sign-in', { body, headers })).body
        const [one, two, three] = [await opened(), await opened(), await opened()]
        const list = async () => (await tools.call<ActiveSessions>('GET /v1/me/sessions', { token })).body.items
        expect((await list()).map(({ device, current }) => [device, current]).slice(1)).toEqual(
          Array(3).fill(['Firefox on Linux', false]),
        )
        expect((await tools.call('GET /v1/me', { token: one.accessToken })).status).toBe(200)
        const path = `/v1/me/sessions/${decodeJwt<{ sid: string }>(one.accessToken).sid}`
        expect((await tools.call(`DELETE ${path}`, { token })).status).toBe(204)
        await tools.refused('GET /v1/me', 'session.expired', { token: one.accessToken })
        await tools.refused(`DELETE ${path}`, 'session.not_found', { token })
        const stranger = await tools.signUp()
        const theirs = `/v1/me/sessions/${decodeJwt<{ sid: string }>(two.accessToken).sid}`
        await tools.refused(`DELETE ${theirs}`, 'session.not_found', { token: stranger.accessToken })
        expect((await tools.call('DELETE /v1/me/sessions', { token })).status).toBe(204)
        for (const { refreshToken } of [two, three])
          await tools.refused('POST /v1/auth/refresh', 'session.expired', { body: { refreshToken } })
        expect((await list()).map(({ current }) => current)).toEqual([true])
      },
    ),

    guarantee(
      'an administrator sees the sessions of a user, and ends one or every one',
      ['GET /v1/users/:id/sessions', 'DELETE /v1/users/:id/sessions', 'DELETE /v1/users/:id/sessions/:sessionId'],
      async (tools) => {
        const { accessToken: token } = await tools.admin()
        const { user, accessToken } = await tools.signUp()
        expect((await tools.call('GET /v1/me', { token: accessToken })).status).toBe(200)
        const seen = await tools.call<ActiveSessions>(`GET /v1/users/${user.id}/sessions`, { token })
        expect(seen.body.items.map(({ current, kind }) => ({ current, kind }))).toEqual([
          { current: false, kind: 'token' },
        ])
        const body = { email: user.email, password: PASSWORD }
        const other = (await tools.call<Session>('POST /v1/auth/sign-in', { body })).body.accessToken
        const one = `DELETE /v1/users/${user.id}/sessions/${decodeJwt<{ sid: string }>(other).sid}`
        const stranger = await tools.signUp()
        await tools.refused(one.replace(user.id, stranger.user.id), 'session.not_found', { token })
        expect((await tools.call(one, { token })).status).toBe(204)
        await tools.refused('GET /v1/me', 'session.expired', { token: other })
        await tools.refused(one, 'session.not_found', { token })
        expect((await tools.call('GET /v1/me', { token: accessToken })).status).toBe(200)
        expect((await tools.call(`DELETE /v1/users/${user.id}/sessions`, { token })).status).toBe(204)
        await tools.refused('GET /v1/me', 'session.expired', { token: accessToken })
      },
    ),
  ],
  nothingToTrust: {
    known_devices:
      'the origin of sign-ins: it opens no session, and is deleted with a first password and the end of anonymity',
  },
  mails: { 'new-device': PLACE },
})
