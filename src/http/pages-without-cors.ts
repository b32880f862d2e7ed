/** A page shows what its browser knows, such as the accounts on the sign-in page. No other origin reads it. */
import { Elysia } from 'elysia'

/** Takes back what the CORS plugin has set before the request was answered. */
export function withoutCors(headers: Record<string, unknown>): void {
  for (const name of ['origin', 'credentials']) delete headers[`access-control-allow-${name}`]
  delete headers['access-control-expose-headers']
}

export const pagesWithoutCors = () =>
  new Elysia({ name: 'pages-without-cors' }).mapResponse({ as: 'global' }, (context) => {
    const { response, set } = context
    const own = response instanceof Response ? response.headers.get('content-type') : undefined
    const { headers } = set
    if (String(own ?? headers['content-type'] ?? '').startsWith('text/html')) withoutCors(headers)
  })
