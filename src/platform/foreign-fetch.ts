import type { Clock, Deps } from '../deps.ts'

const REST_MS = 30_000

/**
 * `fetch` for foreign networks. After a failure it refuses requests to that host for 30 s. Otherwise a network that drops
 * packets would add the whole time-out to every sign-up.
 */
export function createForeignFetch(clock: Clock): Deps['fetch'] {
  const restUntil = new Map<string, number>()
  return async (url, init) => {
    const { host } = new URL(url)
    if ((restUntil.get(host) ?? 0) > clock.now()) throw new Error(`${host} failed a moment ago`)
    try {
      return await fetch(url, init)
    } catch (error) {
      restUntil.set(host, clock.now() + REST_MS)
      throw error
    }
  }
}
