const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

/**
 * The methods a path answers, for `Allow` (RFC 9110 §10.2.1). Empty when there is nothing at the path.
 * Compared with the list of routes: Elysia keeps static paths out of the router that `app.router.http.find` asks.
 */
export function allowedMethods(routes: readonly { method: string; path: string }[], path: string): string[] {
  // Once, and not once for each route: whoever asks for nothing chooses how long it is.
  const given = segments(path, MAX_SEGMENTS)
  const answered = new Set(routes.filter((route) => matches(segments(route.path), given)).map(({ method }) => method))
  const methods = METHODS.filter((method) => answered.has(method))
  return methods.includes('GET') ? ['GET', 'HEAD', ...methods.slice(1)] : methods
}

/** More than any route has: what stands beyond decides nothing. */
const MAX_SEGMENTS = 32

/** Whether a path, in `segments`, is one of a pattern, in `segments`. */
export function matches(expected: readonly string[], given: readonly string[]): boolean {
  for (let index = 0; index < expected.length; index++) {
    const segment = expected[index] ?? ''
    if (segment === '*') return given.length > index
    const isSame = segment.startsWith(':') ? given[index] !== '' : segment === given[index]
    if (!isSame) return false
  }
  return given.length === expected.length
}

/** One slash at the end makes no difference, as in the router. */
export const segments = (path: string, limit?: number): string[] =>
  path.replace(/^\//, '').replace(/\/$/, '').split('/', limit)
