import { expect } from 'bun:test'
import { guarantee } from '../../runtime/case.ts'

export const metricsCases = [
  guarantee('a server without METRICS_TOKEN shows no numbers', ['GET /metrics'], async ({ call }) => {
    const answer = await call('GET /metrics', { headers: { authorization: 'Bearer undefined' } })
    expect([answer.status, answer.body]).toMatchObject([404, { code: 'request.not_found' }])
  }),
]
