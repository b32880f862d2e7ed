/** What holds for every request before it is routed: its id, the security headers, and the size of its body. */
import { Elysia } from 'elysia'
import type { Deps } from '../deps.ts'
import { problem } from '../errors.ts'
import { isJson, MAX_BODY_BYTES } from './bodies.ts'
import { createCause } from './cause.ts'
import { requestContext } from './request-context.ts'

const SECURITY_HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}
const TWO_YEARS = 'max-age=63072000; includeSubDomains'
const SHORTEST_ORIGIN = 'http://host'.length

export const requests = (deps: Pick<Deps, 'config' | 'random' | 'peerAddress'>) => {
  const { config, random } = deps
  const causeOf = createCause(deps)
  return new Elysia({ name: 'requests' })
    .use(requestContext())
    .headers(
      config.appUrl.startsWith('https:')
        ? { ...SECURITY_HEADERS, 'strict-transport-security': TWO_YEARS }
        : SECURITY_HEADERS,
    )
    .onRequest((context) => {
      const { request, set } = context
      const given = request.headers.get('x-request-id')
      const requestId = given !== null && /^[\w-]{8,64}$/.test(given) ? given : random.id('req')
      context.requestId = requestId
      context.cause = () => causeOf(context)
      set.headers['x-request-id'] = requestId
      // Elysia looks for the path from the 11th character on: behind `http://a` it would take /b/v1/me for /v1/me.
      if (request.url.indexOf('/', 8) < SHORTEST_ORIGIN)
        throw problem('request.invalid', { errors: [{ path: '/', message: 'The host name is too short' }] })
      // Declared sizes are refused here for every route; bodies sent in chunks are counted where they are read.
      if (Number(request.headers.get('content-length')) > MAX_BODY_BYTES) throw problem('request.too_large')
      // Forms need no preflight, so a page elsewhere could send them with the visitor's cookie: never, on any route.
      const contentType = request.headers.get('content-type')
      if (contentType !== null && !isJson(contentType) && request.method !== 'GET')
        throw problem('request.unsupported_media_type')
      // SQLite would store U+0000 whole and read it back cut: `admin@x` out of `admin@x\0evil`.
      if (request.url.includes('%00'))
        throw problem('request.invalid', { errors: [{ path: '/', message: 'The URL must not contain U+0000' }] })
    })
}
