const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

/**
 * The methods of a path, for `Allow` (RFC 9110 §10.2.1). Empty if no route has this path. It searches the list of
 * routes, because `app.router.http.find` of Elysia does not know static paths.
 */
export function allowedMethods(routes: readonly { method: string; path: string }[], path: string): string[] {
  // Splits the path once, not once for each route, because the client chooses its length.
  const given = segments(path, MAX_SEGMENTS)
  const answered = new Set(routes.filter((route) => matches(segments(route.path), given)).map(({ method }) => method))
  const methods = METHODS.filter((method) => answered.has(method))
  return methods.includes('GET') ? ['GET', 'HEAD', ...methods.slice(1)] : methods
}

/** More segments than any route has. Later segments cannot match. */
const MAX_SEGMENTS = 32

/** Whether the segments of a path match the segments of a pattern. */
export function matches(expected: readonly string[], given: readonly string[]): boolean {
  for (let index = 0; index < expected.length; index++) {
    const segment = expected[index] ?? ''
    if (segment === '*') return given.length > index
    const isSame = segment.startsWith(':') ? given[index] !== '' : segment === given[index]
    if (!isSame) return false
  }
  return given.length === expected.length
}

/** A slash at the end makes no difference, as in the router. */
export const segments = (path: string, limit?: number): string[] =>
  path.replace(/^\//, '').replace(/\/$/, '').split('/', limit)
