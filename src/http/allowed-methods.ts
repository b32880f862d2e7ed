import type { AnyElysia } from 'elysia'

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

/** The methods a path answers, for `Allow` (RFC 9110 §10.2.1). Empty when there is nothing at the path. */
export function allowedMethods(app: AnyElysia, path: string): string[] {
  const methods = METHODS.filter((method) => app.router.http.find(method, path) != null)
  return methods.includes('GET') ? ['GET', 'HEAD', ...methods.slice(1)] : methods
}
