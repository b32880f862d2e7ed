import { ConfigError } from '../config.ts'
import { catalogue } from '../errors.ts'
import { systemClock } from '../platform/clock.ts'
import { createRandom } from '../platform/random.ts'

/**
 * For platforms that start a function only when it is asked: where the environment is wrong, every request is told that
 * this is not ready, and the log which variable. Rethrows what is no `ConfigError`.
 */
export function misconfigured(error: unknown): (request: Request) => Promise<Response> {
  if (!(error instanceof ConfigError)) throw error
  const random = createRandom(systemClock)
  const { status, title } = catalogue['server.not_ready']
  return async ({ url }) => {
    console.error(`Threeger ID cannot start. ${error.message}`)
    const body = {
      type: `${new URL(url).origin}/docs/errors#server.not_ready`,
      title,
      status,
      code: 'server.not_ready',
      errors: [{ path: '/environment', message: 'A variable is missing or wrong; the log names it' }],
      requestId: random.requestId(),
    }
    return new Response(JSON.stringify(body), {
      status,
      headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store', 'retry-after': '60' },
    })
  }
}
