/**
 * Public documents that browsers and shared caches keep: RFC 9111, RFC 5861. A cache that has one asks with `If-None-Match`, and gets 304
 * while it is the same (RFC 9110 §13.1.2).
 */
import { primitives } from '#primitives'
import type { Config } from '../config.ts'
import { base64url, utf8 } from '../lib/encoding.ts'
import type { Bytes } from '../lib/primitives/primitives.ts'

interface Lifetime {
  /** In the cache of one client. */
  maxAge: number
  /** In a cache that many share. Clients keep it on top of that. */
  shared: number
  /** A shared cache may answer with the old one for so long, while it asks for the new one. */
  stale: number
}

export const sharedCaching = ({ maxAge, shared, stale }: Lifetime): string =>
  `public, max-age=${maxAge}, s-maxage=${shared}, stale-while-revalidate=${stale}`

/**
 * Of pages and documents that a release changes. A browser asks each time, and may show what it has while it asks. A shared cache asks
 * once in five minutes for all of them. In development nobody keeps anything.
 */
export const ofRelease = ({ production }: Pick<Config, 'production'>): string =>
  production ? sharedCaching({ maxAge: 0, shared: 300, stale: 600 }) : 'no-cache'

/**
 * For JSON that the route checks and writes: sets the headers, and returns the value, or 304 if the request names it. Other
 * documents are answered by `publicFile`.
 */
export async function revalidatedJson<Value>(
  { request, set }: { request: Request; set: { headers: Record<string, unknown> } },
  value: Value,
  caching: string,
): Promise<Value> {
  const etag = await etagOf(utf8(JSON.stringify(value)))
  set.headers['cache-control'] = caching
  set.headers.etag = etag
  if (!isOffered(request, etag)) return value
  return new Response(null, { status: 304 }) as Value // Elysia sends any Response as it is
}

export async function etagOf(body: Bytes): Promise<string> {
  const digest = await primitives.digest('SHA-256', body)
  return `"${base64url(digest.slice(0, 12))}"`
}

/** Whether If-None-Match has the tag. */
export function isOffered(request: Request, etag: string): boolean {
  const offered = (request.headers.get('if-none-match') ?? '').split(',').map((tag) => tag.trim())
  // A proxy that compresses makes the tag weak.
  return offered.some((tag) => tag === '*' || tag.replace(/^W\//, '') === etag)
}
