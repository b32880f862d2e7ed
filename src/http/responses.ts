/** Answers that many routes share: problem documents, empty answers and redirects. */
import { Type } from '@sinclair/typebox'
import { catalogue, type ErrorCode } from '../errors.ts'
import { groupBy } from '../lib/group-by.ts'
import { documentHeaders } from './security-headers.ts'

/** RFC 9457, with our `code` and `requestId`. */
export const problemDocument = (codes: readonly ErrorCode[]) =>
  Type.Object({
    type: Type.String({ format: 'uri', description: 'URL of the description of the error.' }),
    title: Type.String(),
    status: Type.Integer({ minimum: 400, maximum: 599 }),
    code: Type.String({ enum: [...codes], description: 'Stable. Use this to decide what to do.' }),
    detail: Type.Optional(Type.String()),
    errors: Type.Optional(
      Type.Array(Type.Object({ path: Type.String({ description: 'JSON Pointer.' }), message: Type.String() })),
    ),
    decisionId: Type.Optional(
      Type.String({
        pattern: '^dec_[0-9a-f]{32}$',
        description: 'With status 403: the id of the decision, which can be explained for a day.',
      }),
    ),
    requestId: Type.String(),
  })

type ProblemDocument = ReturnType<typeof problemDocument>

/**
 * `response: { 200: User, ...failures('user.not_found') }`. Codes with the same status share one schema. Name only
 * codes that do not follow from the route itself (its mark, its body, its parameters). The document adds the others.
 */
export function failures(...codes: ErrorCode[]): Record<number, ProblemDocument> {
  const byStatus = groupBy(codes, (code) => catalogue[code].status)
  return Object.fromEntries(
    [...byStatus].map(([status, same]) => [
      status,
      {
        ...problemDocument(same),
        description: same.map((code) => `\`${code}\` ${catalogue[code].title}`).join('\n\n'),
      },
    ]),
  )
}

/** For the detail of a route that never asks the database. The document then has no database errors for it. */
export const stateless = { 'x-stateless': true }

/** For the detail of a public route that calls `limitAddress`. The document then has its headers and its 429. */
export const limited = { 'x-limited': true }

/** 204: an empty answer. */
export const NoContent = Type.Undefined({ description: 'Done. The answer is empty.' })

/**
 * The answer 204. The one of Elysia has an empty text as body, which Node and Deno refuse (Fetch, "null body status").
 */
export const noContent = () => new Response(null, { status: 204 })

/**
 * Answers 200 with JSON, the headers `always`, and the headers of `set`. It removes those from `set`, so that Elysia
 * does not add them again. A runtime copies `Headers` faster than it reads and checks an object with the same headers.
 */
export function jsonResponses(always: Record<string, string>) {
  const template = new Headers(always)
  return (body: unknown, set: { headers: Record<string, string | number | string[] | undefined> }): unknown => {
    const headers = new Headers(template)
    for (const name in set.headers) {
      const value = set.headers[name]
      if (value === always[name]) continue
      if (typeof value !== 'string') return body // a list, such as cookies: Elysia writes it
      headers.set(name, value)
    }
    set.headers = {}
    return Response.json(body, { headers })
  }
}

/** 302: a redirect. */
export const Redirect = Type.Undefined({
  description: 'A redirect to the URL in Location.',
  'x-headers': ['Location', 'Set-Cookie'],
})

/**
 * The redirect with its cookies. It is a Response, because the header object of the framework takes only one header of
 * a name.
 */
export function redirect(location: string, cookies: readonly string[] = [], status: 302 | 303 = 302): Response {
  const headers = new Headers({ location, ...documentHeaders() })
  for (const cookie of cookies) headers.append('set-cookie', cookie)
  return new Response(null, { status, headers })
}
