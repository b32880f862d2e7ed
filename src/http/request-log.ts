import { Elysia } from 'elysia'
import type { Deps } from '../deps.ts'
import { requestContext } from './request-context.ts'

/**
 * One line for each request, at `debug`. It has the route, but not the path and query: these hold search terms, or a
 * secret that was pasted into the wrong place. The hook is added only for the level `debug`, because it costs time on
 * every request.
 */
export function requestLog({ config, clock, log }: Pick<Deps, 'config' | 'clock' | 'log'>) {
  const app = new Elysia({ name: 'request-log' }).use(requestContext()).decorate('startedAt', 0)
  if (config.logLevel !== 'debug') return app
  return app
    .onRequest((context) => {
      context.startedAt = clock.now()
    })
    .onAfterResponse({ as: 'global' }, ({ request, route, set, startedAt, requestId, responseValue }) => {
      log.debug(`${request.method} ${route || '(no route)'}`, {
        // A redirect and an empty answer are separate Response objects, and `set` does not have their status.
        status: responseValue instanceof Response ? responseValue.status : (set.status ?? 200),
        // What `requests` refuses ends before the hook above.
        ms: startedAt === 0 ? 0 : clock.now() - startedAt,
        requestId,
      })
    })
}
