import { expect } from 'bun:test'
import type { User } from '../../support/client.ts'
import { guarantee } from '../../runtime/case.ts'

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
