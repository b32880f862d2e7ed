import { type ErrorCode, catalogue } from '../../errors.ts'
import { SECURITY_HEADERS } from '../../http/security-headers.ts'
import { systemClock } from '../../platform/clock.ts'
import { createRandom } from '../../platform/random.ts'

const random = createRandom(systemClock)

interface Refusal {
  /** Where the codes are explained; without it the type is that of RFC 9457 for none. */
  appUrl: string | undefined
  errors: readonly { path: string; message: string }[]
  headers?: Record<string, string>
}

/** A problem document for what never reaches the app: no app could be made, or no Request. */
export function refusal(code: ErrorCode, { appUrl, errors, headers = {} }: Refusal): Response {
  const { status, title } = catalogue[code]
  const requestId = random.requestId()
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
