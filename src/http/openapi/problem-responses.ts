/** The problem documents in the OpenAPI document: the codes of each route, and their descriptions. */
import { catalogue, type ErrorCode } from '../../errors.ts'
import { groupBy } from '../../lib/group-by.ts'
import { problemDocument } from '../responses.ts'
import type { JsonSchema } from './json-schema.ts'

/** The properties of a route that decide which errors it can answer. */
export interface RouteFacts {
  method: string
  /** It requires a principal. */
  guarded: boolean
  /** It requires a permission. */
  permission: boolean
  /** It requires a recent proof of identity. */
  fresh: boolean
  /** It refuses a session without a second factor that a role of its owner requires. */
  factor: boolean
  hasBody: boolean
  hasParameters: boolean
  /** Its detail says `limited`: there is a budget of addresses for it. */
  limited: boolean
  /** Its detail says `stateless`: it does not use the database, so it has no database errors. */
  stateless: boolean
  /** The codes that the route itself declares. */
  declared: ErrorCode[]
}

/** Every code that a client can get if it follows the document, by status. */
export function codesByStatus({
  method,
  guarded,
  permission,
  fresh,
  factor,
  hasBody,
  hasParameters,
  limited,
  stateless,
  declared,
}: RouteFacts) {
  const write = method !== 'GET'
  const codes = new Set<ErrorCode>(declared)
  const add = (when: boolean, ...implied: ErrorCode[]) => {
    if (when) for (const code of implied) codes.add(code)
  }
  add(hasBody, 'request.malformed')
  // The headers decide this, before the server knows whether the route reads a body.
  add(write, 'request.too_large', 'request.unsupported_media_type')
  add(hasBody || hasParameters, 'request.invalid')
  add(guarded, 'auth.required', 'session.expired', 'apikey.invalid', 'apikey.network_refused')
  // A public route takes a point of the address before it reads a body (`bodies`).
  add(guarded || limited || write, 'request.rate_limited')
  add(guarded && write, 'request.origin_refused')
  add(permission, 'auth.forbidden')
  add(fresh, 'auth.fresh_session_required')
  add(factor, 'mfa.enrolment_required')
  add(true, 'server.error')
  add(!stateless, 'server.unavailable')
  add(!stateless && write, 'server.storage_full')
  const order = Object.keys(catalogue)
  const place = (code: ErrorCode) => order.indexOf(code) + (OF_THE_SERVER.test(code) ? order.length : 0)
  const sorted = [...codes].sort((a, b) => place(a) - place(b))
  return groupBy(sorted, (code) => catalogue[code].status)
}

/** These codes come after the codes of the request and of the feature. */
const OF_THE_SERVER = /^(?:server|idempotency)\./

/** The codes of a schema that `failures` made. */
export function codesOf(schema: { properties?: { code?: { enum?: unknown } } } | undefined): ErrorCode[] {
  const codes = schema?.properties?.code?.enum
  return Array.isArray(codes) ? codes.filter((code): code is ErrorCode => code in catalogue) : []
}

export const ProblemSchema = { ...problemDocument(Object.keys(catalogue) as ErrorCode[]), title: 'Problem' } // its own keys

/** `UserNotFound`, `AuthRequiredOrSessionExpired`: the name of the component for these codes. */
export const responseName = (codes: readonly ErrorCode[]): string =>
  codes.map((code) => code.replace(/(?:^|[._])([a-z])/g, (_, letter: string) => letter.toUpperCase())).join('Or')

/** The response for codes of one status. `problem` refers to the schema of all problems. */
export function problemResponse(codes: readonly ErrorCode[], problem: JsonSchema, appUrl: string): JsonSchema {
  const status = codes[0] === undefined ? 500 : catalogue[codes[0]].status
  return {
    description: codes.map((code) => `\`${code}\` ${catalogue[code].title}`).join('\n\n'),
    headers: {
      'X-Request-Id': header('X-Request-Id'),
      ...(status === 401 ? { 'WWW-Authenticate': header('WWW-Authenticate') } : {}),
      ...(status === 429 || status === 503 ? { 'Retry-After': header('Retry-After') } : {}),
      ...(status === 429 ? rateLimitHeaders : {}),
    },
    content: {
      'application/problem+json': {
        schema: {
          allOf: [
            problem,
            {
              type: 'object',
              properties: { code: { type: 'string', enum: codes } },
              ...(status === 403 ? { required: ['decisionId'] } : {}),
            },
          ],
        },
        examples: Object.fromEntries(codes.map((code) => [code, { value: exampleProblem(code, appUrl) }])),
      },
    },
  }
}

export const header = (name: string): JsonSchema => ({ $ref: `#/components/headers/${name}` })

/** draft-ietf-httpapi-ratelimit-headers-11. */
export const rateLimitHeaderNames = ['RateLimit', 'RateLimit-Policy']
const rateLimitHeaders = Object.fromEntries(rateLimitHeaderNames.map((name) => [name, header(name)]))

/** Examples of `errors`, for codes that have this field. */
const ERRORS: Partial<Record<ErrorCode, { path: string; message: string }[]>> = {
  'request.invalid': [{ path: '/name', message: 'Expected string' }],
  'user.password_refused': [{ path: '/password', message: 'This password is in a list of stolen passwords.' }],
  'server.not_ready': [{ path: '/database', message: 'The database check failed' }],
}

function exampleProblem(code: ErrorCode, appUrl: string) {
  const { title, status } = catalogue[code]
  const errors = ERRORS[code]
  return {
    type: `${appUrl}/docs/errors#${code}`,
    title,
    status,
    code,
    ...(errors === undefined ? {} : { errors }),
    ...(status === 403 ? { decisionId: 'dec_0190163d8f1a7c3e9b2d4f6a8c0e2b4d' } : {}),
    requestId: 'req_192121646ad746969',
  }
}
