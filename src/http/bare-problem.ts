import { type ErrorCode, catalogue } from '../errors.ts'
import { SECURITY_HEADERS } from './security-headers.ts'

interface BareProblem {
  requestId: string
  /** The origin of the page that explains the codes. Without it the type is `about:blank` (RFC 9457 §4.2.1). */
  appUrl: string | undefined
  errors?: readonly { path: string; message: string }[]
  headers?: Record<string, string>
}

/** A problem document (RFC 9457) without the framework, for a request that no app can answer. */
export function bareProblem(code: ErrorCode, { requestId, appUrl, errors, headers }: BareProblem): Response {
  const { status, title } = catalogue[code]
  const type = appUrl === undefined ? 'about:blank' : `${appUrl}/docs/errors#${code}`
  return new Response(JSON.stringify({ type, title, status, code, errors, requestId }), {
    status,
    headers: {
      'content-type': 'application/problem+json',
      ...SECURITY_HEADERS,
      'x-request-id': requestId,
      ...headers,
    },
  })
}
