import { expect } from 'bun:test'
import { guarantee } from '../../runtime/case.ts'

interface Stats {
  totals: { users: number; organisations: number; sessions: number }
  days: { date: string; signIns: number; signInFailures: number; signUps: number; activeSessions: number | null }[]
}

export const statsCases = [
  guarantee(
    'an administrator reads how much the server is used; a sign-up and a refused sign-in count today',
    ['GET /v1/stats'],
    async ({ admin, signUp, call, refused }) => {
      const { accessToken: token } = await admin()
      const read = async () => (await call<Stats>('GET /v1/stats?days=3', { token })).body
      const before = await read()
      const { accessToken: theirs, user } = await signUp()
      await refused('POST /v1/auth/sign-in', 'auth.invalid_credentials', {
        body: { email: user.email, password: 'not the right password' },
      })
      await refused('GET /v1/stats', 'auth.forbidden', { token: theirs })
      await refused('GET /v1/stats?days=0', 'request.invalid', { token })
      const after = await read()
      expect(after.days.map(({ date }) => date)).toEqual(before.days.map(({ date }) => date))
      expect(after.totals.users).toBeGreaterThan(before.totals.users)
      expect(after.totals.sessions).toBeGreaterThan(before.totals.sessions)
      const [was, is] = [before.days.at(-1), after.days.at(-1)]
      // Other cases of the suite may run at the same time.
      for (const count of ['signIns', 'signInFailures', 'signUps'] as const)
        expect(is?.[count], count).toBeGreaterThan(was?.[count] ?? Number.POSITIVE_INFINITY)
      expect(is?.activeSessions).toBe(after.totals.sessions)
    },
  ),
]
