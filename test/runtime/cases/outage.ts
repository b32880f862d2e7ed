import { expect } from 'bun:test'
import { expectProblem } from '../../http/support/send.ts'
import { PASSWORD } from '../../support/client.ts'
import { guarantee } from '../case.ts'
import { APP_URL } from '../tools.ts'

/** Last: the database does not come back. */
export const outageCases = [
  guarantee('without its database: 503 with Retry-After, alive but not ready, never a crash', [], async (tools) => {
    const { accessToken: token } = await tools.signUp()
    await tools.stopDatabase()
    const body = { email: 'admin@example.com', password: PASSWORD }
    for (const [what, ask] of [
      ['GET /v1/me', { token }],
      ['POST /v1/auth/sign-in', { body }],
      ['POST /v1/auth/refresh', { body: { refreshToken: 'A'.repeat(43) } }], // of the form of a token, or the database is not asked
      ['GET /readyz', {}],
    ] as const) {
      const answer = await tools.callInOutage(what, ask)
      expect(answer.status, what).toBe(503)
      expect(answer.headers.get('retry-after'), what).toBe('1')
      const code = what === 'GET /readyz' ? 'server.not_ready' : 'server.unavailable'
      expect(expectProblem(answer, APP_URL).code).toBe(code)
    }
    expect((await tools.call('GET /livez')).status).toBe(200)
    expect((await tools.call('GET /openapi.json')).status).toBe(200)
  }),
]
