import type { Deps } from '../../deps.ts'
import { Problem, problem } from '../../errors.ts'
import { isLoopbackUrl } from '../../lib/loopback.ts'
import { readBounded } from '../../lib/read-bounded.ts'

const TIMEOUT_MS = 4_000
/** Keys and metadata have some kilobytes. A megabyte would be an attack or a mistake. */
const MAX_BYTES = 256 * 1024
/** `createForeignFetch` sends no request to a host for this long after a failure. */
const RETRY_SECONDS = 30

/**
 * Sends one request to a provider. It ends after 4 s, uses https (http only for the local machine, outside
 * production), follows no redirect, and reads at most 256 KiB of the decoded answer. Throws `provider.unavailable`
 * for temporary failures (time-outs, 429 and 5xx), and `provider.answer_invalid` for all others.
 */
export async function fetchFromProvider(
  { fetch, config }: Pick<Deps, 'fetch' | 'config'>,
  url: string,
  init: RequestInit,
): Promise<Response> {
  const { protocol } = new URL(url)
  if (protocol !== 'https:' && (config.production || !isLoopbackUrl(new URL(url))))
    throw problem('provider.answer_invalid', { cause: new Error(`not over TLS: ${url}`) })
  try {
    const answer = await fetch(url, { ...init, redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) })
    const { status, headers } = answer
    if (answer.type === 'opaqueredirect' || (status >= 300 && status < 400)) {
      await answer.body?.cancel()
      throw problem('provider.answer_invalid', { cause: new Error(`${hostOf(url)} redirects`) })
    }
    if (status === 429 || status >= 500) {
      await answer.body?.cancel()
      throw new Error(`${hostOf(url)} answered ${status}`)
    }
    return new Response(await readAnswer(answer, url), { status, headers })
  } catch (cause) {
    if (cause instanceof Problem) throw cause
    throw problem('provider.unavailable', { retryAfterSeconds: RETRY_SECONDS, cause })
  }
}

/** The host of the URL. The path may contain a token, so it is not logged. */
const hostOf = (url: string): string => new URL(url).host

async function readAnswer({ body }: Response, url: string): Promise<Uint8Array<ArrayBuffer> | null> {
  if (body === null) return null
  const whole = await readBounded(body, MAX_BYTES)
  if (whole === undefined)
    throw problem('provider.answer_invalid', { cause: new Error(`${hostOf(url)} sent too much data`) })
  return whole
}
