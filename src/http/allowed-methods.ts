import type { AnyElysia } from 'elysia'

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

/**
 * The methods a path answers, for `Allow` (RFC 9110 §10.2.1). Empty when there is nothing at the path.
 * Compared with the list of routes: Elysia keeps static paths out of the router that `app.router.http.find` asks.
 */
export function allowedMethods(app: AnyElysia, path: string): string[] {
  const answered = new Set(app.routes.filter((route) => matches(route.path, path)).map(({ method }) => method))
  const methods = METHODS.filter((method) => answered.has(method))
  return methods.includes('GET') ? ['GET', 'HEAD', ...methods.slice(1)] : methods
}

function matches(pattern: string, path: string): boolean {
  const expected = segments(pattern)
  const given = segments(path)
  const rest = expected.indexOf('*')
  if (rest === -1 ? given.length !== expected.length : given.length <= rest) return false
  return expected
    .slice(0, rest === -1 ? undefined : rest)
    .every((segment, index) => (segment.startsWith(':') ? given[index] !== '' : segment === given[index]))
}

/** One slash at the end makes no difference, as in the router. */
const segments = (path: string): string[] => path.replace(/^\//, '').replace(/\/$/, '').split('/')
