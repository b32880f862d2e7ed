/**
 * `fetchPublic` on `fetch`, for Workers, which have no other way out. The address of the host cannot be fixed there. Cloudflare
 * sends a request of a Worker to the public internet only, and workerd does so too unless its configuration says more
 * (`network = (allow = ["public"])`, its default).
 */
import type { Deps } from '../deps.ts'
import { publicUrlFault, PublicFetchError, reachFault } from '../lib/public-addresses.ts'
import { readBounded } from '../lib/read-bounded.ts'

export function createPublicFetch({ privateTargets }: { privateTargets: boolean }): Deps['fetchPublic'] {
  const ask: Deps['fetchPublic'] = async (url, options) => {
    const { method = 'GET', headers = {}, body, maxBytes, timeoutMs, reach, longAnswer } = options
    const fault = reach === undefined ? publicUrlFault(url, { privateTargets }) : reachFault(url, reach, false)
    if (fault !== undefined) throw new PublicFetchError(`the URL is refused: ${fault}`, { reason: 'refused' })
    const signal = AbortSignal.timeout(timeoutMs)
    try {
      const answer = await fetch(url, {
        method,
        headers,
        redirect: 'manual',
        signal,
        ...(body === undefined ? {} : { body }),
      })
      const bytes = answer.body === null ? new Uint8Array() : await readBounded(answer.body, maxBytes, longAnswer)
      if (bytes === undefined) throw new PublicFetchError('the answer is too long', { reason: 'too-long' })
      return { status: answer.status, headers: answer.headers, body: bytes }
    } catch (error) {
      if (error instanceof PublicFetchError) throw error
      if (signal.aborted) throw new PublicFetchError('the host took too long', { reason: 'late', cause: error })
      throw new PublicFetchError('the host does not answer', { cause: error })
    }
  }
  return Object.assign(ask, { unpinned: true })
}
