import { ConfigError } from '../../config.ts'
import { refusal } from './refusal.ts'

/**
 * For platforms that start a function only when it is asked: where the environment is wrong, every request is told that
 * this is not ready, and the log which variable. Rethrows what is no `ConfigError`.
 */
export function misconfigured(error: unknown): (request: Request) => Promise<Response> {
  if (!(error instanceof ConfigError)) throw error
  return async ({ url }) => {
    console.error(`Threeger ID cannot start. ${error.message}`)
    return refusal('server.not_ready', {
      // The client chooses the Host header, so this text may be no valid URL.
      appUrl: URL.canParse(url) ? new URL(url).origin : undefined,
      errors: [{ path: '/environment', message: 'A variable is missing or wrong; the log names it' }],
      headers: { 'retry-after': '60' },
    })
  }
}
