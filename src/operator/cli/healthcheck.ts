/** Asks a server on this machine whether it is ready, for container engines: an image without a shell has no curl. */
import { Environment } from '../../config.ts'

const PATIENCE_MS = 3_000
/** Listening on every address includes this one. */
const LOOPBACK: Record<string, string> = { '0.0.0.0': '127.0.0.1', '::': '[::1]' }

/** GET /readyz with the HOST and PORT the server was started with. Fails nothing: the report says what was found. */
export async function checkHealth(
  env: Record<string, string | undefined>,
): Promise<{ ready: boolean; report: string }> {
  const host = (env.HOST || String(Environment.properties.HOST.default)).replace(/^\[(.*)\]$/, '$1')
  const port = env.PORT || String(Environment.properties.PORT.default)
  const url = `http://${LOOPBACK[host] ?? (host.includes(':') ? `[${host}]` : host)}:${port}/readyz`
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS), redirect: 'error' })
    return { ready: response.status === 200, report: `${url} answered ${response.status}: ${await response.text()}` }
  } catch (error) {
    return { ready: false, report: `${url}: ${error instanceof Error ? error.message : String(error)}` }
  }
}
