import { expect } from 'bun:test'
import { hashToken } from '../../../src/lib/tokens.ts'
import { guarantee } from '../../runtime/case.ts'
import type { Tools } from '../../runtime/tools.ts'
import { call, type Session, signUp } from '../../support/client.ts'
import { defineContract } from '../../support/contract.ts'

const refresh = ({ call }: Tools, refreshToken: string) =>
  call<Session>('POST /v1/auth/refresh', { body: { refreshToken } })

/** Moves a rotation into the past: here the clock is the real one. */
const ageRotation = async ({ client }: Tools, refreshToken: string, ms: number) => {
  const changed = await client.execute({
    sql: 'UPDATE session_tokens SET rotated_at = rotated_at - ? WHERE hash = ? RETURNING hash',
    args: [ms, await hashToken(refreshToken)],
  })
  expect(changed.rows.length).toBe(1)
}

export const contract = defineContract({
  access: { 'POST /v1/auth/refresh': 'public' }, // its credential is the refresh token
  writes: {
    budget: { 'POST /v1/auth/refresh': 2 }, // the read comes first: an unknown token must not cost a write
    ask: async ({ t, pay }) => {
      const { refreshToken } = await signUp(t, 'refreshes@example.com')
      const { body: successor } = await call<Session>(t, 'POST /v1/auth/refresh', { body: { refreshToken } })
      await pay('POST /v1/auth/refresh', '/v1/auth/refresh', { body: { refreshToken } }) // again, within the grace
      await pay('POST /v1/auth/refresh', '/v1/auth/refresh', { body: { refreshToken: successor.refreshToken } })
      await pay('POST /v1/auth/refresh', '/v1/auth/refresh', { body: { refreshToken: 'unknown' } }, 401)
      t.clock.advance(11_000)
      await pay('POST /v1/auth/refresh', '/v1/auth/refresh', { body: { refreshToken } }, 401) // again, too late
    },
  },
  roundTrips: [
    {
      route: 'POST /v1/auth/refresh',
      status: 200,
      prepare: async ({ signUp }) => ({
        methodAndPath: 'POST /v1/auth/refresh',
        body: { refreshToken: (await signUp()).refreshToken },
      }),
    },
  ],
  runtime: [
    guarantee(
      'ten refreshes at once within the grace give one successor and end no session',
      ['POST /v1/auth/refresh'],
      async (tools) => {
        const { refreshToken, user } = await tools.signUp()
        const answers = await Promise.all(Array.from({ length: 10 }, () => refresh(tools, refreshToken)))
        expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200))
        const successors = new Set(answers.map(({ body }) => body.refreshToken))
        expect(successors.size).toBe(1)
        const [successor = ''] = successors
        const next = await refresh(tools, successor)
        expect([next.status, next.body.user]).toEqual([200, user])
        expect((await tools.call('GET /v1/me', { token: next.body.accessToken })).status).toBe(200)
      },
    ),

    guarantee('a spent refresh token after the grace ends the family', ['POST /v1/auth/refresh'], async (tools) => {
      const { refreshToken } = await tools.signUp()
      const successor = (await refresh(tools, refreshToken)).body
      await ageRotation(tools, refreshToken, 10_001)
      // The successor was never used: the answer that carried it was lost.
      const again = await refresh(tools, refreshToken)
      expect([again.status, again.body.refreshToken]).toEqual([200, successor.refreshToken])
      const next = (await refresh(tools, successor.refreshToken)).body
      const reused = { body: { refreshToken } }
      const { headers } = await tools.refused('POST /v1/auth/refresh', 'session.reused', reused)
      expect(headers.get('www-authenticate')).toStartWith('Bearer error="invalid_token"')
      await tools.refused('POST /v1/auth/refresh', 'session.expired', { body: { refreshToken: next.refreshToken } })
      await tools.refused('GET /v1/me', 'session.expired', { token: next.accessToken })
      await tools.refused('POST /v1/auth/refresh', 'session.expired', { body: { refreshToken: 'unknown' } })
    }),
  ],
})
