import { expect } from 'bun:test'
import { guarantee } from '../case.ts'

const told = (headers: Headers) =>
  ['limit', 'remaining', 'reset', 'policy'].map((name) => headers.get(`ratelimit-${name}`))

export const rateLimitCases = [
  guarantee(
    'ten wrong guesses at once are five guesses, for a stranger and for somebody',
    ['POST /v1/auth/sign-in'],
    async (tools) => {
      const { user } = await tools.signUp()
      for (const email of [user.email, tools.newEmail()]) {
        const body = { email, password: 'not the password' }
        const answers = await Promise.all(
          Array.from({ length: 10 }, () => tools.call('POST /v1/auth/sign-in', { body })),
        )
        expect(answers.map(({ status }) => status).sort()).toEqual([...Array(5).fill(401), ...Array(5).fill(429)])
        const { headers } = await tools.refused('POST /v1/auth/sign-in', 'request.rate_limited', { body })
        const reset = Number(headers.get('retry-after'))
        expect(reset).toBeWithin(1, 61)
        expect(told(headers)).toEqual(['5', '0', String(reset), '5;w=60'])
      }
    },
  ),

  guarantee('an account is told what it has left', ['GET /v1/me'], async ({ signUp, call }) => {
    const { accessToken: token } = await signUp()
    const [first, second] = [await call('GET /v1/me', { token }), await call('GET /v1/me', { token })]
    const [limit, remaining, reset, policy] = told(first.headers)
    expect([limit, remaining, policy]).toEqual(['60000', '59999', '60000;w=60'])
    expect(Number(reset)).toBeWithin(1, 61)
    expect(second.headers.get('ratelimit-remaining')).toBe('59998')
    expect(told((await call('GET /livez')).headers)).toEqual([null, null, null, null])
  }),
]
