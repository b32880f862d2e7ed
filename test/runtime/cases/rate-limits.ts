import { expect } from 'bun:test'
import { guarantee } from '../case.ts'

const told = (headers: Headers) => ['ratelimit', 'ratelimit-policy'].map((name) => headers.get(name))

export const rateLimitCases = [
  guarantee(
    'ten wrong guesses at once are five guesses, for an unknown and for a known account',
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
        expect(told(headers)).toEqual([`"guess:account+address";r=0;t=${reset}`, '"guess:account+address";q=5;w=60'])
      }
    },
  ),

  guarantee('an account gets its remaining points', ['GET /v1/me'], async ({ signUp, call }) => {
    const { accessToken: token } = await signUp()
    const [first, second] = [await call('GET /v1/me', { token }), await call('GET /v1/me', { token })]
    const [limit, policy] = told(first.headers)
    expect(policy).toBe('"requests:account";q=60000;w=60')
    expect(limit).toMatch(/^"requests:account";r=59999;t=(?:[1-9]|[1-5]\d|60)$/)
    expect(second.headers.get('ratelimit')).toStartWith('"requests:account";r=59998;t=')
    expect(told((await call('GET /livez')).headers)).toEqual([null, null])
  }),
]
