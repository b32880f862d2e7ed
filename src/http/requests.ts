/** What holds for every request before it is routed: its id, the security headers, and the size of its body. */
import { Elysia } from 'elysia'
import type { Deps } from '../deps.ts'
import { problem } from '../errors.ts'
import { isAnyForm, isJson, MAX_BODY_BYTES, tooLarge } from './bodies.ts'
import { createCauseOf } from './cause.ts'
import { requestContext } from './request-context.ts'
import { securityHeaders } from './security-headers.ts'

type TakesForm = (url: string) => boolean

export const requests = (
  deps: Pick<Deps, 'config' | 'clock' | 'log' | 'random' | 'peerAddress'>,
  takesForm: TakesForm = () => false,
) => {
  const { config, random } = deps
  const causeOf = createCauseOf(deps)
  const refuse = createRefusals(config, takesForm)
  return (
    new Elysia({ name: 'requests' })
      .use(requestContext())
      .headers(securityHeaders(config))
      // Elysia reads the source of hooks: one that looks asynchronous is awaited, one that hands its context on makes
      // every route parse queries and cookies. So this one neither returns a call nor passes `context` anywhere.
      .onRequest((context) => {
        const { request, set } = context
        const { headers } = request
        const given = headers.get('x-request-id')
        const requestId = given !== null && /^[\w-]{8,64}$/.test(given) ? given : random.requestId()
        context.requestId = requestId
        context.cause = causeOf(request, requestId)
        set.headers['x-request-id'] = requestId
        refuse(request)
      })
  )
}

/** Throws the problem of a request that no route takes, whichever it is for. */
export const createRefusals =
  ({ appUrl }: Pick<Deps['config'], 'appUrl'>, takesForm: TakesForm) =>
  ({ url, method, headers }: Request): void => {
    if (!isRoutedByItsPath(url))
      throw problem('request.invalid', {
        errors: [{ path: '/', message: 'The Host header is missing or too short' }],
      })
    // The client chooses the Host. From here on `new URL(request.url, appUrl)` has a value.
    if (!URL.canParse(url) && !URL.canParse(url, appUrl))
      throw problem('request.invalid', {
        errors: [{ path: '/', message: 'The Host header or the path makes no URL' }],
      })
    // RFC 9112 §6.1: a proxy in front may have read the other header, and taken the rest for the next request.
    const length = headers.get('content-length')
    if (length !== null && headers.has('transfer-encoding'))
      throw problem('request.malformed', { detail: 'Content-Length and Transfer-Encoding exclude each other.' })
    // The size that no route accepts is refused here, also where there is no route; `bodies` knows the size of each route.
    if (Number(length) > MAX_BODY_BYTES) throw tooLarge(MAX_BODY_BYTES)
    // A form needs no preflight, so a page on another site could send one with the cookie of its visitor. Only a route that
    // declares it (`forms` of its feature) takes a form. `bodies` knows in which encoding.
    const contentType = method === 'GET' ? null : headers.get('content-type')
    const isTaken = contentType === null || isJson(contentType) || (isAnyForm(contentType) && takesForm(url))
    if (!isTaken) throw problem('request.unsupported_media_type')
    if (url.length > MAX_URL || parameters(url) > MAX_PARAMETERS)
      throw problem('request.invalid', {
        errors: [{ path: '/', message: `The URL has more than ${MAX_URL} characters or ${MAX_PARAMETERS} parameters` }],
      })
    // SQLite would store U+0000 whole and read it back cut: `admin@x` out of `admin@x\0evil`.
    if (url.includes('%00'))
      throw problem('request.invalid', { errors: [{ path: '/', message: 'The URL must not contain U+0000' }] })
  }

/** Longer than any answer of a provider; each parameter costs the framework's parser and the validator. */
const MAX_URL = 8192
const MAX_PARAMETERS = 100

/** At most, by the separators; not counted where there is no room for so many. */
function parameters(url: string): number {
  if (url.length < MAX_PARAMETERS) return 0
  let found = 1
  for (let at = url.indexOf('&'); at !== -1; at = url.indexOf('&', at + 1)) found++
  return found
}

/**
 * Elysia looks for the path from the 11th character on. With `Host: a` it would take /b/v1/me for /v1/me, past any rule
 * a proxy has for that path. Bun leaves the origin out of the URL when there is no usable Host.
 */
function isRoutedByItsPath(url: string): boolean {
  const start = url.startsWith('/') ? 0 : url.indexOf('/', 'https://'.length)
  return Math.max(0, url.indexOf('/', 11)) === start
}
