import { expect } from 'bun:test'
import { decodeJwt } from 'jose'
import type { ActiveSessions } from '../../../src/modules/sessions/schema.ts'
import { PASSWORD, type Session, type User } from '../../support/client.ts'
import { guarantee } from '../case.ts'

export const meCases = [
  guarantee(
    'people read and change their own account, and nothing they may not',
    ['GET /v1/me', 'PATCH /v1/me'],
    async (tools) => {
      const { accessToken: token, user } = await tools.signUp('Ada')
      const me = await tools.call<User>('GET /v1/me', { token })
      expect([me.body, me.headers.get('etag')]).toEqual([user, '"1"'])
      const changed = await tools.call<User>('PATCH /v1/me', { token, body: { name: 'Grace 🦋' } })
      expect([changed.status, changed.body.name, changed.headers.get('etag')]).toEqual([200, 'Grace 🦋', '"2"'])
      expect((await tools.call<User>('GET /v1/me', { token })).body.name).toBe('Grace 🦋')
      const stale = { token, body: { name: 'X' }, headers: { 'if-match': '"1"' } }
      await tools.refused('PATCH /v1/me', 'user.changed', stale)
      for (const field of ['roles', 'emailVerified', 'status'])
        await tools.refused('PATCH /v1/me', 'request.invalid', { token, body: { name: 'X', [field]: ['admin'] } })
    },
  ),

  guarantee(
    'in production an account is read alike from the database and from memory, and refused alike',
    ['GET /v1/me'],
    async (tools) => {
      const { baseUrl } = await tools.secure()
      const { user } = await tools.admin() // whose e-mail is verified
      const body = { email: user.email, password: PASSWORD }
      const { accessToken: token } = (await tools.call<Session>('POST /v1/auth/sign-in', { baseUrl, body })).body
      const first = await tools.call<User>('GET /v1/me', { baseUrl, token })
      expect([first.status, first.body.id]).toEqual([200, user.id])
      for (let turn = 0; turn < 3; turn++) {
        const again = await tools.call<User>('GET /v1/me', { baseUrl, token })
        expect([again.status, again.body]).toEqual([200, first.body])
        expect([...again.headers.keys()].sort()).toEqual([...first.headers.keys()].sort())
      }
      for (const wrong of [undefined, 'nonsense', `${token}x`]) {
        const refused = await tools.call('GET /v1/me', { baseUrl, token: wrong })
        expect([refused.status, refused.headers.get('content-type')]).toEqual([401, 'application/problem+json'])
        expect(refused.headers.get('www-authenticate')).toStartWith('Bearer')
      }
      expect((await tools.call('POST /v1/auth/sign-out', { baseUrl, token })).status).toBe(204)
      expect((await tools.call('GET /v1/me', { baseUrl, token })).status).toBe(401)
    },
  ),

  guarantee('an account is deleted by its owner after a fresh sign-in alone', ['DELETE /v1/me'], async (tools) => {
    const { accessToken: token, user } = await tools.signUp()
    const age = 'UPDATE sessions SET authenticated_at = authenticated_at - 601000 WHERE user_id = ?'
    await tools.client.execute({ sql: age, args: [user.id] })
    await tools.refused('DELETE /v1/me', 'auth.fresh_session_required', { token })
    const fresh = await tools.signUp()
    const gone = await tools.call('DELETE /v1/me', { token: fresh.accessToken })
    expect([gone.status, gone.text]).toEqual([204, ''])
    await tools.refused('GET /v1/me', 'session.expired', { token: fresh.accessToken })
  }),

  guarantee(
    'people see where they are signed in, and end one session or all others',
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

  guarantee('people change their password, and every other session ends', ['POST /v1/me/password'], async (tools) => {
    const { accessToken: token, user } = await tools.signUp()
    const signedIn = (password: string) =>
      tools.call<Session>('POST /v1/auth/sign-in', { body: { email: user.email, password } })
    const other = (await signedIn(PASSWORD)).body
    const newPassword = 'an entirely different 密码 🔑'
    const wrong = { token, body: { currentPassword: `${PASSWORD}!`, newPassword } }
    await tools.refused('POST /v1/me/password', 'auth.invalid_credentials', wrong)
    const weak = { token, body: { currentPassword: PASSWORD, newPassword: 'password1234' } }
    await tools.refused('POST /v1/me/password', 'user.password_refused', weak)
    const body = { currentPassword: PASSWORD, newPassword }
    expect((await tools.call('POST /v1/me/password', { token, body })).status).toBe(204)
    await tools.refused('GET /v1/me', 'session.expired', { token: other.accessToken })
    expect((await tools.call('GET /v1/me', { token })).status).toBe(200)
    expect([(await signedIn(PASSWORD)).status, (await signedIn(newPassword)).status]).toEqual([401, 200])
  }),

  guarantee(
    'people carry off everything held about them, however much, after a fresh sign-in alone',
    ['GET /v1/me/export'],
    async (tools) => {
      const { accessToken: token, user } = await tools.signUp('Ada 🦋')
      const events = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200)
        INSERT INTO events (id, type, result, at, actor_id, user_id, data)
        SELECT ? || i, 'session.refreshed', 'success', ?, ?, ?, '{}' FROM n`
      // Of today: old ones are deleted by the scheduled jobs of a server.
      await tools.client.execute({ sql: events, args: [`evt_${user.id}_`, Date.now(), user.id, user.id] })
      const { status, headers, body, text } = await tools.call<{ user: User; sessions: unknown[]; events: unknown[] }>(
        'GET /v1/me/export',
        { token },
      )
      expect([status, headers.get('content-disposition')]).toEqual([
        200,
        `attachment; filename="account-${user.id}.json"`,
      ])
      expect(body.user).toMatchObject(user)
      expect(body.sessions).toHaveLength(1)
      expect(body.events.length).toBeGreaterThanOrEqual(1202)
      expect(text).not.toContain('$argon2')
      const age = 'UPDATE sessions SET authenticated_at = authenticated_at - 601000 WHERE user_id = ?'
      const stale = await tools.signUp()
      await tools.client.execute({ sql: age, args: [stale.user.id] })
      await tools.refused('GET /v1/me/export', 'auth.fresh_session_required', { token: stale.accessToken })
    },
  ),
]
