/**
 * CORS for routes that pages of every origin may call, such as the token endpoint for browser apps (RFC 10017). They read no
 * cookie, so browsers are not told to send one.
 */
import { Elysia } from 'elysia'
import type { RouteTable } from './route-table.ts'

const ALWAYS = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'DPoP-Nonce, Retry-After, WWW-Authenticate, X-Request-Id',
}
const PREFLIGHT = {
  ...ALWAYS,
  'access-control-allow-methods': 'GET, POST, PUT, DELETE',
  'access-control-allow-headers': 'Authorization, Content-Type, DPoP, MCP-Protocol-Version, X-Request-Id',
  'access-control-max-age': '600',
}

export const everyOrigin = ({ isOpen }: Pick<RouteTable, 'isOpen'>) =>
  // Elysia reads the source of hooks, so this one passes its context to nothing.
  new Elysia({ name: 'every-origin' }).onRequest((context) => {
    const { request, set } = context
    if (!isOpen(request.url)) return undefined
    if (request.method === 'OPTIONS' && request.headers.has('access-control-request-method'))
      return new Response(null, { status: 204, headers: PREFLIGHT })
    // Without a look at Origin: a cache gives one answer to the pages of every origin.
    Object.assign(set.headers, ALWAYS)
    return undefined
  })
