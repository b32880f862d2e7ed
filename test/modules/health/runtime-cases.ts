import { expect } from 'bun:test'
import { guarantee } from '../../runtime/case.ts'

export const healthCases = [
  guarantee(
    'alive and ready, database, migrations and keys checked',
    ['GET /livez', 'GET /readyz'],
    async ({ call }) => {
      const alive = await call('GET /livez')
      expect([alive.status, alive.body]).toEqual([200, { status: 'ok' }])
      const ready = await call('GET /readyz')
      expect([ready.status, ready.body]).toEqual([
        200,
        { status: 'ok', checks: { database: 'ok', migrations: 'ok', keys: 'ok' }, warnings: [] },
      ])
      expect(ready.headers.get('cache-control')).toBe('no-store')
    },
  ),

  guarantee('HEAD answers as GET does, without a body', [], async ({ call }) => {
    for (const path of ['/livez', '/.well-known/jwks.json', '/openapi.json', '/docs']) {
      const [head, get] = [await call(`HEAD ${path}`), await call(`GET ${path}`)]
      expect([head.status, head.text], path).toEqual([200, ''])
      expect(head.headers.get('content-type'), path).toBe(get.headers.get('content-type'))
    }
    expect((await call('HEAD /v1/me')).status).toBe(401)
  }),

  guarantee(
    'a request id that is sent comes back, and one that could forge a log line does not',
    [],
    async ({ call }) => {
      const ours = await call('GET /livez', { headers: { 'x-request-id': 'trace-0123456789' } })
      expect(ours.headers.get('x-request-id')).toBe('trace-0123456789')
      const forged = await call('GET /livez', { headers: { 'x-request-id': 'a b=c' } })
      expect(forged.headers.get('x-request-id')).not.toContain('a b')
      const [one, two] = [await call('GET /livez'), await call('GET /livez')]
      expect(one.headers.get('x-request-id')).not.toBe(two.headers.get('x-request-id'))
    },
  ),
]
