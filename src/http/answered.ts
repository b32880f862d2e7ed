import type { Answered } from '../lib/answered.ts'
import { redirect } from './responses.ts'
import { documentHeaders } from './security-headers.ts'

/** The answer as it is sent. Nobody caches a page, because it may be about a person. */
export function toResponse(answered: Answered): Response {
  if ('to' in answered) return redirect(answered.to, answered.cookies, answered.status)
  const { html, status = 200, headers: own, cookies = [] } = answered
  const headers = new Headers({
    ...documentHeaders(),
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    ...own,
  })
  for (const cookie of cookies) headers.append('set-cookie', cookie)
  return new Response(html, { status, headers })
}
