/** For monitoring, with a token of its own: the numbers tell how many people use the server. */
import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { access } from '../../http/access.ts'
import { failures } from '../../http/responses.ts'
import { equalBytes } from '../../lib/constant-time.ts'
import { utf8 } from '../../lib/encoding.ts'
import { EXPOSITION, expositionOf } from './exposition.ts'
import { measure } from './measure.ts'
import { Metrics } from './schema.ts'

export const routes = (deps: Deps) => {
  const token = deps.config.variables.METRICS_TOKEN
  return new Elysia({ name: 'metrics', normalize: false }).use(access(deps)).get(
    '/metrics',
    async ({ request }) => {
      if (token === undefined) throw problem('request.not_found')
      const [, shown = ''] = /^Bearer +(\S+)$/i.exec(request.headers.get('authorization') ?? '') ?? []
      if (!equalBytes(utf8(shown), utf8(token)))
        throw problem('metrics.token_invalid', { headers: { 'www-authenticate': 'Bearer' } })
      return new Response(expositionOf(await measure(deps)), {
        headers: { 'content-type': EXPOSITION, 'cache-control': 'no-store' },
      })
    },
    {
      public: true,
      response: { 200: Metrics, ...failures('request.not_found', 'metrics.token_invalid') },
      detail: {
        tags: ['Metrics'],
        operationId: 'readMetrics',
        summary: 'Read the metrics of this process',
        description:
          'Needs `METRICS_TOKEN` as bearer token; without that variable there is no such page. Each process shows its own numbers, and those of the jobs, which all share. While the database does not answer, the numbers of the process are there and `threeger_database_up` is 0.',
      },
    },
  )
}
