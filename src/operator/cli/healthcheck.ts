/** Checks whether a server on this machine is ready. For container engines, because the image has no shell and no curl. */
import { Environment } from '../../config.ts'

const PATIENCE_MS = 3_000
/** A server that listens on every address also listens on the loopback address. */
const LOOPBACK: Record<string, string> = { '0.0.0.0': '127.0.0.1', '::': '[::1]' }

/** Sends GET /readyz to the HOST and PORT of the server. Never throws: the report has the answer or the error. */
export async function checkHealth(
  env: Record<string, string | undefined>,
): Promise<{ ready: boolean; report: string }> {
  const host = (env.HOST || String(Environment.properties.HOST.default)).replace(/^\[(.*)\]$/, '$1')
  const port = env.PORT || String(Environment.properties.PORT.default)
  const scheme = env.TLS_CERT ? 'https' : 'http'
  const url = `${scheme}://${LOOPBACK[host] ?? (host.includes(':') ? `[${host}]` : host)}:${port}/readyz`
  try {
    const response = await fetch(url, {
      signal: AbortSignal.timeout(PATIENCE_MS),
      redirect: 'error',
      // The certificate is for the public name, and this is the loopback address.
      tls: { rejectUnauthorized: false },
    })
    return { ready: response.status === 200, report: `${url} answered ${response.status}: ${await response.text()}` }
  } catch (error) {
    return { ready: false, report: `${url}: ${error instanceof Error ? error.message : String(error)}` }
  }
}
