import type { Deps } from '../../deps.ts'
import { Problem, problem } from '../../errors.ts'
import { isLoopbackUrl } from '../../lib/loopback.ts'
import { readBounded } from '../../lib/read-bounded.ts'

const TIMEOUT_MS = 4_000
/** Keys and metadata are some kilobytes; a megabyte of them is an attack or a mistake. */
const MAX_BYTES = 256 * 1024
/** `createForeignFetch` leaves a host alone this long after it failed. */
const RETRY_SECONDS = 30

/**
 * One request to a provider: within 4 s, https (http only to this machine, outside production), no redirect followed, and
 * an answer of 256 KiB at most, however it is encoded. Throws `provider.unavailable` for what may pass, which is time-outs,
 * 429 and 5xx, and `provider.answer_invalid` for the rest.
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

/** Of whom it is, never the path: a token may stand there. */
const hostOf = (url: string): string => new URL(url).host

async function readAnswer({ body }: Response, url: string): Promise<Uint8Array<ArrayBuffer> | null> {
  if (body === null) return null
  const whole = await readBounded(body, MAX_BYTES)
  if (whole === undefined)
    throw problem('provider.answer_invalid', { cause: new Error(`${hostOf(url)} answers too much`) })
  return whole
}
