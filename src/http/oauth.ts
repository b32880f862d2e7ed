/** Answers of the OAuth endpoints: JSON in the form of their RFCs, also for refusals. */
import type { Deps } from '../deps.ts'
import { type Parameters, readParameters } from '../lib/form-parameters.ts'
import { OAuthError, whyRefused } from '../lib/oauth-error.ts'

/** JSON that nobody caches (RFC 6749 §5.1). The headers of every answer come from `requests`. */
export const oauthJson = (body: unknown, status = 200, headers: Record<string, string> = {}): Response =>
  Response.json(body, { status, headers: { 'cache-control': 'no-store', pragma: 'no-cache', ...headers } })

/** The context of the request: `set` has the headers that every answer gets. */
interface Answering {
  requestId: string
  set: { headers: Record<string, string | number | string[] | undefined> }
}

/** Runs the handler of an endpoint. A refusal becomes its answer, and the log says why. */
export async function answering(
  { log }: Pick<Deps, 'log'>,
  { requestId, set }: Answering,
  handler: () => Promise<Response>,
): Promise<Response> {
  try {
    return complete(await handler(), set)
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error
    log.info('oauth request refused', {
      requestId,
      error: error.error,
      description: error.message,
      ...whyRefused(error.options.cause),
    })
    return complete(refusal(error), set)
  }
}

/**
 * Moves the headers of `set` into the answer, whose own come first. Elysia would do the same with a copy of the answer, which
 * costs some 7 µs. A list, such as cookies, is left to it.
 */
function complete(response: Response, set: Answering['set']): Response {
  const left: Answering['set']['headers'] = {}
  for (const name in set.headers) {
    const value = set.headers[name]
    if (typeof value !== 'string') left[name] = value
    else if (!response.headers.has(name)) response.headers.set(name, value)
  }
  set.headers = left
  return response
}

export const refusal = ({ error, message, status, options }: OAuthError): Response =>
  oauthJson({ error, error_description: message, ...options.more }, status, options.headers)

/** The parameters of a form body, which `bodies` hands on as text. */
export const formOf = (body: unknown): Parameters =>
  readParameters(new URLSearchParams(typeof body === 'string' ? body : ''))
