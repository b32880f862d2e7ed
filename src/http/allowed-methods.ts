import type { AnyElysia } from 'elysia'

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

/**
 * The methods of a path, for `Allow` (RFC 9110 §10.2.1). Empty if no route has this path. It searches the list of
 * routes, because `app.router.http.find` of Elysia does not know static paths.
 */
export function allowedMethods(app: AnyElysia, path: string): string[] {
  // Splits the path once, not once for each route, because the client chooses its length.
  const given = segments(path, MAX_SEGMENTS)
  const answered = new Set(app.routes.filter((route) => matches(route.path, given)).map(({ method }) => method))
  const methods = METHODS.filter((method) => answered.has(method))
  return methods.includes('GET') ? ['GET', 'HEAD', ...methods.slice(1)] : methods
}

/** More segments than any route has. Later segments cannot match. */
const MAX_SEGMENTS = 32

function matches(pattern: string, given: readonly string[]): boolean {
  const expected = segments(pattern)
  const rest = expected.indexOf('*')
  if (rest === -1 ? given.length !== expected.length : given.length <= rest) return false
  return expected
    .slice(0, rest === -1 ? undefined : rest)
    .every((segment, index) => (segment.startsWith(':') ? given[index] !== '' : segment === given[index]))
}

/** A slash at the end makes no difference, as in the router. */
const segments = (path: string, limit?: number): string[] =>
  path.replace(/^\//, '').replace(/\/$/, '').split('/', limit)
