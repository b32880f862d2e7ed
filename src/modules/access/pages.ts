/** Pages of searches (AuthZEN §8.2): the token of a page is bound to the entities of its request. */
import { problem } from '../../errors.ts'
import { base64url, fromBase64url, fromUtf8, utf8 } from '../../lib/encoding.ts'
import { isStorable } from '../../lib/storable-text.ts'
import { hashToken } from '../../lib/tokens.ts'
import type { Meter } from '../authz/cost.ts'
import type { Page } from './schema.ts'

export const MAX_RESULTS = 100

/** The size of the page, and the key after which it begins. Throws `access.page_changed`. */
export async function pageOf(
  { token, limit = MAX_RESULTS }: Page,
  entities: unknown,
): Promise<{ after: string; limit: number; tokenAfter: (key: string) => string }> {
  const request = await hashToken(JSON.stringify(canonical(entities)))
  const tokenAfter = (key: string) => base64url(utf8(JSON.stringify([request, key])))
  const after = token === undefined || token === '' ? '' : keyIn(token, request)
  if (after === undefined) throw problem('access.page_changed')
  return { after, limit: Math.min(limit, MAX_RESULTS), tokenAfter }
}

function keyIn(token: string, request: string): string | undefined {
  const bytes = fromBase64url(token)
  if (!bytes) return undefined
  try {
    const parts: unknown = JSON.parse(fromUtf8(bytes))
    if (!Array.isArray(parts) || parts[0] !== request) return undefined
    const key: unknown = parts[1]
    return typeof key === 'string' && isStorable(key) ? key : undefined
  } catch {
    return undefined
  }
}

/** With the names of each object in one order. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical)
  if (typeof value !== 'object' || value === null) return value
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, item]) => [name, canonical(item)])
}

/**
 * The results among candidates in their order, up to the limit and until the meter is spent. `more`: there are candidates behind these. The next page
 * begins behind the last candidate that was tried.
 */
export function resultsAmong<Candidate, Result>(
  candidates: readonly Candidate[],
  more: boolean,
  page: { after: string; limit: number; tokenAfter: (key: string) => string },
  keyOf: (candidate: Candidate) => string,
  resultOf: (candidate: Candidate) => Result | undefined,
  meter: Meter,
): { page: { next_token: string; count: number }; results: Result[] } {
  const results: Result[] = []
  let { after } = page
  let tried = 0
  for (const candidate of candidates) {
    if (results.length >= page.limit || meter.isSpent()) break
    const result = resultOf(candidate)
    if (result !== undefined) results.push(result)
    after = keyOf(candidate)
    tried++
  }
  meter.charge()
  const isLast = tried === candidates.length && !more
  return { page: { next_token: isLast ? '' : page.tokenAfter(after), count: results.length }, results }
}
