import { expect } from 'bun:test'
import { PASSWORD, type Session, type User } from '../../support/client.ts'
import { guarantee } from '../../runtime/case.ts'

export const meCases = [
  guarantee(
    'a user reads and changes the own account, and no protected field',
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
]
