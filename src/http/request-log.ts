import { Elysia } from 'elysia'
import type { Deps } from '../deps.ts'
import { requestContext } from './request-context.ts'

/**
 * One line a request, at `debug`. The route only: paths and queries hold what somebody searched for, or a secret pasted
 * into the wrong place. Mounted only when it would be seen, because even an unseen line costs a hook on every request.
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
        // A redirect and an empty answer are responses of their own, which `set` knows nothing of.
        status: responseValue instanceof Response ? responseValue.status : (set.status ?? 200),
        ms: clock.now() - startedAt,
        requestId,
      })
    })
}
