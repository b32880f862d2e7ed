import { expect } from 'bun:test'
import { guarantee } from '../../runtime/case.ts'
import { byUser } from '../../runtime/round-trips/operation.ts'
import { signUp, type User } from '../../support/client.ts'
import { defineContract } from '../../support/contract.ts'

export const contract = defineContract({
  access: { 'GET /v1/me/export': 'fresh-session' },
  writes: {
    // And one more for each further 500 rows of a section, while the document is being sent.
    budget: { 'GET /v1/me/export': 2 },
    ask: async ({ t, pay }) => {
      const { accessToken: token } = await signUp(t, 'export@example.com')
      await pay('GET /v1/me/export', '/v1/me/export', { token })
    },
  },
  roundTrips: [byUser('GET /v1/me/export', 200)],
  runtime: [
    guarantee(
      'a user exports all own data of any size, only after a fresh sign-in',
      ['GET /v1/me/export'],
      async (tools) => {
        const { accessToken: token, user } = await tools.signUp('Ada 🦋')
        const events = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200)
          INSERT INTO events (id, type, result, at, actor_id, user_id, data)
          SELECT ? || i, 'session.refreshed', 'success', ?, ?, ?, '{}' FROM n`
        // Of today: old ones are deleted by the scheduled jobs of a server.
        await tools.client.execute({ sql: events, args: [`evt_${user.id}_`, Date.now(), user.id, user.id] })
        const { status, headers, body, text } = await tools.call<{
          user: User
          sessions: unknown[]
          events: unknown[]
        }>('GET /v1/me/export', { token })
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
  ],
})
