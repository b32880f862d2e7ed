/**
 * `fetchPublic` on `fetch`, for Workers, which have no other way out. The address of the host cannot be fixed there. Cloudflare
 * sends a request of a Worker to the public internet only, and workerd does so too unless its configuration says more
 * (`network = (allow = ["public"])`, its default).
 */
import type { Deps } from '../deps.ts'
import { publicUrlFault, PublicFetchError } from '../lib/public-addresses.ts'
import { readBounded } from '../lib/read-bounded.ts'

export function createPublicFetch({ privateTargets }: { privateTargets: boolean }): Deps['fetchPublic'] {
  return async (url, { method = 'GET', headers = {}, body, maxBytes, timeoutMs }) => {
    const fault = publicUrlFault(url, { privateTargets })
    if (fault !== undefined) throw new PublicFetchError(`the URL is refused: ${fault}`)
    try {
      const answer = await fetch(url, {
        method,
        headers,
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutMs),
        ...(body === undefined ? {} : { body }),
      })
      const bytes = answer.body === null ? new Uint8Array() : await readBounded(answer.body, maxBytes)
      if (bytes === undefined) throw new PublicFetchError('the answer is too long')
      return { status: answer.status, headers: answer.headers, body: bytes }
    } catch (error) {
      throw error instanceof PublicFetchError
        ? error
        : new PublicFetchError('the host does not answer', { cause: error })
    }
  }
}
