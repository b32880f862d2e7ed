/**
 * What the constructor of `Request` refuses and HTTP does not: other runtimes have a Request for it, and answer. Here such
 * an event would end the function with an error, which API Gateway turns into a 502.
 */
import type { AwsLambdaEvent } from 'srvx/aws-lambda'

/** No `Request` can have these methods (Fetch Standard §2.2.1), … */
const FORBIDDEN = /^(?:connect|trace|track)$/i
/** … so this stands in for them, which every runtime knows and no route takes. */
const UNTAKEN = 'PROPFIND'

/** The event as a Request can be made of it, or what is wrong with it. */
export function constructible(event: AwsLambdaEvent): AwsLambdaEvent | { refused: string } {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(event.headers ?? {})) {
    if (value === undefined || value === null) continue
    const bytes = asBytes(String(value))
    if (!isHeader(name, bytes)) return { refused: 'A header holds characters that HTTP does not allow' }
    headers[name] = bytes
  }
  const cookies = 'cookies' in event ? event.cookies?.map(asBytes) : undefined
  if (cookies?.some((cookie) => !isHeader('cookie', cookie)))
    return { refused: 'A cookie holds characters that HTTP does not allow' }
  const method = methodOf(event)
  const sent = { ...event, headers, ...(cookies === undefined ? {} : { cookies }) } as AwsLambdaEvent // its own fields
  // RFC 9110 §9.3.1: a body of GET has no meaning. Fetch has no Request for it.
  if (/^(?:get|head)$/i.test(method)) delete sent.body
  return FORBIDDEN.test(method) ? withMethod(sent, UNTAKEN) : sent
}

/** A header is bytes: what API Gateway decoded as UTF-8 is encoded again, as other runtimes hand it over. */
const asBytes = (text: string): string =>
  /[^\0-\xff]/.test(text) ? String.fromCharCode(...new TextEncoder().encode(text)) : text

function isHeader(name: string, value: string): boolean {
  try {
    new Headers().append(name, value)
    return true
  } catch {
    return false
  }
}

const methodOf = (event: AwsLambdaEvent): string =>
  ('httpMethod' in event ? event.httpMethod : event.requestContext?.http?.method) ?? 'GET'

function withMethod(event: AwsLambdaEvent, method: string): AwsLambdaEvent {
  if ('httpMethod' in event) return { ...event, httpMethod: method }
  const { requestContext } = event
  return { ...event, requestContext: { ...requestContext, http: { ...requestContext.http, method } } }
}
