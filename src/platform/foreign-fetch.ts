import type { Clock, Deps } from '../deps.ts'

const REST_MS = 30_000

/**
 * `fetch` for foreign networks that leaves a host alone for 30 s after it failed: a network that swallows packets would
 * otherwise add its whole time-out to every sign-up.
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
