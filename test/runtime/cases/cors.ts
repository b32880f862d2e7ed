import { expect } from 'bun:test'
import { guarantee } from '../case.ts'
import { PAGE } from '../tools.ts'

const allowed = ({ headers }: { headers: Headers }) => headers.get('access-control-allow-origin')

export const corsCases = [
  guarantee('the preflight of an allowed page names methods and headers', [], async ({ call }) => {
    const headers = { origin: PAGE, 'access-control-request-method': 'PATCH' }
    const answer = await call('OPTIONS /v1/me', { headers })
    expect([answer.status, answer.text, allowed(answer)]).toEqual([204, '', PAGE])
    expect(answer.headers.get('access-control-allow-methods')).toBe('GET, POST, PATCH, DELETE')
    expect(answer.headers.get('access-control-allow-headers')).toContain('Idempotency-Key')
    expect(answer.headers.get('access-control-max-age')).toBe('600')
  }),

  guarantee('an allowed page reads every answer, with credentials, and no other page any', [], async ({ call }) => {
    for (const what of ['GET /livez', 'GET /v1/me', 'GET /nope', 'PUT /v1/me']) {
      const answer = await call(what, { headers: { origin: PAGE } })
      expect([allowed(answer), answer.headers.get('access-control-allow-credentials')]).toEqual([PAGE, 'true'])
      expect(answer.headers.get('access-control-expose-headers')).toContain('ETag')
      for (const origin of ['https://evil.example', `${PAGE}.evil.example`, 'null', '*']) {
        const strange = await call(what, { headers: { origin } })
        expect(allowed(strange), origin).toBeNull()
        expect(strange.headers.get('vary'), origin).toContain('Origin')
      }
    }
  }),
]
